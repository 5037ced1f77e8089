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
#include <cstddef>
#include <cstdint>
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

KernelDistance kernel_distance(const Features& x, const Features& y, KernelDistanceOptions options = {});

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/metrics/detail/kernel_distance_by_eigen.hpp>
#endif
