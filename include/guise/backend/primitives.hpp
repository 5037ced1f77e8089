// What the general operations on tensors are told besides their pointers: resampling, products with a tensor
// that is broadcast, sums over axes, products of matrices, dropout. Plain numbers, usable in constant
// expressions and in kernels. Tensors are (n, area, c), where area is all pixels of a picture.
#pragma once
#include <guise/backend/resample.hpp>

#include <cstddef>
#include <cstdint>

namespace guise {

// x (n, area, c) and s (n, 1 or area, 1 or c), each value of which belongs to all pixels, channels or both.
struct Broadcast {
  int n = 0, area = 0, c = 0;
  bool over_pixels = false, over_channels = false;
};

// Sums or means of x (n, area, c) over pixels, channels or both: y (n, 1 or area, 1 or c).
struct Reduce {
  int n = 0, area = 0, c = 0;
  bool pixels = false, channels = false, mean = false;

  GUISE_HOST_DEVICE constexpr double scale() const {  // what a sum is multiplied by
    return mean ? 1 / ((pixels ? double(area) : 1) * (channels ? double(c) : 1)) : 1;
  }
};

// Of (n, area, c) the place, in the tensor without the axes that are reduced or broadcast over.
GUISE_HOST_DEVICE constexpr std::size_t reduced_place(std::size_t k, int area, int c, bool pixels,
                                                      bool channels) {
  const std::size_t channel = k % std::size_t(c), row = k / std::size_t(c);
  const std::size_t kept = pixels ? row / std::size_t(area) : row;
  return channels ? kept : kept * std::size_t(c) + channel;
}

// y (batch, m, n) = a (batch, m, k) b (batch, k, n), in rows. Where an operand is transposed it lies in memory
// as (k, m) or (n, k).
struct Matmul {
  int batch = 1, m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
};

// Which elements a dropout keeps: a hash of the stream, of two whole numbers and of the element's index alone,
// so that threads and devices may ask for any of them in any order.
// The 64 bits of the key are mixed by splitmix64 (Steele, Lea and Flood, 2014), the elements by two turns of
// MurmurHash3's finaliser (Appleby, 2011).
struct DropoutKey {
  std::uint32_t first, second;

  GUISE_HOST_DEVICE constexpr DropoutKey(std::uint64_t stream, std::uint64_t count0, std::uint64_t count1)
      : DropoutKey(mixed(mixed(mixed(stream) + count0) + count1)) {}

  // Bits is std::uint32_t, or a vector of them.
  template <class Bits> static GUISE_HOST_DEVICE constexpr Bits hash(Bits bits) {
    bits ^= bits >> 16;
    bits *= 0x85ebca6bu;
    bits ^= bits >> 13;
    bits *= 0xc2b2ae35u;
    return bits ^ (bits >> 16);
  }
  // 32 random bits of the element high * 2^32 + low.
  template <class Bits> GUISE_HOST_DEVICE constexpr Bits bits(Bits low, std::uint32_t high) const {
    return hash(hash(low ^ first) ^ (second + high));
  }
  GUISE_HOST_DEVICE constexpr std::uint32_t bits(std::size_t k) const {
    return bits(std::uint32_t(k), std::uint32_t(std::uint64_t(k) >> 32));
  }

 private:
  GUISE_HOST_DEVICE constexpr explicit DropoutKey(std::uint64_t key)
      : first(std::uint32_t(key)), second(std::uint32_t(key >> 32)) {}
  static GUISE_HOST_DEVICE constexpr std::uint64_t mixed(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
};
// Elements with bits below it are dropped. 0 <= rate < 1.
constexpr std::uint32_t dropout_threshold(double rate) { return std::uint32_t(rate * 0x1p32); }

}  // namespace guise
