// What metrics/kernel_distance.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/metrics/detail/halves.hpp>
#include <guise/metrics/kernel_distance.hpp>

namespace guise {

namespace metrics {

// Of every choice of rows the sum of k over all pairs, u out of x and v out of y. Where these are one set, pairs of a row
// with itself do not count.
inline PerHalf kernel_sums(const RowMajorMatrix& x, const RowMajorMatrix& chosen_x, const RowMajorMatrix& y,
                           const RowMajorMatrix& chosen_y) {
  PerHalf sums = PerHalf::Zero(chosen_x.cols());
  in_bands(x.rows(), [&](Eigen::Index first, Eigen::Index rows) {
    RowMajorMatrix kernel =
        ((x.middleRows(first, rows) * y.transpose()).array() / static_cast<double>(x.cols()) + 1).cube();
    if (&x == &y) kernel.diagonal(first).setZero();
    sums += (kernel * chosen_y).cwiseProduct(chosen_x.middleRows(first, rows)).colwise().sum();
  });
  return sums;
}

}  // namespace metrics

GUISE_FUNCTION Estimate kernel_distance(const Features& x, const Features& y, KernelDistanceOptions options) {
  using namespace metrics;
  check("kernel distance", x, y);
  const RowMajorMatrix of_x = rows_of(x), of_y = rows_of(y);
  const Halves chosen = halves(x.size(), y.size(), options.halves, options.seed);
  const PerHalf n = chosen.x.colwise().sum(), m = chosen.y.colwise().sum();
  const auto within = [](const RowMajorMatrix& rows, const RowMajorMatrix& some,
                         const PerHalf& count) -> PerHalf {
    return kernel_sums(rows, some, rows, some).array() / (count.array() * (count.array() - 1));
  };
  const PerHalf between = kernel_sums(of_x, chosen.x, of_y, chosen.y).array() / (n.array() * m.array());
  return estimate(within(of_x, chosen.x, n) + within(of_y, chosen.y, m) - 2 * between);
}

}  // namespace guise
