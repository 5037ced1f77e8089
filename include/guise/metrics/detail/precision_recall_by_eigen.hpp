// What metrics/precision_recall.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/metrics/detail/halves.hpp>
#include <guise/metrics/precision_recall.hpp>

namespace guise {

namespace metrics {

// Squared distances of some rows of x from all of y.
inline RowMajorMatrix squared_distances(const RowMajorMatrix& x, Eigen::Index first, Eigen::Index rows,
                                        const RowMajorMatrix& y) {
  const auto some = x.middleRows(first, rows);
  RowMajorMatrix squares = -2 * (some * y.transpose());
  squares.colwise() += some.rowwise().squaredNorm();
  squares.rowwise() += y.rowwise().squaredNorm().transpose();
  return squares.cwiseMax(0);
}

// For every row of a set and every choice of rows its squared distance from the k-th nearest other one that was chosen;
// -1 where it was not chosen itself.
inline RowMajorMatrix radii(const RowMajorMatrix& set, const RowMajorMatrix& chosen, int k) {
  constexpr std::size_t looked_at = 48;
  RowMajorMatrix result = RowMajorMatrix::Constant(chosen.rows(), chosen.cols(), -1);
  std::vector<Eigen::Index> nearest(static_cast<std::size_t>(set.rows()));
  const std::size_t most = std::min(looked_at + 1, nearest.size());
  in_bands(set.rows(), [&](Eigen::Index first, Eigen::Index rows) {
    RowMajorMatrix away = squared_distances(set, first, rows, set);
    away.diagonal(first).setConstant(-1);  // itself comes first, before its equals too
    for (Eigen::Index row = 0; row < rows; ++row) {
      std::iota(nearest.begin(), nearest.end(), Eigen::Index{0});
      const auto nearer = [&](Eigen::Index a, Eigen::Index b) { return away(row, a) < away(row, b); };
      const auto end = nearest.begin() + static_cast<std::ptrdiff_t>(most);
      std::nth_element(nearest.begin(), end - 1, nearest.end(), nearer);
      std::sort(nearest.begin(), end, nearer);
      for (Eigen::Index choice = 0; choice < chosen.cols(); ++choice) {
        if (chosen(first + row, choice) == 0) continue;
        int found = 0;
        double& radius = result(first + row, choice);
        for (std::size_t j = 1; j < most && found < k; ++j)
          if (chosen(nearest[j], choice) != 0) ++found, radius = away(row, nearest[j]);
      }
    }
  });
  return result;
}

// Of every choice the share of the chosen points that the chosen rows of the set cover.
inline PerHalf shares_covered(const RowMajorMatrix& points, const RowMajorMatrix& chosen_points,
                              const RowMajorMatrix& set, const RowMajorMatrix& radii) {
  const Eigen::VectorXd largest = radii.rowwise().maxCoeff();
  PerHalf covered_points = PerHalf::Zero(radii.cols());
  in_bands(points.rows(), [&](Eigen::Index first, Eigen::Index rows) {
    const RowMajorMatrix away = squared_distances(points, first, rows, set);
    for (Eigen::Index row = 0; row < rows; ++row) {
      PerHalf covered = PerHalf::Zero(radii.cols());
      for (Eigen::Index j = 0; j < set.rows(); ++j)
        if (away(row, j) <= largest(j))
          covered = covered.cwiseMax((radii.row(j).array() >= away(row, j)).cast<double>().matrix());
      covered_points += covered.cwiseProduct(chosen_points.row(first + row));
    }
  });
  return covered_points.cwiseQuotient(chosen_points.colwise().sum());
}

}  // namespace metrics

GUISE_FUNCTION PrecisionRecall precision_recall(const Features& translated, const Features& real,
                                                PrecisionRecallOptions options) {
  using namespace metrics;
  const int k = options.neighbours;
  if (k < 1 || k > 12)
    throw Error("precision and recall by " + std::to_string(k) + " neighbours: expected 1 to 12");
  check("precision and recall", translated, real, options.fewest());
  const RowMajorMatrix x = rows_of(translated), y = rows_of(real);
  const Halves chosen = halves(translated.size(), real.size(), options.halves, options.seed);
  return {estimate(shares_covered(x, chosen.x, y, radii(y, chosen.y, k)), 0, 1),
          estimate(shares_covered(y, chosen.y, x, radii(x, chosen.x, k)), 0, 1)};
}

}  // namespace guise
