// Internal: random halves of two sets as matrices, and what scores of the halves say; see metrics/features.hpp.
#pragma once
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/detail/eigen_core.hpp>
#include <guise/metrics/features.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace guise::metrics {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using PerHalf = Eigen::RowVectorXd;  // a number for the whole sets, then one for each pair of halves

// A column of 1 and 0 for each choice of rows: all of them, then the halves.
struct Halves {
  RowMajorMatrix x, y;
};

inline void choose_half(RowMajorMatrix& chosen, int column, Random& random) {
  std::vector<std::size_t> all(static_cast<std::size_t>(chosen.rows()));
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::size_t k = 0; k < all.size() / 2; ++k) {
    std::swap(all[k], all[k + random.below(all.size() - k)]);
    chosen(static_cast<Eigen::Index>(all[k]), column) = 1;
  }
}

// None where a set has too few rows.
inline Halves halves(std::size_t of_x, std::size_t of_y, int count, std::uint64_t seed) {
  if (std::min(of_x, of_y) < fewest_features) count = 0;
  const auto rows = [&](std::size_t n) -> RowMajorMatrix {
    RowMajorMatrix chosen = RowMajorMatrix::Zero(static_cast<Eigen::Index>(n), 1 + std::max(count, 0));
    chosen.col(0).setOnes();
    return chosen;
  };
  Halves result{rows(of_x), rows(of_y)};
  Random random(seed);
  for (int k = 1; k <= count; ++k) {
    choose_half(result.x, k, random);
    choose_half(result.y, k, random);
  }
  return result;
}

// `least`, `most`: what the score can be.
inline Estimate estimate(const PerHalf& scores, double least = -HUGE_VAL, double most = HUGE_VAL) {
  Estimate result{scores(0)};
  std::vector<double> of_halves(scores.begin() + 1, scores.end());
  if (of_halves.size() < 2) return result;
  const auto n = static_cast<double>(of_halves.size());
  const double mean = std::accumulate(of_halves.begin(), of_halves.end(), 0.0) / n;
  double squares = 0;
  for (const double score : of_halves) squares += (score - mean) * (score - mean);
  result.error = std::sqrt(squares / (n - 1));
  std::sort(of_halves.begin(), of_halves.end());
  const auto at = [&](double share) {  // between neighbours in proportion
    const double place = share * (n - 1);
    const auto below = static_cast<std::size_t>(place);
    const double above = of_halves[std::min(below + 1, of_halves.size() - 1)];
    const double score = of_halves[below] + (place - std::floor(place)) * (above - of_halves[below]);
    return std::clamp(result.value + score - mean, least, most);
  };
  result.low = at(0.025), result.high = at(0.975);
  return result;
}

inline RowMajorMatrix rows_of(const Features& set) {
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Floats>(set.values.data(), static_cast<Eigen::Index>(set.size()),
                                  static_cast<Eigen::Index>(set.channels))
      .cast<double>();
}
inline void check(const char* score, const Features& x, const Features& y,
                  std::size_t fewest = fewest_features) {
  if (x.channels != y.channels || x.size() < fewest || y.size() < fewest)
    throw Error(std::string(score) + " of " + std::to_string(x.size()) + " rows of " +
                std::to_string(x.channels) + " features and " + std::to_string(y.size()) + " of " +
                std::to_string(y.channels) + ": expected at least " + std::to_string(fewest) +
                " rows each, of as many features");
}

// f(first, rows): a few rows of a matrix of n x n at a time.
template <class F> void in_bands(Eigen::Index n, F f) {
  constexpr Eigen::Index band = 64;
  for (Eigen::Index first = 0; first < n; first += band) f(first, std::min(band, n - first));
}

}  // namespace guise::metrics
