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
#include <guise/detail/eigen_core.hpp>
#include <guise/metrics/laplacian_pyramid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
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

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Patch k, from picture k modulo n, is row k.
inline Rows patches(const std::vector<Level>& pictures, int count, Random random) {
  const Shape shape = pictures.front().shape;
  const int line = patch_side * shape.c;
  Rows rows(count, patch_side * line);  // (count, 7 * 7 * C)
  double* to = rows.data();
  for (int k = 0; k < count; ++k) {
    const Level& picture = pictures[static_cast<std::size_t>(k) % pictures.size()];
    const auto top = static_cast<int>(random.below(static_cast<std::uint64_t>(shape.h - patch_side + 1)));
    const auto left = static_cast<int>(random.below(static_cast<std::uint64_t>(shape.w - patch_side + 1)));
    for (int r = top; r < top + patch_side; ++r)
      to = std::copy_n(picture.values.begin() + (r * shape.w + left) * shape.c, line, to);
  }
  return rows;
}

// Every column of (pixels, C) to mean 0 and deviation 1; one that varies by less than rounding becomes 0.
inline void standardise(Eigen::Ref<Rows> pixels) {
  pixels.rowwise() -= pixels.colwise().mean().eval();
  const Eigen::RowVectorXd deviation =
      (pixels.colwise().squaredNorm() / static_cast<double>(pixels.rows())).cwiseSqrt();
  pixels *= (deviation.array() > 1e-5).select(deviation.cwiseInverse(), 0).matrix().asDiagonal();
}

// Unit vectors as columns, (length, directions).
inline Rows unit_directions(int length, int directions, Random random) {
  Rows columns(length, directions);
  for (double& value : columns.reshaped<Eigen::RowMajor>()) value = random.normal();
  columns.colwise().normalize();
  return columns;
}

// The projections on each direction, sorted: a direction is a column, (patches, directions).
inline Eigen::MatrixXd sorted_projections(const Rows& patches, const Rows& directions) {
  Eigen::MatrixXd projections = patches * directions;
  for (auto column : projections.colwise()) std::sort(column.begin(), column.end());
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
  const int channels = x.shape.c, length = metrics::patch_side * metrics::patch_side * channels;
  SlicedWasserstein result;
  for (std::size_t level = 0; level < of_x.size(); ++level) {
    const metrics::Rows directions =
        metrics::unit_directions(length, options.directions, Random(options.seed, 2 * level + 1));
    const auto projections = [&](const std::vector<metrics::Level>& pictures) {
      auto patches = metrics::patches(pictures, options.patches, Random(options.seed, 2 * level));
      metrics::standardise(Eigen::Map<metrics::Rows>(patches.data(), patches.size() / channels, channels));
      return metrics::sorted_projections(patches, directions);
    };
    const Eigen::MatrixXd of_x_sorted = projections(of_x[level]), of_y_sorted = projections(of_y[level]);
    const double distance = (of_x_sorted - of_y_sorted).cwiseAbs().mean();
    const Shape shape = of_x[level].front().shape;
    result.levels.push_back({shape.h, shape.w, distance});
    result.mean += distance / static_cast<double>(of_x.size());
  }
  return result;
}

}  // namespace guise
