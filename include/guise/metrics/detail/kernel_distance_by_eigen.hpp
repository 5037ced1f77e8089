// What metrics/kernel_distance.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/detail/eigen_core.hpp>
#include <guise/metrics/kernel_distance.hpp>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace guise {

namespace metrics {

// k of all pairs out of both sets, x first: one product of the rows with themselves.
inline Eigen::MatrixXd kernel(const Features& x, const Features& y) {
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto d = static_cast<Eigen::Index>(x.channels);
  const auto rows_of = [d](const Features& set) {
    return Eigen::Map<const Floats>(set.values.data(), static_cast<Eigen::Index>(set.size()), d);
  };
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(
      rows_of(x).rows() + rows_of(y).rows(), d);
  rows << rows_of(x).cast<double>(), rows_of(y).cast<double>();
  return ((rows * rows.transpose()).array() / static_cast<double>(d) + 1).cube();
}

using Chosen = std::vector<std::size_t>;  // rows of the kernel

inline double within(const Eigen::MatrixXd& kernel, const Chosen& some) {  // pairs of two different ones
  const auto pairs = kernel(some, some);
  const double n = static_cast<double>(some.size());
  return (pairs.sum() - pairs.diagonal().sum()) / (n * (n - 1));
}
inline double discrepancy(const Eigen::MatrixXd& kernel, const Chosen& x, const Chosen& y) {
  return within(kernel, x) + within(kernel, y) - 2 * kernel(x, y).mean();
}

inline Chosen half(Chosen all, Random& random) {
  const std::size_t kept = all.size() / 2;
  for (std::size_t k = 0; k < kept; ++k) std::swap(all[k], all[k + random.below(all.size() - k)]);
  all.resize(kept);
  return all;
}

}  // namespace metrics

GUISE_FUNCTION KernelDistance kernel_distance(const Features& x, const Features& y,
                                              KernelDistanceOptions options) {
  if (x.channels != y.channels || x.size() < fewest_features || y.size() < fewest_features)
    throw Error("kernel distance of " + std::to_string(x.size()) + " rows of " + std::to_string(x.channels) +
                " features and " + std::to_string(y.size()) + " of " + std::to_string(y.channels) +
                ": expected at least 4 rows each, of as many features");
  const Eigen::MatrixXd kernel = metrics::kernel(x, y);
  metrics::Chosen of_x(x.size()), of_y(y.size());
  std::iota(of_x.begin(), of_x.end(), std::size_t{0});
  std::iota(of_y.begin(), of_y.end(), x.size());
  KernelDistance result{metrics::discrepancy(kernel, of_x, of_y)};
  Random random(options.seed);
  double sum = 0, squares = 0;
  for (int k = 0; k < options.halves; ++k) {
    const auto half_x = metrics::half(of_x, random);
    const auto half_y = metrics::half(of_y, random);
    const double away = metrics::discrepancy(kernel, half_x, half_y) - result.value;
    sum += away;
    squares += away * away;
  }
  if (options.halves > 1)
    result.error = std::sqrt((squares - sum * sum / options.halves) / (options.halves - 1));
  return result;
}

}  // namespace guise
