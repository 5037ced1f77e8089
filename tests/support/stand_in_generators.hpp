// Functions with known translations, used instead of trained generators.
#pragma once
#include <guise/core/batch.hpp>

namespace guise::testing {

struct X;
struct Y;

inline Images<Y> unchanged(const Images<X>& x) { return as<Y>(x); }

inline Images<Y> shifted(const Images<X>& x) {  // warmer, and darker
  Images<Y> y = as<Y>(x);
  for (std::size_t k = 0; k < y.data.size(); ++k)
    y.data[k] = 0.85f * y.data[k] + (k % 3 == 0 ? 0.25f : -0.15f);
  return y;
}

inline Images<Y> strongly_shifted(const Images<X>& x) {
  Images<Y> y = as<Y>(x);
  for (std::size_t k = 0; k < y.data.size(); ++k) y.data[k] = 0.5f * y.data[k] + (k % 3 == 2 ? 0.6f : -0.4f);
  return y;
}

inline Images<Y> grey(const Images<X>& x) {  // nothing of the face is left
  Images<Y> y = as<Y>(x);
  for (float& v : y.data) v = 0;
  return y;
}

inline Images<Y> mirrored_face(const Images<X>& x) {
  Images<Y> y = as<Y>(x);
  const std::size_t n = std::size_t(x.shape.w);
  for (std::size_t k = 0; k < y.data.size(); ++k) {
    const std::size_t pixel = k / 3, column = pixel % n;
    y.data[k] = x.data[3 * (pixel - column + (n - 1 - column)) + k % 3];
  }
  return y;
}

}  // namespace guise::testing
