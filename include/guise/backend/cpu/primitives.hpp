// The general operations on tensors: rows of channels, dropout, broadcast products, sums over axes, rows by
// index. Sums are taken in blocks of a fixed size, blocks in their order and in double precision.
#pragma once
#include <guise/backend/cpu/elementwise.hpp>
#include <guise/backend/primitives.hpp>

namespace guise::cpu {

// f(row) for all rows of c values, threads sharing them.
template <class F> void each_row_of(Context& context, long rows, long c, F f) {
  context.share(
      rows,
      [&](long begin, long end) {
        for (long row = begin; row < end; ++row) f(row);
      },
      std::max(1l, (1 << 14) / std::max(1l, c)));
}

inline void copy_channels(Context& context, long rows, int count, const float* x, int x_channels, float* y,
                          int y_channels) {
  each_row_of(context, rows, count,
              [=](long row) { std::copy_n(x + row * x_channels, count, y + row * y_channels); });
}

inline void dropout(Context& context, long n, double rate, std::uint64_t stream, const float* counter,
                    const float* x, float* y) {
  using Words [[gnu::vector_size(lanes * sizeof(float))]] = std::uint32_t;
  const DropoutKey key(stream, static_cast<std::uint64_t>(counter[0]),
                       static_cast<std::uint64_t>(counter[1]));
  const std::uint32_t threshold = dropout_threshold(rate);
  const auto scale = static_cast<float>(1 / (1 - rate));
  Words lane{};
  for (std::uint32_t k = 0; k < lanes; ++k) lane[k] = k;
  each(
      context, n, [=](long k, auto some) __attribute__((always_inline)) {  // a vector begins at whole vectors
        const Words bits =
            key.bits(lane + static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(k >> 32));
        store(y + k, bits < threshold ? Vector{} : load(x + k, some) * scale, some);
      });
}

// ---- broadcasts ----
inline void multiply(Context& context, const Broadcast& g, const float* x, const float* s, float* y) {
  const long c = g.c, area = g.area, rows = g.n * area;
  if (!g.over_pixels && !g.over_channels)
    return each(
        context, rows * c, [=](long k, auto some) __attribute__((always_inline)) {
          store(y + k, load(x + k, some) * load(s + k, some), some);
        });
  each_row_of(context, rows, c, [=, over_pixels = g.over_pixels, over_channels = g.over_channels](long row) {
    const float* factor = s + (over_pixels ? row / area : row) * (over_channels ? 1 : c);
    sweep(
        0, c, [=](long k, auto some) __attribute__((always_inline)) {
          const Vector v = over_channels ? fill(*factor) : load(factor + k, some);
          store(y + row * c + k, load(x + row * c + k, some) * v, some);
        });
  });
}
inline void reduce_dx(Context& context, const Reduce& g, const float* dy, float* dx) {
  const long c = g.c, area = g.area;
  const auto scale = static_cast<float>(g.scale());
  each_row_of(context, g.n * area, c, [=, pixels = g.pixels, channels = g.channels](long row) {
    const float* from = dy + (pixels ? row / area : row) * (channels ? 1 : c);
    sweep(
        0, c, [=](long k, auto some) __attribute__((always_inline)) {
          store(dx + row * c + k, scale * (channels ? fill(*from) : load(from + k, some)), some);
        });
  });
}

// ---- sums over axes of value(place, count), a vector of x or of a product, zeros behind its end ----
template <class F> void sum_channels(Context& context, const Reduce& g, F value, float* y) {
  const long c = g.c;
  const double scale = g.scale();
  each_row_of(context, long(g.n) * g.area, c, [=](long row) {
    Vector total{};
    sweep(
        0, c, [&](long k, auto some) __attribute__((always_inline)) { total += value(row * c + k, some); });
    y[row] = static_cast<float>(sum(total) * scale);
  });
}
template <class F> void sum_pixels(Context& context, const Reduce& g, F value, float* y) {
  constexpr long together = 128;
  const long c = g.c, area = g.area, blocks = how_many(area, together);
  const double scale = g.scale();
  float* sums = context.statistics.at_least(g.n * blocks * c);
  context.pool.run(g.n * blocks, [&](long task, int) {
    const long sample = task / blocks, begin = task % blocks * together,
               end = std::min(area, begin + together);
    sweep(
        0, c, [&](long k, auto some) __attribute__((always_inline)) {
          Vector total{};
          for (long row = begin; row < end; ++row) total += value((sample * area + row) * c + k, some);
          store(sums + task * c + k, total, some);
        });
  });
  const long outputs = g.channels ? g.n : g.n * c, joined = g.channels ? c : 1;  // channels of an output
  each_row_of(context, outputs, blocks * joined, [=](long out) {
    const float* from = sums + out * joined / c * blocks * c + out * joined % c;
    double total = 0;
    for (long b = 0; b < blocks; ++b)
      for (long k = 0; k < joined; ++k) total += static_cast<double>(from[b * c + k]);
    y[out] = static_cast<float>(total * scale);
  });
}
template <class F> void reduce_values(Context& context, const Reduce& g, F value, float* y) {
  if (g.pixels) return sum_pixels(context, g, value, y);
  if (g.channels) return sum_channels(context, g, value, y);
  each(
      context, long(g.n) * g.area * g.c, [=](long k, auto some) __attribute__((always_inline)) {
        store(y + k, value(k, some), some);
      });
}
inline void reduce(Context& context, const Reduce& g, const float* x, float* y) {
  reduce_values(
      context, g, [x](long k, auto some) __attribute__((always_inline)) { return load(x + k, some); }, y);
}
inline void multiply_ds(Context& context, const Broadcast& g, const float* x, const float* dy, float* ds) {
  reduce_values(
      context, {g.n, g.area, g.c, g.over_pixels, g.over_channels},
      [ x, dy ](long k, auto some)
          __attribute__((always_inline)) { return load(x + k, some) * load(dy + k, some); },
      ds);
}

// ---- rows by index ----
inline void gather_rows(Context& context, long count, long floats, const float* index, const float* x,
                        float* y) {
  each_row_of(context, count, floats,
              [=](long k) { std::copy_n(x + static_cast<long>(index[k]) * floats, floats, y + k * floats); });
}
// Threads share the columns, for two rows may have the same index.
inline void gather_rows_dx(Context& context, long count, long floats, const float* index, const float* dy,
                           float* dx) {
  context.share(
      floats,
      [=](long begin, long end) {
        for (long k = 0; k < count; ++k) {
          float* to = dx + static_cast<long>(index[k]) * floats;
          sweep(
              begin, end, [=](long at, auto some) __attribute__((always_inline)) {
                store(to + at, load(to + at, some) + load(dy + k * floats + at, some), some);
              });
        }
      },
      128);
}

}  // namespace guise::cpu
