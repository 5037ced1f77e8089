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

// Only the first `vectors` of the panel's two are wanted.
template <int rows, int vectors>
[[gnu::noinline]] void product(const float* a, long a_chunk, const float* b, float* c, long c_row,
                               long c_vector, long chunks, const float* next, long next_chunk) {
  Vector sums[rows][vectors] = {};
  for (long chunk = 0; chunk < chunks; ++chunk, a += a_chunk, next += next_chunk)
#pragma GCC unroll 1
    for (int k = 0; k < lanes; ++k, b += panel) {
      Vector right[vectors];
      for (int j = 0; j < vectors; ++j) right[j] = load(b + j * lanes);
      __builtin_prefetch(next + k * lanes);
#pragma GCC unroll 16
      for (int i = 0; i < rows; ++i) {
        const Vector value = fill(a[i * lanes + k]);
        for (int j = 0; j < vectors; ++j) sums[i][j] += value * right[j];
      }
    }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < vectors; ++j) store(c + i * c_row + j * c_vector, sums[i][j]);
}
template <int vectors, int... i> constexpr auto products_of(std::integer_sequence<int, i...>) {
  return std::array<Product, sizeof...(i) + 1>{nullptr, &product<i + 1, vectors>...};
}
inline constexpr auto products = products_of<2>(std::make_integer_sequence<int, block>{});  // by rows
inline constexpr auto half_products = products_of<1>(std::make_integer_sequence<int, block>{});

// The same where row i of `a` is the window of a pixel in a picture, `high` runs of `wide` values, `row` apart, and its
// neighbour's begins `step` further: nothing is copied before.
struct InPlace {
  const float* x;
  long step, row, high, wide;
};
using WindowProduct = void (*)(const InPlace& a, const float* b, float* c, long c_row);

template <int rows, int vectors>
[[gnu::noinline]] void window_product(const InPlace& a, const float* b, float* c, long c_row) {
  Vector sums[rows][vectors] = {};
  for (long high = 0; high < a.high; ++high) {
    const float* x = a.x + high * a.row;
#pragma GCC unroll 1
    for (long k = 0; k < a.wide; ++k, ++x, b += panel) {
      Vector right[vectors];
      for (int j = 0; j < vectors; ++j) right[j] = load(b + j * lanes);
#pragma GCC unroll 16
      for (int i = 0; i < rows; ++i) {
        const Vector value = fill(x[i * a.step]);
        for (int j = 0; j < vectors; ++j) sums[i][j] += value * right[j];
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < vectors; ++j) store(c + i * c_row + j * lanes, sums[i][j]);
}
template <int vectors, int... i> constexpr auto window_products_of(std::integer_sequence<int, i...>) {
  return std::array<WindowProduct, sizeof...(i) + 1>{nullptr, &window_product<i + 1, vectors>...};
}
inline constexpr auto window_products = window_products_of<2>(std::make_integer_sequence<int, block>{});
inline constexpr auto half_window_products = window_products_of<1>(std::make_integer_sequence<int, block>{});

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
