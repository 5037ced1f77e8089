// What metrics/sliced_wasserstein.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/metrics/detail/projections.hpp>
#include <guise/metrics/sliced_wasserstein.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace guise::metrics {

// pyramids[level][picture]
inline std::vector<std::vector<Level>> pyramids(PictureSet pictures, int smallest) {
  std::vector<std::vector<Level>> levels;
  const std::size_t floats = pictures.shape.floats();
  for (std::size_t k = 0; k < static_cast<std::size_t>(pictures.n); ++k) {
    Level picture(pictures.shape);
    std::copy_n(pictures.data + k * floats, floats, picture.values.begin());
    auto pyramid = laplacian_pyramid(std::move(picture), std::max(smallest, patch_side));
    levels.resize(pyramid.size());
    for (std::size_t level = 0; level < pyramid.size(); ++level)
      levels[level].push_back(std::move(pyramid[level]));
  }
  return levels;
}

GUISE_FUNCTION SlicedWasserstein sliced_wasserstein(PictureSet x, PictureSet y,
                                                    SlicedWassersteinOptions options) {
  const auto side = [](Shape s) { return std::to_string(s.w) + "x" + std::to_string(s.h); };
  if (x.n < 1 || y.n < 1) throw Error("two sets of pictures to compare: expected at least one in each");
  if (x.shape != y.shape || std::min(x.shape.h, x.shape.w) < patch_side)
    throw Error("two sets of pictures to compare, of " + side(x.shape) + " and " + side(y.shape) +
                ": expected one size, at least 7x7");
  if (options.patches < 1 || options.directions < 1)
    throw Error("sliced Wasserstein distance of " + std::to_string(options.patches) + " patches in " +
                std::to_string(options.directions) + " directions: expected at least one of each");
  const auto of_x = pyramids(x, options.smallest), of_y = pyramids(y, options.smallest);
  const int channels = x.shape.c, length = patch_side * patch_side * channels;
  SlicedWasserstein result;
  for (std::size_t level = 0; level < of_x.size(); ++level) {
    const Rows directions = unit_directions(length, options.directions, Random(options.seed, 2 * level + 1));
    const auto projections = [&](const std::vector<Level>& pictures) {
      auto rows = patches(pictures, options.patches, Random(options.seed, 2 * level));
      standardise(Eigen::Map<Rows>(rows.data(), rows.size() / channels, channels));
      return sorted_projections(rows, directions);
    };
    const Eigen::MatrixXd of_x_sorted = projections(of_x[level]), of_y_sorted = projections(of_y[level]);
    const double distance = (of_x_sorted - of_y_sorted).cwiseAbs().mean();
    const Shape shape = of_x[level].front().shape;
    result.levels.push_back({shape.h, shape.w, distance});
    result.mean += distance / static_cast<double>(of_x.size());
  }
  return result;
}

}  // namespace guise::metrics
