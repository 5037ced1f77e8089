// The innermost product, which all convolutions are made of: a few rows of `a` times one panel of `b`, the
// sums in registers. Each value of `a` is broadcast, vectors run along the columns of `b`, which are
// channels.
//
//   a  chunks of `lanes` columns: [chunk][row][lanes], so that a pixel's channels are copied as whole vectors
//   b  a panel: [k][panel]
//   c  row i, vector j at c + i * c_row + j * c_vector
#pragma once
#include <guise/backend/cpu/vector.hpp>

#include <array>
#include <utility>

namespace guise::cpu {

// `next` is what will be wanted soon: `lanes` vectors of every chunk of it are prefetched.
using Product = void (*)(const float* a, long a_chunk, const float* b, float* c, long c_row, long c_vector,
                         long chunks, const float* next, long next_chunk);

template <int rows>
[[gnu::noinline]] void product(const float* a, long a_chunk, const float* b, float* c, long c_row,
                               long c_vector, long chunks, const float* next, long next_chunk) {
  Vector sums[rows][2];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) sums[i][0] = sums[i][1] = Vector{};
  for (long chunk = 0; chunk < chunks; ++chunk, a += a_chunk, next += next_chunk)
#pragma GCC unroll 1
    for (int k = 0; k < lanes; ++k, b += panel) {
      const Vector b0 = load(b), b1 = load(b + lanes);
      __builtin_prefetch(next + k * lanes);
#pragma GCC unroll 16
      for (int i = 0; i < rows; ++i) {
        const Vector value = fill(a[i * lanes + k]);
        sums[i][0] += value * b0;
        sums[i][1] += value * b1;
      }
    }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < 2; ++j) store(c + i * c_row + j * c_vector, sums[i][j]);
}
template <int... i> constexpr auto products_of(std::integer_sequence<int, i...>) {
  return std::array<Product, sizeof...(i) + 1>{nullptr, &product<i + 1>...};
}
inline constexpr auto products = products_of(std::make_integer_sequence<int, block>{});  // by rows

// The product that sums over pixels, for weight gradients: c (outer_rows, panel) = a^T b, or + it.
//   a [pixel][lanes], of which the first outer_rows are used; b0, b1 [pixel][lanes]; c [outer_rows][panel]
inline constexpr int outer_rows = lanes == 16 ? 8 : 4;
[[gnu::noinline]] inline void outer_product(const float* a, const float* b0, const float* b1, float* c,
                                            long c_row, long pixels, bool adds, const float* next) {
  Vector sums[outer_rows][2];
#pragma GCC unroll 16
  for (int i = 0; i < outer_rows; ++i) sums[i][0] = sums[i][1] = Vector{};
#pragma GCC unroll 1
  for (long pixel = 0; pixel < pixels; ++pixel, a += lanes, b0 += lanes, b1 += lanes) {
    const Vector left = load(b0), right = load(b1);
    __builtin_prefetch(next + pixel * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < outer_rows; ++i) {
      const Vector value = fill(a[i]);
      sums[i][0] += value * left;
      sums[i][1] += value * right;
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < outer_rows; ++i) {
    float* row = c + i * c_row;
    store(row, adds ? load(row) + sums[i][0] : sums[i][0]);
    store(row + lanes, adds ? load(row + lanes) + sums[i][1] : sums[i][1]);
  }
}

}  // namespace guise::cpu
