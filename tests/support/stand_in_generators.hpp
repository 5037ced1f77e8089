// Generators whose translations are known, in the place of trained ones.
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

}  // namespace guise::testing
