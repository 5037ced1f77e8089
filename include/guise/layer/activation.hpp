// Activations: Relu, LeakyRelu (slope 0.2), LeakyReluOf<Percent>, Tanh, Sigmoid, and Activated<Formula> of a formula
// of your own (layer/activated.hpp). Described at run time: activation({Activation::leaky_relu, 0.1}).
// Shape in = shape out. Kept for backward: nothing but the operand, or the result where a convolution's epilogue does
// it; a formula of your own keeps both. The others join a prologue or an epilogue, where they cost no pass over memory.
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
template <int Percent> struct LeakyReluOf {  // slope in percent
  constexpr Value operator()(Graph& g, Value x) const {
    return g.activation(x, {Activation::leaky_relu, Percent / 100.});
  }
};
struct Sigmoid {
  constexpr Value operator()(Graph& g, Value x) const { return g.activation(x, Activation::sigmoid); }
};
struct Tanh {
  constexpr Value operator()(Graph& g, Value x) const { return g.activation(x, Activation::tanh); }
};

}  // namespace guise
