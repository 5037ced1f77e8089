// The Laplacian pyramid of one picture (Burt and Adelson 1983): what each halving of the picture loses, and
// at the end the smallest picture itself.
//
//   (H, W, C) -> levels of (H, W, C), (ceil(H / 2), ceil(W / 2), C), ..., finest first, as long as both sides
//   of the next one are at least `smallest`
//
// The filter is the binomial 1 4 6 4 1, borders mirrored without repeating the edge, any sides. Adding the
// levels up again from the smallest, each doubled to the next, gives the picture.
#pragma once
#include <guise/core/shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

namespace guise::metrics {

struct Level {
  Shape shape;
  std::vector<float> values;  // (H, W, C)

  Level() = default;
  explicit Level(Shape s) : shape(s), values(s.floats()) {}
};

inline int mirrored(int k, int n) {
  if (n == 1) return 0;
  k = std::abs(k) % (2 * n - 2);
  return k < n ? k : 2 * n - 2 - k;
}

// Filters down the columns; row r of the result is the weighted sum of the rows tap(r, -2 ... 2) of `from`,
// of which negative ones are zero. The result is transposed, (W, rows, C), so that twice gives both axes.
template <class Tap> Level filtered(const Level& from, int rows, float gain, Tap tap) {
  static constexpr std::array<float, 5> binomial{1.f / 16, 4.f / 16, 6.f / 16, 4.f / 16, 1.f / 16};
  const int channels = from.shape.c, width = from.shape.w;
  Level result({channels, width, rows});
  const auto line = static_cast<std::size_t>(width * channels);
  std::vector<float> sum(line);  // of one row, before it becomes a column
  for (int r = 0; r < rows; ++r) {
    std::ranges::fill(sum, 0.f);
    for (int k = -2; k <= 2; ++k) {
      const int row = tap(r, k);
      if (row < 0) continue;
      const float weight = gain * binomial[static_cast<std::size_t>(k + 2)];
      const float* const values = from.values.data() + static_cast<std::size_t>(row) * line;
      for (std::size_t at = 0; at < line; ++at) sum[at] += weight * values[at];
    }
    for (int q = 0; q < width; ++q)
      for (int c = 0; c < channels; ++c)
        result.values[static_cast<std::size_t>((q * rows + r) * channels + c)] =
            sum[static_cast<std::size_t>(q * channels + c)];
  }
  return result;
}

inline Level halved(const Level& level) {
  const auto once = [](const Level& from) {
    const int n = from.shape.h;
    return filtered(from, (n + 1) / 2, 1, [n](int r, int k) { return mirrored(2 * r + k, n); });
  };
  return once(once(level));
}
inline Level doubled(const Level& level, int height, int width) {  // every other row and column is filled in
  const auto once = [](const Level& from, int rows) {
    return filtered(from, rows, 2, [rows](int r, int k) {
      const int row = mirrored(r + k, rows);
      return row % 2 ? -1 : row / 2;
    });
  };
  return once(once(level, height), width);
}

inline std::vector<Level> laplacian_pyramid(Level picture, int smallest) {
  std::vector<Level> levels;
  while ((std::min(picture.shape.h, picture.shape.w) + 1) / 2 >= std::max(smallest, 1) &&
         std::min(picture.shape.h, picture.shape.w) > 1) {
    Level next = halved(picture);
    const Level kept = doubled(next, picture.shape.h, picture.shape.w);
    for (std::size_t k = 0; k < picture.values.size(); ++k) picture.values[k] -= kept.values[k];
    levels.push_back(std::exchange(picture, std::move(next)));
  }
  levels.push_back(std::move(picture));
  return levels;
}

}  // namespace guise::metrics
