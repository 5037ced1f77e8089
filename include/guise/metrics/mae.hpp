// Mean absolute error between two batches of one shape, pixels on the scale [0, 1]: 0 where equal, at most 1.
// Throws Error where the shapes differ or a batch is empty.
#pragma once
#include <guise/metrics/compare.hpp>

#include <cmath>

namespace guise {

template <class Domain> double mae(const Images<Domain>& x, const Images<Domain>& y) {
  return metrics::mean(x, y, [](double difference) { return std::abs(difference); });
}

}  // namespace guise
