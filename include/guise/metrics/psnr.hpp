// Peak signal to noise ratio between two batches of one shape, in dB: -10 log10 of the mean squared error,
// pixels on the scale [0, 1] and so with a peak of 1. Infinite where equal. Throws Error where the shapes
// differ or a batch is empty.
#pragma once
#include <guise/metrics/compare.hpp>

#include <cmath>

namespace guise {

template <class Domain> double psnr(const Images<Domain>& x, const Images<Domain>& y) {
  return -10 * std::log10(metrics::mean(x, y, [](double difference) { return difference * difference; }));
}

}  // namespace guise
