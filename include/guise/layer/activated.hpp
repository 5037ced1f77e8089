// Activated<Formula>: an activation of your own, as one struct of scalar formulas. Shape in = shape out. Kept for
// backward: the operand and the result.
//
//   struct Mish {
//     static constexpr const char* name = "mish";
//     template <class T> static T value(T x) { return x * math::tanh(math::softplus(x)); }
//     template <class T> static T slope(T x, T y);
//   };
//   Sequential<Conv<3, 8, 3>, Activated<Mish>>
#pragma once
#include <guise/backend/make_formula.hpp>
#include <guise/layer/layer.hpp>

namespace guise {

template <class Formula> struct Activated {
  constexpr Value operator()(Graph& g, Value x) const { return g.activation(x, Activation::of<Formula>()); }
};

}  // namespace guise
