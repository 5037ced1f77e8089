// Activations: Relu, LeakyRelu (slope 0.2), Tanh. Shape in = shape out. Kept for backward: nothing but the operand,
// or the result where a convolution's epilogue does it. Each joins a prologue or an epilogue, where it costs no pass
// over memory.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

constexpr auto activation(Activation f) {
  return [f](Graph& g, Value x) { return g.activation(x, f); };
}

struct Relu {
  constexpr Value operator()(Graph& g, Value x) const { return g.activation(x, Activation::relu); }
};
struct LeakyRelu {
  constexpr Value operator()(Graph& g, Value x) const { return g.activation(x, Activation::leaky_relu); }
};
struct Tanh {
  constexpr Value operator()(Graph& g, Value x) const { return g.activation(x, Activation::tanh); }
};

}  // namespace guise
