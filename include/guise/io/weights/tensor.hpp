// A Tensor is a tensor as files of weights hold it: its shape, its numbers in row-major order, in memory always in
// single precision, and the type that they have in the file. Beside it is what readers ask of one and how they print it.
#pragma once
#include <guise/core/compiler.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace guise {

enum class NumberType : unsigned char { float32, float16, bfloat16, float64, int8 };
inline std::string to_text(NumberType type) {
  constexpr const char* names[] = {"float32", "float16", "bfloat16", "float64", "int8"};
  return names[static_cast<std::size_t>(type)];
}

struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> data;
  NumberType type = NumberType::float32;  // that of the file it comes from, and in which it is written
  std::size_t channel_axis = 0;           // of int8: each channel along it has a scale of its own
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
