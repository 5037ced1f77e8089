// Sums over many values: column sums and losses; moments are in moments.hpp. Values are summed in blocks of a fixed
// size, blocks in a fixed order and in double precision, so the result does not depend on the number of threads.
#pragma once
#include <guise/backend/cpu/moments.hpp>
#include <guise/backend/formula.hpp>

namespace guise::cpu {

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
