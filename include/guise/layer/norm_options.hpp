// Options of norms: Affine of an InstanceNorm, Epsilon<Numerator, Denominator> of both, as InstanceNorm<64, Affine,
// Epsilon<1, 1000>>. Epsilon is added to the variance before its root is taken; without the option it is 1e-5.
#pragma once
#include <guise/core/compiler.hpp>

namespace guise {

struct NormOptions {
  bool affine = false;
  double epsilon = 1e-5;
};
struct Affine {  // learns a scale and a shift
  static constexpr void set(NormOptions& o) { o.affine = true; }
};
template <long Numerator, long Denominator> struct Epsilon {
  static_assert(Numerator > 0 && Denominator > 0, "an epsilon is a positive fraction");
  static constexpr void set(NormOptions& o) {
    o.epsilon = static_cast<double>(Numerator) / static_cast<double>(Denominator);
  }
};

namespace detail {

template <class... Options> constexpr NormOptions norm_options() {
  NormOptions o;
  (Options::set(o), ...);
  return o;
}

}  // namespace detail
}  // namespace guise
