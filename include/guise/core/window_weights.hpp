// The weights of a window along one axis, which sum to 1: of a Gaussian of this deviation about its middle, or all
// equal. On an axis of `extent` places it is clipped to that many, and stays about its middle.
#pragma once
#include <guise/core/compiler.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace guise {

inline std::vector<double> gaussian_window(int extent, int side = 11, double deviation = 1.5) {
  std::vector<double> weights(static_cast<std::size_t>(std::min(extent, side)));
  double sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const double away = static_cast<double>(k) - static_cast<double>(weights.size() - 1) / 2;
    sum += weights[k] = std::exp(-away * away / (2 * deviation * deviation));
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}
inline std::vector<double> uniform_window(int extent, int side) {
  const int count = std::min(extent, side);
  return std::vector<double>(static_cast<std::size_t>(count), 1. / count);
}

}  // namespace guise
