// The one loop over a convolution's geometry. A tap is one of the kernel's positions; along one row of the
// output it meets pixels of one row of the input that lie `stride` apart: a matrix (pixels, C) with a stride.
#pragma once
#include <guise/backend/eigen/matrix.hpp>
#include <guise/backend/geometry.hpp>

#include <algorithm>
#include <type_traits>

namespace guise::eigen {

using Index = Eigen::Index;

struct Band {  // output rows of one sample
  int sample, first, rows;
};

inline Index taps(ConvGeometry g) { return Index{g.kernel} * g.kernel; }

// y's rows of a band, (rows out_w, channels).
template <class T> auto rows_of(ConvGeometry g, Band b, T* y, int channels) {
  return map(y + (Index{b.sample} * g.out_h + b.first) * g.out_w * channels, Index{b.rows} * g.out_w,
             channels);
}

// f(tap, at, pixels): the pixels of x that a tap meets, (count, C), from the band's output pixel `at` on. What
// lies beyond the border is not met.
template <class T, class F> void each_tap(ConvGeometry g, Band b, T* x, F f) {
  using Matrix = std::conditional_t<std::is_const_v<T>, const RowMajor<std::remove_const_t<T>>, RowMajor<T>>;
  using Pixels = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
  for (int r = 0; r < b.rows; ++r)
    for (int tap = 0; tap < g.kernel * g.kernel; ++tap) {
      const int row = (b.first + r) * g.stride - g.pad_top + tap / g.kernel;
      const int left = tap % g.kernel - g.pad_left;  // of the first output pixel, may be negative
      const int from = left < 0 ? (g.stride - 1 - left) / g.stride : 0;
      const int until = left < g.w ? std::min(g.out_w, (g.w - 1 - left) / g.stride + 1) : 0;
      if (row < 0 || row >= g.h || from >= until) continue;
      const Index first = (Index{b.sample} * g.h + row) * g.w + Index{from} * g.stride + left;
      f(tap, Index{r} * g.out_w + from,
        Pixels(x + first * g.c, until - from, g.c, Eigen::OuterStride<>(Index{g.stride} * g.c)));
    }
}

}  // namespace guise::eigen
