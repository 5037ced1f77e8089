// The prologue as a pass of its own: normalize, activate, reflect at the border, add a skip; and its gradient,
// which goes through the statistics too.
#pragma once
#include <guise/backend/cpu/reductions.hpp>
#include <guise/backend/cpu/window.hpp>

namespace guise::cpu {

// Statistics apart, in the context's workspace; null if not wanted.
inline const float* centres_of(Context& context, const Prologue& g, const float* stats,
                               long floats_before = 0) {
  if (!g.normalize) return nullptr;
  float* centres = context.statistics.at_least(floats_before + 2l * g.n * g.c) + floats_before;
  separate(stats, g.n, g.c, centres);
  return centres;
}

inline void prologue(Context& context, const Prologue& g, const float* x, const float* stats,
                     const float* skip, float* y) {
  const float* centres = centres_of(context, g, stats);
  const int height = g.h + 2 * g.reflect, width = g.w + 2 * g.reflect, c = g.c;
  const FusedActivation activation = g.activation;
  const long rows_together = std::max(1l, (1 << 13) / (static_cast<long>(width) * c));
  context.share(
      static_cast<long>(g.n) * height,
      [&](long begin, long end) {
        for (long row = begin; row < end; ++row) {
          const long sample = row / height;
          const float* from = x + (sample * g.h + mirrored(static_cast<int>(row % height) - g.reflect, g.h)) *
                                      static_cast<long>(g.w) * c;
          const long to = row * width * c;
          const auto write = [&](long at, long source, long k, auto some) __attribute__((always_inline)) {
            Vector v = load(from + source, some);
            if (centres)
              v = (v - load(centres + sample * 2 * c + k, some)) *
                  load(centres + (sample * 2 + 1) * c + k, some);
            v = activate(activation, v);
            if (skip) v += load(skip + at, some);
            store(y + at, v, some);
          };
          const auto write_pixel = [&](int q) {
            const long source = static_cast<long>(mirrored(q - g.reflect, g.w)) * c,
                       at = to + static_cast<long>(q) * c;
            sweep(
                0, c, [&](long k, auto some) __attribute__((always_inline)) {
                  write(at + k, source + k, k, some);
                });
          };
          if (centres) {
            for (int q = 0; q < width; ++q) write_pixel(q);
            continue;
          }
          for (int q = 0; q < g.reflect; ++q) write_pixel(q);  // the row between the borders is one run
          sweep(
              0, static_cast<long>(g.w) * c, [&](long k, auto some) __attribute__((always_inline)) {
                write(to + static_cast<long>(g.reflect) * c + k, k, 0, some);
              });
          for (int q = g.reflect + g.w; q < width; ++q) write_pixel(q);
        }
      },
      rows_together);
}

// The places of reflected pixels that show source pixel k of n: one, and those of the borders it is near.
inline int shown_at(int k, int n, int reflect, int* places) {
  int count = 0;
  places[count++] = k + reflect;
  if (k > 0 && k <= reflect) places[count++] = reflect - k;
  if (k < n - 1 && k >= n - 1 - reflect) places[count++] = 2 * (n - 1) - k + reflect;
  return count;
}

inline void prologue_dx(Context& context, const Prologue& g, const float* x, const float* stats,
                        const float* dy, float* dx) {
  const int c = g.c, width = g.w + 2 * g.reflect, height = g.h + 2 * g.reflect;
  const FusedActivation activation = g.activation;
  const long blocks = std::min<long>(g.h, how_many(static_cast<long>(g.h) * g.w, 128)),
             block_sums = g.n * blocks * 2l * c;
  const long sample_sums = 2l * g.n * c;  // and the sums of all blocks
  context.statistics.at_least(block_sums + 2 * sample_sums);
  const float* centres = centres_of(context, g, stats, block_sums + sample_sums);
  float* sums = context.statistics.at_least(block_sums + 2 * sample_sums);
  float* means = sums + block_sums;

  // dy folded at the borders, through the activation; sums over some rows of it, and of it times y
  context.pool.run(g.n * blocks, [&](long task, int) {
    const long sample = task / blocks, first = begin_of(task % blocks, blocks, g.h),
               last = begin_of(task % blocks + 1, blocks, g.h);
    float* sum = sums + task * 2 * c;
    if (centres) std::fill_n(sum, 2 * c, 0.f);
    for (long r = first; r < last; ++r) {
      int rows[3], cols[3];
      const int row_count = shown_at(static_cast<int>(r), g.h, g.reflect, rows);
      const long pixels = (sample * g.h + r) * g.w;
      const auto folded = [&](int q, int col_count, long k, auto some) __attribute__((always_inline)) {
        const long at = (pixels + q) * c + k;
        Vector v = load(x + at, some), d{};
        if (centres)
          v = (v - load(centres + sample * 2 * c + k, some)) * load(centres + (sample * 2 + 1) * c + k, some);
        for (int i = 0; i < row_count; ++i)
          for (int j = 0; j < col_count; ++j)
            d += load(dy + ((sample * height + rows[i]) * width + cols[j]) * c + k, some);
        d *= slope(activation, is_smooth(activation) ? activate(activation, v) : v);
        store(dx + at, d, some);
        if (!centres) return;
        store(sum + k, load(sum + k, some) + d, some);
        store(sum + c + k, load(sum + c + k, some) + d * v, some);
      };
      for (int q = 0; q < g.w; ++q) {
        const int col_count = shown_at(q, g.w, g.reflect, cols);
        sweep(
            0, c, [&](long k, auto some) __attribute__((always_inline)) { folded(q, col_count, k, some); });
      }
    }
  });
  if (!centres) return;
  const double area = static_cast<double>(g.h) * g.w;
  context.share(
      sample_sums,
      [&](long begin, long end) {
        for (long k = begin; k < end; ++k) {
          double total = 0;
          for (long b = 0; b < blocks; ++b)
            total += static_cast<double>(sums[(k / (2 * c) * blocks + b) * 2 * c + k % (2 * c)]);
          means[k] = static_cast<float>(total / area);
        }
      },
      32);
  context.pool.run(g.n * blocks, [&](long task, int) {
    const long sample = task / blocks, first = begin_of(task % blocks, blocks, g.h),
               last = begin_of(task % blocks + 1, blocks, g.h);
    const float *centre = centres + sample * 2 * c, *mean = means + sample * 2 * c;
    for (long at = (sample * g.h + first) * g.w * c; at < (sample * g.h + last) * g.w * c; at += c)
      sweep(
          0, c, [&](long k, auto some) __attribute__((always_inline)) {
            const Vector inverse = load(centre + c + k, some),
                         y = (load(x + at + k, some) - load(centre + k, some)) * inverse;
            store(dx + at + k,
                  inverse * (load(dx + at + k, some) - load(mean + k, some) - y * load(mean + c + k, some)),
                  some);
          });
  });
}

}  // namespace guise::cpu
