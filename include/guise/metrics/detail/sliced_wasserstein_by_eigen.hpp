// What metrics/sliced_wasserstein.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/metrics/detail/projections.hpp>
#include <guise/metrics/sliced_wasserstein.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace guise {

namespace metrics {

inline std::vector<RowMajorMatrix> patches_of(PictureSet pictures, const SlicedWassersteinOptions& options) {
  Patches patches(options.patches, options.seed);
  const std::size_t floats = pictures.shape.floats();
  for (int k = 0; k < std::min(pictures.n, options.patches); ++k) {
    Level picture(pictures.shape);
    std::copy_n(pictures.data + static_cast<std::size_t>(k) * floats, floats, picture.values.begin());
    patches.add(laplacian_pyramid(std::move(picture), std::max(options.smallest, patch_side)), k, pictures.n);
  }
  for (RowMajorMatrix& rows : patches.levels())
    standardise(Eigen::Map<RowMajorMatrix>(rows.data(), rows.size() / pictures.shape.c, pictures.shape.c));
  return std::move(patches.levels());
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
  const auto of_x = patches_of(x, options), of_y = patches_of(y, options);
  const auto looked_at = [&](int n) { return static_cast<std::size_t>(std::min(n, options.patches)); };
  const Halves chosen = halves(looked_at(x.n), looked_at(y.n), options.halves, options.seed);
  Transport transport(chosen, options.patches, options.patches);
  SlicedWasserstein result;
  PerHalf sum = PerHalf::Zero(chosen.x.cols());
  Shape shape = x.shape;
  for (std::size_t level = 0; level < of_x.size(); ++level) {
    const RowMajorMatrix directions = unit_directions(
        static_cast<int>(of_x[level].cols()), options.directions, Random(options.seed, 2 * level + 1));
    const PerHalf distances = mean_distances(of_x[level], of_y[level], directions, transport);
    result.levels.push_back({shape.h, shape.w, distances(0)});
    sum += distances / static_cast<double>(of_x.size());
    shape = {shape.c, (shape.h + 1) / 2, (shape.w + 1) / 2};
  }
  result.mean = sum(0);
  result.estimate = metrics::estimate(sum, 0);
  return result;
}

}  // namespace metrics

GUISE_FUNCTION Estimate sliced_wasserstein(const Features& x, const Features& y,
                                           FeatureWassersteinOptions options) {
  using namespace metrics;
  check("sliced Wasserstein distance", x, y);
  if (options.directions < 1)
    throw Error("sliced Wasserstein distance in no direction: expected at least one");
  RowMajorMatrix of_x = rows_of(x), of_y = rows_of(y);
  const Eigen::RowVectorXd mean = of_y.colwise().mean();
  Eigen::RowVectorXd deviation =
      ((of_y.rowwise() - mean).colwise().squaredNorm() / static_cast<double>(of_y.rows())).cwiseSqrt();
  const double largest = deviation.maxCoeff();
  if (largest == 0) deviation.setOnes();  // they are all one picture
  deviation = deviation.cwiseMax(largest / 100);
  for (RowMajorMatrix* rows : {&of_x, &of_y})
    *rows = (rows->rowwise() - mean).array().rowwise() / deviation.array();
  const Halves chosen = halves(x.size(), y.size(), options.halves, options.seed);
  Transport transport(chosen, of_x.rows(), of_y.rows());
  const RowMajorMatrix directions =
      unit_directions(static_cast<int>(x.channels), options.directions, Random(options.seed, 1));
  return estimate(mean_distances(of_x, of_y, directions, transport), 0);
}

}  // namespace guise
