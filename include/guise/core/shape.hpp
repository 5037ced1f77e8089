// A Shape is the shape of one sample: channels, height, width. The batch size is stored beside it, and
// tensors are laid out as (N, H, W, C) on every backend.
#pragma once
#include <guise/core/compiler.hpp>

#include <cstddef>

namespace guise {

inline constexpr int rgb_channels = 3;  // of a picture in colour: red, green, blue

struct Shape {
  int c = 0, h = 0, w = 0;
  friend constexpr bool operator==(Shape, Shape) = default;
  constexpr std::size_t floats() const { return std::size_t{1} * c * h * w; }
};

// Tensors in one buffer start at multiples of this many scalars, a cache line of floats.
inline constexpr std::size_t floats_per_line = 16;
constexpr std::size_t whole_lines(std::size_t floats) {
  return (floats + floats_per_line - 1) / floats_per_line * floats_per_line;
}

}  // namespace guise
