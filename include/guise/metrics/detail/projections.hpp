// Internal: patches of pictures projected on random directions; see metrics/sliced_wasserstein.hpp.
#pragma once
#include <guise/metrics/detail/transport.hpp>
#include <guise/metrics/laplacian_pyramid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace guise {

namespace metrics {

inline constexpr int patch_side = 7;

// Patches of all levels of pictures' pyramids: patch k, from picture k modulo n, is row k of its level.
class Patches {
 public:
  Patches(int count, std::uint64_t seed) : count_(count), seed_(seed) {}

  // Each picture once, in order, of n.
  void add(const std::vector<Level>& pyramid, int picture, int n) {
    for (std::size_t level = 0; level < pyramid.size(); ++level) {
      if (picture == 0) begin(pyramid[level].shape, level);
      const Level& from = pyramid[level];
      const int line = patch_side * from.shape.c;
      for (int k = picture; k < count_; k += n) {
        const auto [top, left] = places_[level][static_cast<std::size_t>(k)];
        double* to = levels_[level].row(k).data();
        for (int r = top; r < top + patch_side; ++r)
          to = std::copy_n(from.values.begin() + (r * from.shape.w + left) * from.shape.c, line, to);
      }
    }
  }
  std::vector<RowMajorMatrix>& levels() { return levels_; }  // (count, 7 * 7 * C)

 private:
  struct Place {
    int top, left;
  };
  void begin(Shape shape, std::size_t level) {
    Random random(seed_, 2 * level);
    const auto below = [&](int side) {
      return static_cast<int>(random.below(static_cast<std::uint64_t>(side - patch_side + 1)));
    };
    auto& places = places_.emplace_back();
    for (int k = 0; k < count_; ++k) {
      const int top = below(shape.h);
      places.push_back({top, below(shape.w)});
    }
    levels_.emplace_back(count_, patch_side * patch_side * shape.c);
  }

  int count_;
  std::uint64_t seed_;
  std::vector<std::vector<Place>> places_;
  std::vector<RowMajorMatrix> levels_;
};

// Every column of (pixels, C) to mean 0 and deviation 1; one that varies by less than rounding becomes 0.
inline void standardise(Eigen::Ref<RowMajorMatrix> pixels) {
  pixels.rowwise() -= pixels.colwise().mean().eval();
  const Eigen::RowVectorXd deviation =
      (pixels.colwise().squaredNorm() / static_cast<double>(pixels.rows())).cwiseSqrt();
  pixels *= (deviation.array() > 1e-5).select(deviation.cwiseInverse(), 0).matrix().asDiagonal();
}

// Unit vectors as columns, (length, directions).
inline RowMajorMatrix unit_directions(int length, int directions, Random random) {
  RowMajorMatrix columns(length, directions);
  for (double& value : columns.reshaped<Eigen::RowMajor>()) value = random.normal();
  columns.colwise().normalize();
  return columns;
}

// Of two sets of points as rows the mean over directions of the distances between their projections.
inline PerHalf mean_distances(const RowMajorMatrix& x, const RowMajorMatrix& y,
                              const RowMajorMatrix& directions, Transport& transport) {
  const Eigen::MatrixXd of_x = x * directions, of_y = y * directions;  // a direction is a column
  PerHalf sum = transport.distances(of_x.col(0), of_y.col(0));
  for (Eigen::Index k = 1; k < directions.cols(); ++k) sum += transport.distances(of_x.col(k), of_y.col(k));
  return sum / static_cast<double>(directions.cols());
}

}  // namespace metrics

}  // namespace guise
