// Internal: the element types of tensors in files, each under its name in the safetensors format, and how its
// numbers become float and are made of float. io/weights/torch_file.hpp uses them too.
#pragma once
#include <guise/io/weights/tensor.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
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

// To the nearest, of two the even one; infinity from 65520 on.
inline std::uint16_t to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value), sign = bits >> 16 & 0x8000;
  std::uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return static_cast<std::uint16_t>(sign | 0x7e00);
  if (magnitude >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);
  if (magnitude < 0x38800000) {  // without an exponent of its own: the sum rounds to multiples of 2^-24
    const float sum = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(sum) - 0x3f000000));
  }
  magnitude += 0xfff + (magnitude >> 13 & 1);
  return static_cast<std::uint16_t>(sign | (magnitude - 0x38000000) >> 13);
}

inline float from_brain(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
inline std::uint16_t to_brain(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
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
template <class Convert> std::vector<unsigned char> stored(std::span<const float> numbers, Convert convert) {
  using Stored = decltype(convert(0.f));
  std::vector<unsigned char> bytes(numbers.size() * sizeof(Stored));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const Stored number = convert(numbers[k]);
    std::memcpy(bytes.data() + k * sizeof(Stored), &number, sizeof(Stored));
  }
  return bytes;
}

struct Type {
  std::string_view name;
  NumberType type;
  std::uint64_t bytes;
  float largest;  // that it holds
  std::vector<float> (*read)(std::span<const unsigned char>);
  std::vector<unsigned char> (*write)(std::span<const float>);
};
inline constexpr float largest_float = std::numeric_limits<float>::max();
inline constexpr Type types[] = {
    // in the order of NumberType
    {"F32", NumberType::float32, 4, largest_float,
     [](auto bytes) { return converted<float>(bytes, [](float v) { return v; }); },
     [](auto numbers) { return stored(numbers, [](float v) { return v; }); }},
    {"F16", NumberType::float16, 2, 65504,
     [](auto bytes) { return converted<std::uint16_t>(bytes, from_half); },
     [](auto numbers) { return stored(numbers, to_half); }},
    {"BF16", NumberType::bfloat16, 2, 0x1.fep127f,
     [](auto bytes) { return converted<std::uint16_t>(bytes, from_brain); },
     [](auto numbers) { return stored(numbers, to_brain); }},
    {"F64", NumberType::float64, 8, largest_float,
     [](auto bytes) { return converted<double>(bytes, [](double v) { return static_cast<float>(v); }); },
     [](auto numbers) { return stored(numbers, [](float v) { return double{v}; }); }},
    {"I8", NumberType::int8, 1, 127,  // in units of its channel's scale
     [](auto bytes) {
       return converted<std::int8_t>(bytes, [](std::int8_t v) { return static_cast<float>(v); });
     },
     [](auto numbers) {
       return stored(numbers, [](float v) { return static_cast<std::int8_t>(std::nearbyint(v)); });
     }}};
constexpr const Type& type_of(NumberType type) { return types[static_cast<std::size_t>(type)]; }
static_assert(std::ranges::all_of(types, [](const Type& t) { return &type_of(t.type) == &t; }));

// What PyTorch's norms count beside their statistics, and no network here needs.
inline bool is_counter(std::string_view name) {
  return name == "num_batches_tracked" || name.ends_with(".num_batches_tracked");
}

}  // namespace guise::safetensors
