// What the metrics share: two batches of pictures of one domain, compared on the scale where pixels are in
// [0, 1], sums in double precision. Throws Error where the batches differ in shape or are empty.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>

#include <cstddef>
#include <string>

namespace guise::metrics {

template <class Domain> void check(const Images<Domain>& x, const Images<Domain>& y) {
  const auto text = [](const Images<Domain>& images) {
    return std::to_string(images.n) + " of " + std::to_string(images.shape.c) + "x" +
           std::to_string(images.shape.h) + "x" + std::to_string(images.shape.w);
  };
  if (x.n != y.n || x.shape != y.shape)
    throw Error("pictures to compare: " + text(x) + " and " + text(y) + ": expected one size");
  check_batch(x), check_batch(y);
  if (x.n < 1 || x.shape.floats() == 0) throw Error("no pictures to compare: expected at least one");
}

template <class Domain, class Distance>
double mean(const Images<Domain>& x, const Images<Domain>& y, Distance distance) {
  check(x, y);
  double sum = 0;
  for (std::size_t k = 0; k < x.data.size(); ++k)
    sum += distance((static_cast<double>(x.data[k]) - static_cast<double>(y.data[k])) / 2);
  return sum / static_cast<double>(x.data.size());
}

}  // namespace guise::metrics
