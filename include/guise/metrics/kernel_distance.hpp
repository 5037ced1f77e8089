// Kernel distance between two sets of features (KID; Binkowski, Sutherland, Arbel, Gretton 2018): the
// unbiased estimate of the squared maximum mean discrepancy with the kernel k(u, v) = (u . v / d + 1)^3,
//
//   mean over i != j of k(x_i, x_j) + the same of y - 2 mean over i, j of k(x_i, y_j)
//
// 0 on average where both sets come from one distribution, so that a value may be negative. Its standard
// error is the deviation of the estimate over random halves of both sets: drawn without replacement, a half
// varies around the whole as the whole varies around the truth. (Where the two distributions are equal it
// says too much, by the root of 3.) The halves come from the seed.
//
// A set is rows of d floats, at least 4 of them. Throws Error on fewer, or where the sets differ in d.
#pragma once
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct Features {
  std::size_t channels = 0;   // d
  std::vector<float> values;  // (N, d)

  std::size_t size() const { return channels ? values.size() / channels : 0; }
};

inline constexpr std::size_t fewest_features = 4;  // rows of a set

struct KernelDistanceOptions {
  std::uint64_t seed = 0;
  int halves = 100;
};

struct KernelDistance {
  double value = 0, error = 0;
};

namespace metrics {

class Kernel {  // of all pairs out of both sets, x first
 public:
  Kernel(const Features& x, const Features& y) : rows_(x.size() + y.size()), values_(rows_ * rows_) {
    const std::size_t d = x.channels;
    const auto row = [&](std::size_t k) {
      return k < x.size() ? x.values.data() + k * d : y.values.data() + (k - x.size()) * d;
    };
    for (std::size_t i = 0; i < rows_; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        const double product = std::inner_product(row(i), row(i) + d, row(j), 0.0);
        const double base = product / static_cast<double>(d) + 1;
        values_[i * rows_ + j] = values_[j * rows_ + i] = base * base * base;
      }
  }

  double between(const std::vector<std::size_t>& some, const std::vector<std::size_t>& others) const {
    double sum = 0;
    for (std::size_t i : some)
      for (std::size_t j : others) sum += values_[i * rows_ + j];
    return sum / (static_cast<double>(some.size()) * static_cast<double>(others.size()));
  }
  double within(const std::vector<std::size_t>& some) const {  // pairs of two different ones
    const double n = static_cast<double>(some.size());
    double diagonal = 0;
    for (std::size_t i : some) diagonal += values_[i * rows_ + i];
    return (between(some, some) * n - diagonal / n) / (n - 1);
  }
  double discrepancy(const std::vector<std::size_t>& x, const std::vector<std::size_t>& y) const {
    return within(x) + within(y) - 2 * between(x, y);
  }

 private:
  std::size_t rows_;
  std::vector<double> values_;
};

inline std::vector<std::size_t> half(std::vector<std::size_t> all, Random& random) {
  const std::size_t kept = all.size() / 2;
  for (std::size_t k = 0; k < kept; ++k) std::swap(all[k], all[k + random.below(all.size() - k)]);
  all.resize(kept);
  return all;
}

}  // namespace metrics

inline KernelDistance kernel_distance(const Features& x, const Features& y,
                                      KernelDistanceOptions options = {}) {
  if (x.channels != y.channels || x.size() < fewest_features || y.size() < fewest_features)
    throw Error("kernel distance of " + std::to_string(x.size()) + " rows of " + std::to_string(x.channels) +
                " features and " + std::to_string(y.size()) + " of " + std::to_string(y.channels) +
                ": expected at least 4 rows each, of as many features");
  const metrics::Kernel kernel(x, y);
  std::vector<std::size_t> of_x(x.size()), of_y(y.size());
  std::iota(of_x.begin(), of_x.end(), std::size_t{0});
  std::iota(of_y.begin(), of_y.end(), x.size());
  KernelDistance result{kernel.discrepancy(of_x, of_y)};
  Random random(options.seed);
  double sum = 0, squares = 0;
  for (int k = 0; k < options.halves; ++k) {
    const auto half_x = metrics::half(of_x, random);
    const double away = kernel.discrepancy(half_x, metrics::half(of_y, random)) - result.value;
    sum += away;
    squares += away * away;
  }
  if (options.halves > 1)
    result.error = std::sqrt((squares - sum * sum / options.halves) / (options.halves - 1));
  return result;
}

}  // namespace guise
