// Forward operations over each channel by itself, a vector of channels at a time, rows of the output shared
// between threads. Where the channels are no whole vectors, the last vector reaches back over the one before.
#pragma once
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/cpu/vector.hpp>

#include <algorithm>

namespace guise::cpu {

// f(c, count) for vectors that cover the channels.
template <class F> GUISE_INLINE void each_channel(long channels, F f) {
  if (channels < lanes) return f(0L, static_cast<int>(channels));
  for (long c = 0; c < channels; c += lanes) f(std::min(c, channels - lanes), Full{});
}

// f(sample, output row) for all rows.
inline void each_row(Context& context, ConvGeometry p, FunctionRef<void(long, long)> f) {
  const long floats = std::max(1l, long(p.out_w) * p.c * p.kernel * p.kernel);
  context.share(
      long(p.n) * p.out_h,
      [&](long begin, long end) {
        for (long row = begin; row < end; ++row) f(row / p.out_h, row % p.out_h);
      },
      std::max(1l, (1 << 16) / floats));
}

// A run of outputs whose windows of 3x3 lie within x: weights stay in registers along it. `x` is where the
// first window begins, `row` and `step` lead to the next row of a window and to the next window.
inline void depthwise_run(long count, long c, const float* x, long row, long step, const float* turned,
                          const float* bias, float* y) {
  each_channel(
      c, [=](long k, auto some) __attribute__((always_inline)) {
        Vector w[9];
#pragma GCC unroll 9
        for (int tap = 0; tap < 9; ++tap) w[tap] = load(turned + tap * c + k, some);
        const Vector start = bias ? load(bias + k, some) : Vector{};
        for (long q = 0; q < count; ++q) {
          const float* from = x + q * step + k;
          Vector sum = start;
#pragma GCC unroll 9
          for (int tap = 0; tap < 9; ++tap) sum += load(from + tap / 3 * row + tap % 3 * c, some) * w[tap];
          store(y + q * c + k, sum, some);
        }
      });
}

inline void depthwise(Context& context, ConvGeometry p, const float* x, const float* w, const float* bias,
                      float* y) {
  const long taps = long(p.kernel) * p.kernel, c = p.c;
  float* turned = context.weights.at_least(taps * c);  // (kernel, kernel, c)
  for (long k = 0; k < c; ++k)
    for (long tap = 0; tap < taps; ++tap) turned[tap * c + k] = w[k * taps + tap];
  // columns [first, last) whose windows reach over neither side
  const long first = std::min<long>(p.out_w, (p.pad_left + p.stride - 1) / p.stride);
  const long last =
      std::max<long>(first, std::min<long>(p.out_w, (p.w - p.kernel + p.pad_left) / p.stride + 1));
  each_row(context, p, [=](long n, long r) {
    const long top = r * p.stride - p.pad_top;
    const long i0 = std::max(0l, -top), i1 = std::min<long>(p.kernel, p.h - top);
    float* to = y + (n * p.out_h + r) * p.out_w * c;
    const auto from = [&](long i, long column) { return x + ((n * p.h + top + i) * p.w + column) * c; };
    const bool runs = p.kernel == 3 && p.w >= 3 && i1 - i0 == 3;
    if (runs)
      depthwise_run(last - first, c, from(0, first * p.stride - p.pad_left), p.w * c, p.stride * c, turned,
                    bias, to + first * c);
    for (long q = 0; q < p.out_w; ++q) {
      if (runs && q == first) q = last;
      if (q == p.out_w) break;
      const long left = q * p.stride - p.pad_left;
      const long j0 = std::max(0l, -left), j1 = std::min<long>(p.kernel, p.w - left);
      each_channel(
          c, [&](long k, auto some) __attribute__((always_inline)) {
            Vector sum = bias ? load(bias + k, some) : Vector{};
            for (long i = i0; i < i1; ++i)
              for (long j = j0; j < j1; ++j)
                sum += load(from(i, left + j) + k, some) * load(turned + (i * p.kernel + j) * c + k, some);
            store(to + q * c + k, sum, some);
          });
    }
  });
}
inline void max_pool(Context& context, ConvGeometry p, const float* x, float* y) {
  each_row(context, p, [=](long n, long r) {
    for (long q = 0; q < p.out_w; ++q)
      each_channel(
          p.c, [&](long k, auto some) __attribute__((always_inline)) {
            const float* from = x + ((n * p.h + r * p.stride) * p.w + q * p.stride) * p.c + k;
            Vector largest = load(from, some);
            for (long i = 0; i < p.kernel; ++i)
              for (long j = 0; j < p.kernel; ++j) {
                const Vector v = load(from + (i * p.w + j) * p.c, some);
                largest = v > largest ? v : largest;
              }
            store(y + ((n * p.out_h + r) * p.out_w + q) * p.c + k, largest, some);
          });
  });
}
inline void columns(Context& context, long rows, int from, const float* x, int to, float* y) {
  context.share(
      rows,
      [=](long begin, long end) {
        for (long row = begin; row < end; ++row) {
          std::copy_n(x + row * from, std::min(from, to), y + row * to);
          std::fill(y + row * to + std::min(from, to), y + (row + 1) * to, 0.f);
        }
      },
      std::max(1, (1 << 16) / std::max(to, 1)));
}

}  // namespace guise::cpu
