// Internal: patches of pictures projected on random directions; see metrics/sliced_wasserstein.hpp.
#pragma once
#include <guise/core/random.hpp>
#include <guise/detail/eigen_core.hpp>
#include <guise/metrics/laplacian_pyramid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace guise {

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

}  // namespace metrics

}  // namespace guise
