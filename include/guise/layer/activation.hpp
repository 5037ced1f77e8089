// Activations: Relu, LeakyRelu (slope 0.2), Tanh. Shape in = shape out. Kept for backward: nothing but x.
// Each can be a part of a prologue or of an epilogue, where it costs no pass over memory.
#pragma once
#include <guise/layer/step.hpp>

namespace guise {

// Parts of a prologue say `self`, their rank in its order, and what they set in its geometry. The rewrite
// believes only `self`: a layer that derives from one of these, and may do otherwise, runs as it is.
template <class Self, Activation::Kind A> struct ActivationLayer : Settle<Self> {
  using self = Self;
  static constexpr int rank = 2;
  static constexpr Shape out(Shape s) { return s; }
  static constexpr void prologue(Prologue& g) { g.activation = A; }
};
struct Relu : ActivationLayer<Relu, Activation::relu> {
  static constexpr Name describe() { return "relu"; }
};
struct LeakyRelu : ActivationLayer<LeakyRelu, Activation::leaky_relu> {
  static constexpr Name describe() { return "leaky relu"; }
};
struct Tanh : ActivationLayer<Tanh, Activation::tanh> {
  static constexpr Name describe() { return "tanh"; }
};

}  // namespace guise
