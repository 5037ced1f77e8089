// EigenCpu, whose expressions tests compile once and optimised (support/compiled/eigen_cpu.cpp): tests themselves are not.
#pragma once
#include "support/reference.hpp"
#include <guise/backend/eigen/eigen_cpu.hpp>

#define GUISE_EIGEN_CPU(prefix, T)                \
  prefix template struct eigen::Convolution<T>;   \
  prefix template struct eigen::Normalization<T>; \
  prefix template struct eigen::Channelwise<T>;   \
  prefix template struct eigen::Primitives<T>;    \
  prefix template struct EigenCpu<T>;

namespace guise {
GUISE_EIGEN_CPU(extern, float)
GUISE_EIGEN_CPU(extern, double)
}  // namespace guise
