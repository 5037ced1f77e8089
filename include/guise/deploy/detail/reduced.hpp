// A picture in a smaller size: each pixel is the mean of the area that it covers, also where that ends within a pixel
// of the large picture. Rows are read one at a time, (W, C).
#pragma once
#include <guise/core/function_ref.hpp>
#include <guise/core/index.hpp>
#include <guise/core/shape.hpp>

#include <algorithm>
#include <vector>

namespace guise::detail {

// Calls add(k, share) for every pixel of n that pixel `at` of `parts` covers; the shares add up to 1.
template <class Add> void each_covered(int at, int parts, int n, Add add) {
  const double scale = static_cast<double>(n) / parts, begin = at * scale, end = (at + 1) * scale;
  for (int k = static_cast<int>(begin); k < n && k < end; ++k)
    if (const double share = std::min(k + 1., end) - std::max<double>(k, begin); share > 0)
      add(k, static_cast<float>(share / scale));
}

// To (H, W, C) of `to`, whose channels are those of `from`, and whose sides are no larger.
inline void reduce(Shape from, FunctionRef<void(int row, float* to)> read, Shape to, float* result) {
  const Index channels = from.c, width = Index{to.w} * channels;
  std::vector<float> row(from.w * channels), narrow(width);
  std::fill_n(result, to.floats(), 0.f);
  for (int y = 0; y < to.h; ++y, result += width)
    each_covered(y, to.h, from.h, [&](int k, float share) {
      read(k, row.data());
      std::ranges::fill(narrow, 0.f);
      for (int x = 0; x < to.w; ++x)
        each_covered(x, to.w, from.w, [&](int q, float part) {
          for (Index c = 0; c < channels; ++c) narrow[x * channels + c] += part * row[q * channels + c];
        });
      for (Index j = 0; j < width; ++j) result[j] += share * narrow[j];
    });
}

}  // namespace guise::detail
