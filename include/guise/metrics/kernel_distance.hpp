// Kernel distance between two sets of features (KID; Binkowski, Sutherland, Arbel, Gretton 2018): the
// unbiased estimate of the squared maximum mean discrepancy with the kernel k(u, v) = (u . v / d + 1)^3,
//
//   mean over i != j of k(x_i, x_j) + the same of y - 2 mean over i, j of k(x_i, y_j)
//
// 0 on average where both sets come from one distribution, so that a value may be negative. Its error is that of an
// Estimate (metrics/features.hpp). (Where the two distributions are equal it says too much, by the root of 3.) The
// kernel is computed in bands of rows, so that memory grows with the number of rows, not with its square.
//
// A set is rows of d floats, at least 4 of them. Throws Error on fewer, or where the sets differ in d.
#pragma once
#include <guise/metrics/features.hpp>

#include <cstdint>

namespace guise {

struct KernelDistanceOptions {
  std::uint64_t seed = 0;
  int halves = 100;
};

Estimate kernel_distance(const Features& x, const Features& y, KernelDistanceOptions options = {});

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/metrics/detail/kernel_distance_by_eigen.hpp>
#endif
