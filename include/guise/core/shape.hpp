// The shape of one sample: channels, height, width. The batch size travels beside it, and tensors are laid
// out (N, H, W, C) on every backend.
#pragma once
#include <cstddef>

namespace guise {

struct Shape {
  int c = 0, h = 0, w = 0;
  friend constexpr bool operator==(Shape, Shape) = default;
  constexpr std::size_t floats() const {
    return static_cast<std::size_t>(c) * static_cast<std::size_t>(h) * static_cast<std::size_t>(w);
  }
};

// Tensors that lie in one buffer start at multiples of this many scalars: a cache line of floats.
inline constexpr std::size_t floats_per_line = 16;
constexpr std::size_t whole_lines(std::size_t floats) {
  return (floats + floats_per_line - 1) / floats_per_line * floats_per_line;
}

}  // namespace guise
