// A Tensor is a tensor as files of weights hold it: its shape, and its numbers in row-major order, in single
// precision. Beside it is what readers ask of one and how they print its shape.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace guise {

struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> data;
};

inline std::string shape_text(std::span<const std::size_t> shape) {
  std::string text;
  for (std::size_t side : shape) text += (text.empty() ? "" : "x") + std::to_string(side);
  return text.empty() ? "a single number" : text;
}
inline bool all_finite(const Tensor& tensor) {
  return std::ranges::all_of(tensor.data, [](float value) { return std::isfinite(value); });
}

}  // namespace guise
