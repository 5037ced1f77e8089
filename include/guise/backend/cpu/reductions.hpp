// Sums over many values: moments, column sums, losses. Values are summed in blocks of a fixed size, blocks in
// a fixed order and in double precision, so the result does not depend on the number of threads.
#pragma once
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/cpu/vector.hpp>
#include <guise/backend/formula.hpp>

#include <cmath>

namespace guise::cpu {

// ---- moments: every block's mean and centred squares, [block][2][c], then all blocks' ----
// The moments of `count` rows of c values, a row every `pitch`.
inline void block_moments(const float* x, long pitch, long count, int c, float* out) {
  const float inverse = 1.f / static_cast<float>(count);
  sweep(
      0, c, [&](long k, auto some) __attribute__((always_inline)) {
        Vector total{}, squares{};
        const float* at = x + k;
        const Vector origin = load(at, some);  // sums of differences stay small
        for (long row = 0; row < count; ++row) total += load(at + row * pitch, some) - origin;
        const Vector mean = origin + total * inverse;
        for (long row = 0; row < count; ++row) {
          const Vector d = load(at + row * pitch, some) - mean;
          squares += d * d;
        }
        store(out + k, mean, some);
        store(out + c + k, squares, some);
      });
}

// stats (n, c, 2) from the blocks' moments; size(k) is how many rows the k-th block of a sample has.
inline void finish_moments(Context& context, int n, int c, long area, double epsilon, long blocks,
                           FunctionRef<long(long)> size, const float* moments, float* stats) {
  constexpr int together = lanes / 2;  // channels, in double precision
  using Floats [[gnu::vector_size(together * sizeof(float))]] = float;
  using Doubles [[gnu::vector_size(together * sizeof(double))]] = double;
  const long groups = how_many(c, together);
  context.pool.run(n * groups, [&](long task, int) {
    const long sample = task / groups, first = task % groups * together;
    const auto count = static_cast<std::size_t>(std::min<long>(together, c - first));
    const auto read = [&, at = moments + sample * blocks * 2 * c + first](long row) {
      Floats v{};
      count == together ? std::memcpy(&v, at + row * c, sizeof v)
                        : std::memcpy(&v, at + row * c, count * sizeof(float));
      return __builtin_convertvector(v, Doubles);
    };
    Doubles mean{}, squares{};
    for (long b = 0; b < blocks; ++b) mean += static_cast<double>(size(b)) * read(2 * b);
    mean /= static_cast<double>(area);
    for (long b = 0; b < blocks; ++b) {
      const Doubles d = read(2 * b) - mean;
      squares += read(2 * b + 1) + static_cast<double>(size(b)) * d * d;
    }
    for (std::size_t k = 0; k < count; ++k) {
      float* to = stats + (sample * c + first) * 2 + 2 * k;
      to[0] = static_cast<float>(mean[k]);
      to[1] = static_cast<float>(1 / std::sqrt(squares[k] / static_cast<double>(area) + epsilon));
    }
  });
}

inline void moments(Context& context, int n, long area, int c, double epsilon, const float* x, float* stats) {
  const long blocks = how_many(area, 128);
  float* sums = context.partial.at_least(n * blocks * 2 * c);
  const auto begin = [&](long k) { return begin_of(k, blocks, area); };
  context.pool.run(n * blocks, [&](long task, int) {
    const long first = begin(task % blocks), count = begin(task % blocks + 1) - first;
    block_moments(x + (task / blocks * area + first) * c, c, count, c, sums + task * 2 * c);
  });
  finish_moments(
      context, n, c, area, epsilon, blocks, [&](long k) { return begin(k + 1) - begin(k); }, sums, stats);
}

// ---- sums over rows: out[k] += sum of value(row offset, k) ----
template <class F> void add_column_sums(Context& context, long rows, int c, float* out, F value) {
  constexpr long together = 128;
  const long blocks = how_many(rows, together);
  float* sums = context.statistics.at_least(blocks * c);
  context.pool.run(blocks, [&](long task, int) {
    const long begin = task * together, end = std::min(rows, begin + together);
    sweep(
        0, c, [&](long k, auto some) __attribute__((always_inline)) {
          Vector total{};
          for (long row = begin; row < end; ++row) total += value(row * c + k, some);
          store(sums + task * c + k, total, some);
        });
  });
  context.share(
      c,
      [&](long begin, long end) {
        for (long k = begin; k < end; ++k) {
          double total = 0;
          for (long b = 0; b < blocks; ++b) total += static_cast<double>(sums[b * c + k]);
          out[k] += static_cast<float>(total);
        }
      },
      32);
}
inline void column_sums(Context& context, long rows, int c, const float* dy, float* db) {
  add_column_sums(
      context, rows, c,
      db, [dy](long k, auto some) __attribute__((always_inline)) { return load(dy + k, some); });
}
inline void affine_dw(Context& context, long rows, int c, const float* x, const float* dy, float* dscale,
                      float* dshift) {
  add_column_sums(
      context, rows, c, dscale, [ x, dy ](long k, auto some) __attribute__((always_inline)) {
        return load(x + k, some) * load(dy + k, some);
      });
  column_sums(context, rows, c, dy, dshift);
}

// ---- losses ----
inline void mean(Context& context, const MeanFormula& formula, long n, double weight, const float* x,
                 const float* target, double constant, float* value, float* dx) {
  constexpr long together = 1 << 12;
  const long blocks = how_many(n, together);
  const auto each = static_cast<float>(weight / static_cast<double>(n));
  double* sums = context.statistics.at_least<double>(blocks);
  context.pool.run(blocks, [&](long task, int) {
    const long begin = task * together, count = std::min(n - begin, together);
    sums[task] =
        formula.vectors.sum(static_cast<std::size_t>(count), each, x + begin,
                            target ? target + begin : nullptr, static_cast<float>(constant), dx + begin);
  });
  double all = 0;
  for (long b = 0; b < blocks; ++b) all += sums[b];
  *value = static_cast<float>(weight * all / static_cast<double>(n));
}

}  // namespace guise::cpu
