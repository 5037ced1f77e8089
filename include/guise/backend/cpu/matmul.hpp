// Products of matrices by the micro-kernel of the convolutions: the right factor is packed into panels once,
// rows of the left one block after the other. Long sums are taken in parts of a fixed depth.
#pragma once
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/cpu/micro_kernel.hpp>
#include <guise/backend/primitives.hpp>

namespace guise::cpu {

// One panel of b, [depth][panel], zeros where b ends.
inline void pack_right(const Matmul& g, const float* b, long column, long depth, float* out) {
  for (int half = 0; half < 2; ++half, column += lanes, out += lanes) {
    const int count = static_cast<int>(std::clamp<long>(g.n - column, 0, lanes));
    for (long k = 0; k < depth; k += lanes) {
      const int deep = static_cast<int>(std::min<long>(lanes, g.k - k));
      Vector rows[lanes];
      for (int i = 0; i < lanes; ++i)
        if (g.transpose_b)
          rows[i] = i < count ? load(b + (column + i) * g.k + k, deep) : Vector{};
        else
          rows[i] = i < deep && count ? load(b + (k + i) * g.n + column, count) : Vector{};
      if (g.transpose_b) transpose(rows);
      for (int i = 0; i < lanes; ++i) store(out + (k + i) * panel, rows[i]);
    }
  }
}
// Rows [row, row + rows) of a, depths [from, from + chunks * lanes), zeros where a ends: [chunk][row][lanes].
inline void pack_left(const Matmul& g, const float* a, long row, long rows, long from, long chunks,
                      float* out) {
  for (long chunk = 0; chunk < chunks; ++chunk, from += lanes) {
    const long deep = std::min<long>(lanes, g.k - from);
    for (long i = 0; i < rows; ++i, out += lanes)
      if (g.transpose_a)
        for (long k = 0; k < lanes; ++k) out[k] = k < deep ? a[(from + k) * g.m + row + i] : 0;
      else
        store(out, load(a + (row + i) * g.k + from, static_cast<int>(deep)));
  }
}

inline void matmul(Context& context, const Matmul& g, const float* a, const float* b, float* y) {
  constexpr long most_rows = 4 * block, most_panels = 8, most_depth = 512;
  const long m = g.m, n = g.n, panels = how_many(n, panel), depth = how_many(g.k, lanes) * lanes;
  if (depth == 0) {
    std::fill_n(y, g.batch * m * n, 0.f);
    return;
  }
  float* const right = context.weights.at_least(g.batch * panels * depth * panel);
  context.pool.run(g.batch * panels, [&](long task, int) {
    pack_right(g, b + task / panels * n * g.k, task % panels * panel, depth, right + task * depth * panel);
  });
  const long down = how_many(m, most_rows), across = how_many(panels, most_panels);
  const long own = whole_lines(most_rows * std::min(depth, most_depth) + block * panel);
  float* const scratch = context.scratch.at_least(own * context.threads());
  context.pool.run(g.batch * down * across, [&](long task, int thread) {
    const long sample = task / across / down, part = task / across % down, columns = task % across;
    const long begin = begin_of(part, down, m), rows = begin_of(part + 1, down, m) - begin;
    float *const sums = scratch + thread * own, *const left = sums + block * panel;
    for (long from = 0; from < depth; from += most_depth) {
      const long chunks = std::min(most_depth, depth - from) / lanes;
      pack_left(g, a + sample * m * g.k, begin, rows, from, chunks, left);
      for (long p = begin_of(columns, across, panels); p < begin_of(columns + 1, across, panels); ++p) {
        const float* const factor = right + ((sample * panels + p) * depth + from) * panel;
        const long width = std::min<long>(panel, n - p * panel);
        for (long row = 0; row < rows; row += block) {
          const long count = std::min<long>(block, rows - row);
          float* const to = y + (sample * m + begin + row) * n + p * panel;
          const bool whole = from == 0 && width == panel;  // nothing to add to, nothing to leave out
          products[static_cast<std::size_t>(count)](left + row * lanes, rows * lanes, factor,
                                                    whole ? to : sums, whole ? n : panel, lanes, chunks,
                                                    factor, 0);
          if (whole) continue;
          for (long i = 0; i < count; ++i)
            sweep(
                0, width, [&](long k, auto some) __attribute__((always_inline)) {
                  const Vector sum = load(sums + i * panel + k);
                  store(to + i * n + k, from ? load(to + i * n + k, some) + sum : sum, some);
                });
        }
      }
    }
  });
}

}  // namespace guise::cpu
