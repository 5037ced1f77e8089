// Internal: the element types of tensors in files, each under its name in the safetensors format, and how its
// numbers become float. io/weights/torch_file.hpp uses them too.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace guise::safetensors {

// How many numbers a shape holds. Where the product overflows the result is more than any file has.
inline std::uint64_t numbers(const std::vector<std::size_t>& shape) {
  if (std::ranges::find(shape, std::size_t{0}) != shape.end()) return 0;
  std::uint64_t product = 1;
  for (std::size_t extent : shape)
    if (__builtin_mul_overflow(product, extent, &product) || product > UINT64_MAX / 8) return UINT64_MAX / 8;
  return product;
}

inline float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const float magnitude =
      exponent == 31
          ? (mantissa ? NAN : INFINITY)
          : std::ldexp(static_cast<float>(exponent ? mantissa + 1024 : mantissa), std::max(exponent, 1) - 25);
  return std::copysign(magnitude, bits & 0x8000 ? -1.f : 1.f);
}

template <class Stored, class Convert>
std::vector<float> converted(std::span<const unsigned char> bytes, Convert convert) {
  std::vector<float> numbers(bytes.size() / sizeof(Stored));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + k * sizeof(Stored), sizeof(Stored));
    numbers[k] = convert(stored);
  }
  return numbers;
}

struct Type {
  std::string_view name;
  std::uint64_t bytes;
  std::vector<float> (*read)(std::span<const unsigned char>);
};
inline constexpr Type types[] = {
    {"F32", 4, [](auto bytes) { return converted<float>(bytes, [](float v) { return v; }); }},
    {"F16", 2, [](auto bytes) { return converted<std::uint16_t>(bytes, from_half); }},
    {"BF16", 2,
     [](auto bytes) {
       return converted<std::uint16_t>(
           bytes, [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t{v} << 16); });
     }},
    {"F64", 8,
     [](auto bytes) { return converted<double>(bytes, [](double v) { return static_cast<float>(v); }); }}};

// What PyTorch's norms count beside their statistics, and no network here needs.
inline bool is_counter(std::string_view name) {
  return name == "num_batches_tracked" || name.ends_with(".num_batches_tracked");
}

}  // namespace guise::safetensors
