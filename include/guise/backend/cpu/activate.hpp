// The known activations of vectors, as prologues and epilogues need them; what is not a number stays so.
#pragma once
#include <guise/backend/cpu/vector_math.hpp>
#include <guise/backend/geometry.hpp>

namespace guise::cpu {

inline Vector sigmoid(Vector v) { return 1.f / (1.f + exp(-v)); }

GUISE_INLINE bool is_smooth(
    FusedActivation a) {  // its slope is told by its value, not by its argument's sign
  return a.kind == Activation::tanh || a.kind == Activation::sigmoid;
}
GUISE_INLINE Vector activate(FusedActivation a, Vector v) {
  if (a.kind == Activation::none) return v;
  if (a.kind == Activation::tanh) return tanh(v);
  if (a.kind == Activation::sigmoid) return sigmoid(v);
  return v <= 0 ? (a.kind == Activation::relu ? Vector{} : v * a.slope) : v;
}
// f(activation of vectors), the common kinds without a question for each vector.
template <class F> GUISE_INLINE void with_activation(FusedActivation a, F f) {
  if (a.kind == Activation::none) return f([](Vector v) __attribute__((always_inline)) { return v; });
  if (a.kind == Activation::relu)
    return f([](Vector v) __attribute__((always_inline)) { return v <= 0 ? Vector{} : v; });
  f([a](Vector v) { return activate(a, v); });
}
GUISE_INLINE Vector slope(FusedActivation a, Vector y) {  // of the activation, told by its output
  if (a.kind == Activation::none) return fill(1);
  if (a.kind == Activation::tanh) return 1.f - y * y;
  if (a.kind == Activation::sigmoid) return y * (1.f - y);
  return y <= 0 ? fill(a.kind == Activation::relu ? 0.f : a.slope) : fill(1);
}

}  // namespace guise::cpu
