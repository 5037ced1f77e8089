// Sliced Wasserstein distance between two sets of pictures, level by level of their Laplacian pyramids
// (Karras, Aila, Laine, Lehtinen 2018): patches of 7x7 at random places, each channel brought to mean 0 and
// deviation 1 over a set's patches, projected on random directions; the mean over directions of the mean
// distance between the sorted projections. Fine levels see texture and noise, coarse ones shapes. 0 for equal
// sets; the paper prints it times 1000. Since each set is normalised by itself, its overall colour and
// contrast do not count.
//
// Sets of different size may be compared: as many patches come from each. All that is random comes from the
// seed, and two calls with one seed look at the same places in the same directions. Pictures of both sets
// have one shape, at least 7x7. Throws Error where they do not, or a set is empty.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/metrics/laplacian_pyramid.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace guise {

struct SlicedWassersteinOptions {
  std::uint64_t seed = 0;
  int patches = 8192;    // of each set and level
  int directions = 128;  // to project them on
  int smallest = 16;     // side where the pyramid ends
};

struct SlicedWasserstein {
  struct OfLevel {
    int height, width;
    double distance;
  };
  std::vector<OfLevel> levels;  // finest first
  double mean = 0;
};

namespace metrics {

inline constexpr int patch_side = 7;

// Rows of 7 * 7 * C floats, patch k from picture k modulo n.
inline std::vector<float> patches(const std::vector<Level>& pictures, int count, Random random) {
  const Shape shape = pictures.front().shape;
  const auto line = static_cast<std::size_t>(patch_side * shape.c);
  std::vector<float> rows(static_cast<std::size_t>(count * patch_side) * line);  // (count, 7, 7, C)
  auto to = rows.begin();
  for (int k = 0; k < count; ++k) {
    const Level& picture = pictures[static_cast<std::size_t>(k) % pictures.size()];
    const auto top = static_cast<int>(random.below(static_cast<std::uint64_t>(shape.h - patch_side + 1)));
    const auto left = static_cast<int>(random.below(static_cast<std::uint64_t>(shape.w - patch_side + 1)));
    for (int r = top; r < top + patch_side; ++r)
      to = std::copy_n(picture.values.begin() + (r * shape.w + left) * shape.c, line, to);
  }
  return rows;
}

// Every channel to mean 0 and deviation 1; one that varies by less than rounding becomes 0.
inline void standardise(std::vector<float>& values, int channels) {
  const auto step = static_cast<std::size_t>(channels);
  for (std::size_t c = 0; c < step; ++c) {
    double sum = 0, squares = 0;
    const double count = static_cast<double>(values.size() / step);
    for (std::size_t k = c; k < values.size(); k += step) sum += values[k];
    const double mean = sum / count;
    for (std::size_t k = c; k < values.size(); k += step) squares += (values[k] - mean) * (values[k] - mean);
    const double deviation = std::sqrt(squares / count), scale = deviation > 1e-5 ? 1 / deviation : 0;
    for (std::size_t k = c; k < values.size(); k += step)
      values[k] = static_cast<float>((values[k] - mean) * scale);
  }
}

// Unit vectors, (length, directions): the layout in which projecting runs along memory.
inline std::vector<float> unit_directions(std::size_t length, std::size_t directions, Random random) {
  std::vector<double> squares(directions);
  std::vector<float> values(length * directions);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double value = random.normal();
    values[k] = static_cast<float>(value);
    squares[k % directions] += value * value;
  }
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<float>(values[k] / std::sqrt(squares[k % directions]));
  return values;
}

// For every direction the sorted projections of all rows.
inline std::vector<std::vector<float>> sorted_projections(const std::vector<float>& rows,
                                                          const std::vector<float>& directions,
                                                          std::size_t length) {
  const std::size_t count = rows.size() / length, width = directions.size() / length;
  std::vector<std::vector<float>> projections(width, std::vector<float>(count));
  std::vector<float> sums(width);
  for (std::size_t row = 0; row < count; ++row) {
    std::fill(sums.begin(), sums.end(), 0.f);
    for (std::size_t k = 0; k < length; ++k) {
      const float value = rows[row * length + k];
      const float* direction = directions.data() + k * width;
      for (std::size_t d = 0; d < width; ++d) sums[d] += value * direction[d];
    }
    for (std::size_t d = 0; d < width; ++d) projections[d][row] = sums[d];
  }
  for (auto& line : projections) std::sort(line.begin(), line.end());
  return projections;
}

// pyramids[level][picture]
template <class Domain>
std::vector<std::vector<Level>> pyramids(const Images<Domain>& pictures, int smallest) {
  std::vector<std::vector<Level>> levels;
  const std::size_t floats = pictures.shape.floats();
  for (std::size_t k = 0; k < static_cast<std::size_t>(pictures.n); ++k) {
    Level picture(pictures.shape);
    std::copy_n(pictures.data.begin() + k * floats, floats, picture.values.begin());
    auto pyramid = laplacian_pyramid(std::move(picture), std::max(smallest, patch_side));
    levels.resize(pyramid.size());
    for (std::size_t level = 0; level < pyramid.size(); ++level)
      levels[level].push_back(std::move(pyramid[level]));
  }
  return levels;
}

}  // namespace metrics

template <class Domain>
SlicedWasserstein sliced_wasserstein(const Images<Domain>& x, const Images<Domain>& y,
                                     SlicedWassersteinOptions options = {}) {
  const auto side = [](Shape s) { return std::to_string(s.w) + "x" + std::to_string(s.h); };
  if (x.n < 1 || y.n < 1) throw Error("two sets of pictures to compare: expected at least one in each");
  if (x.shape != y.shape || std::min(x.shape.h, x.shape.w) < metrics::patch_side)
    throw Error("two sets of pictures to compare, of " + side(x.shape) + " and " + side(y.shape) +
                ": expected one size, at least 7x7");
  if (options.patches < 1 || options.directions < 1)
    throw Error("sliced Wasserstein distance of " + std::to_string(options.patches) + " patches in " +
                std::to_string(options.directions) + " directions: expected at least one of each");
  const auto of_x = metrics::pyramids(x, options.smallest), of_y = metrics::pyramids(y, options.smallest);
  const auto length = static_cast<std::size_t>(metrics::patch_side * metrics::patch_side * x.shape.c);
  SlicedWasserstein result;
  for (std::size_t level = 0; level < of_x.size(); ++level) {
    const auto projections = [&](const std::vector<metrics::Level>& pictures) {
      auto rows = metrics::patches(pictures, options.patches, Random(options.seed, 2 * level));
      metrics::standardise(rows, x.shape.c);
      const auto directions = metrics::unit_directions(length, static_cast<std::size_t>(options.directions),
                                                       Random(options.seed, 2 * level + 1));
      return metrics::sorted_projections(rows, directions, length);
    };
    const auto px = projections(of_x[level]), py = projections(of_y[level]);
    double sum = 0;
    for (std::size_t d = 0; d < px.size(); ++d)
      sum += std::transform_reduce(px[d].begin(), px[d].end(), py[d].begin(), 0.0, std::plus<>(),
                                   [](float u, float v) { return std::abs(double(u) - double(v)); });
    const Shape shape = of_x[level].front().shape;
    const double distance = sum / (static_cast<double>(options.patches) * options.directions);
    result.levels.push_back({shape.h, shape.w, distance});
    result.mean += distance / static_cast<double>(of_x.size());
  }
  return result;
}

}  // namespace guise
