// Max pooling and rows of other widths, a vector of channels at a time, rows of the output shared between threads;
// depthwise convolutions are in depthwise.hpp. Where the channels are no whole vectors, the last vector reaches back over the one before.
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
