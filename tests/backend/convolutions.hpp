// The convolutions that tests ask for, and how many floats their tensors have.
#pragma once
#include <guise/backend/geometry.hpp>

#include <cstddef>

namespace guise::test {

inline ConvGeometry geometry(int n, int h, int w, int c, int out_c, int kernel, int stride, int pad) {
  const auto out = [&](int side) { return (side + 2 * pad - kernel) / stride + 1; };
  return {n, h, w, c, out(h), out(w), out_c, kernel, stride, pad, pad};
}
inline std::size_t floats_in(ConvGeometry g) { return std::size_t(g.n) * std::size_t(g.h * g.w * g.c); }
inline std::size_t floats_out(ConvGeometry g) {
  return std::size_t(g.n) * std::size_t(g.out_h * g.out_w * g.out_c);
}
inline std::size_t weights_of(ConvGeometry g) {
  return std::size_t(g.c * g.out_c) * std::size_t(g.kernel * g.kernel);
}

}  // namespace guise::test
