// Vectors of floats in the compilers' own extension, as wide as the target's registers: one source for
// AVX-512, AVX2, SSE and NEON. Pointers need the alignment of a float only. The last few of a row are loaded
// and stored by count, so nothing is touched behind an array's end.
#pragma once
#include <guise/backend/geometry.hpp>

#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

namespace guise::cpu {

// `block` is how many rows of two vectors of sums the registers hold, besides what a product needs to load.
#if defined(__AVX512F__)
inline constexpr int lanes = 16, block = 14;
#elif defined(__AVX__)
inline constexpr int lanes = 8, block = 6;
#elif defined(__aarch64__)
inline constexpr int lanes = 4, block = 12;
#else
inline constexpr int lanes = 4, block = 6;
#endif
inline constexpr int panel = 2 * lanes;

#define GUISE_INLINE inline __attribute__((always_inline))

using Vector [[gnu::vector_size(lanes * sizeof(float))]] = float;
typedef float Unaligned __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));

using Full = std::integral_constant<int, lanes>;

GUISE_INLINE Vector load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
GUISE_INLINE Vector load(const float* p, Full) { return load(p); }
GUISE_INLINE Vector load(const float* p, int count) {  // zeros behind them
  Vector v{};
  std::memcpy(&v, p, static_cast<std::size_t>(count) * sizeof(float));
  return v;
}
GUISE_INLINE Vector load_before(const float* end, const float* p) {  // nothing at or behind the end
  return end - p >= lanes ? load(p) : load(p, static_cast<int>(end - p));
}
GUISE_INLINE void store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
GUISE_INLINE void store(float* p, Vector v, Full) { store(p, v); }
GUISE_INLINE void store(float* p, Vector v, int count) {
  std::memcpy(p, &v, static_cast<std::size_t>(count) * sizeof(float));
}
GUISE_INLINE Vector fill(float value) { return value - Vector{}; }

// f(k, count) for all k of [begin, end) a vector at a time; `count` is Full{} or an int.
template <class F> GUISE_INLINE void sweep(long begin, long end, F f) {
  long k = begin;
  for (; k + lanes <= end; k += lanes) f(k, Full{});
  if (k < end) f(k, static_cast<int>(end - k));
}

// The instruction itself, in both dialects of assembler: the header that has a name for it takes half a second.
GUISE_INLINE Vector root(Vector v) {
#if defined(__AVX__)
  asm("vsqrtps {%1, %0|%0, %1}" : "=v"(v) : "v"(v));
#elif defined(__SSE2__)
  asm("sqrtps {%1, %0|%0, %1}" : "=x"(v) : "x"(v));
#else
  for (int k = 0; k < lanes; ++k) v[k] = std::sqrt(v[k]);
#endif
  return v;
}

GUISE_INLINE double sum(Vector v) {  // in the order of the lanes
  double total = 0;
  for (int k = 0; k < lanes; ++k) total += static_cast<double>(v[k]);
  return total;
}

// ---- the transpose of `lanes` vectors: log2(lanes) perfect shuffles of all their elements ----
template <int half, int... k>
GUISE_INLINE Vector interleaved(Vector a, Vector b, std::integer_sequence<int, k...>) {
  return __builtin_shufflevector(a, b, (half * lanes / 2 + k / 2 + k % 2 * lanes)...);
}
GUISE_INLINE void transpose(Vector* rows) {
  constexpr auto all = std::make_integer_sequence<int, lanes>{};
  Vector mixed[lanes];
#pragma GCC unroll 4
  for (int stage = 1; stage < lanes; stage *= 2) {
#pragma GCC unroll 16
    for (int i = 0; i < lanes / 2; ++i) {
      mixed[2 * i] = interleaved<0>(rows[i], rows[i + lanes / 2], all);
      mixed[2 * i + 1] = interleaved<1>(rows[i], rows[i + lanes / 2], all);
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) rows[i] = mixed[i];
  }
}

}  // namespace guise::cpu
