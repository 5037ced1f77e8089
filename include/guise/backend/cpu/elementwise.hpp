// What is done to values one by one, rows that change places, and the optimiser.
#pragma once
#include <guise/backend/cpu/activate.hpp>
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/formula.hpp>

#include <array>
#include <cmath>

namespace guise::cpu {

// f(k, count) for all of [0, n), threads sharing them.
template <class F> void each(Context& context, long n, F f) {
  context.share(n, [&](long begin, long end) { sweep(begin, end, f); });
}

inline void copy(Context& context, long n, const float* x, float* y) {
  context.share(
      n, [&](long begin, long end) { std::copy(x + begin, x + end, y + begin); }, 1 << 16);
}
inline void swap(Context& context, long n, float* x, float* y) {
  context.share(
      n, [&](long begin, long end) { std::swap_ranges(x + begin, x + end, y + begin); }, 1 << 16);
}
inline void fill(Context& context, long n, float value, float* y) {
  context.share(
      n, [&](long begin, long end) { std::fill(y + begin, y + end, value); }, 1 << 16);
}
inline void axpby(Context& context, long n, float a, const float* x, float b, float* y) {
  if (b == 0)
    each(
        context, n, [=](long k, auto some) __attribute__((always_inline)) {
          store(y + k, a * load(x + k, some), some);
        });
  else
    each(
        context, n, [=](long k, auto some) __attribute__((always_inline)) {
          store(y + k, a * load(x + k, some) + b * load(y + k, some), some);
        });
}
inline void pointwise(Context& context, const Activation& a, long n, const float* x, float* y) {
  if (a.formula)
    return context.share(n, [&](long begin, long end) {
      a.formula->vectors.value(static_cast<std::size_t>(end - begin), x + begin, y + begin);
    });
  const FusedActivation known = a;
  each(
      context, n, [=](long k, auto some) __attribute__((always_inline)) {
        store(y + k, activate(known, load(x + k, some)), some);
      });
}
inline void pointwise_dx(Context& context, const Activation& a, long n, const float* x, const float* y,
                         const float* dy, float* dx) {
  if (a.formula)
    return context.share(n, [&](long begin, long end) {
      a.formula->vectors.slope(static_cast<std::size_t>(end - begin), x + begin, y + begin, dy + begin,
                               dx + begin);
    });
  const FusedActivation known = a;
  each(
      context, n, [=](long k, auto some) __attribute__((always_inline)) {
        store(dx + k, load(dy + k, some) * slope(known, load(y + k, some)), some);
      });
}
inline void affine(Context& context, long rows, int c, const float* x, const float* scale, const float* shift,
                   float* y) {
  context.share(
      rows,
      [&](long begin, long end) {
        for (long row = begin; row < end; ++row)
          sweep(
              0, c, [&](long k, auto some) __attribute__((always_inline)) {
                Vector v = load(x + row * c + k, some) * load(scale + k, some);
                if (shift) v += load(shift + k, some);
                store(y + row * c + k, v, some);
              });
      },
      std::max(1, (1 << 14) / c));
}

inline void track(long count, int c, double momentum, double epsilon, const float* stats, float* mean,
                  float* variance) {
  for (int k = 0; k < c; ++k) {
    const double inverse = static_cast<double>(stats[2 * k + 1]), biased = 1 / (inverse * inverse) - epsilon;
    const double unbiased =
        biased * static_cast<double>(count) / static_cast<double>(std::max(count - 1, 1l));
    mean[k] += static_cast<float>(momentum) * (stats[2 * k] - mean[k]);
    variance[k] += static_cast<float>(momentum) * (static_cast<float>(unbiased) - variance[k]);
  }
}
inline void restore(int c, double epsilon, const float* mean, const float* variance, float* stats) {
  for (int k = 0; k < c; ++k) {
    stats[2 * k] = mean[k];
    stats[2 * k + 1] = static_cast<float>(1 / std::sqrt(static_cast<double>(variance[k]) + epsilon));
  }
}

inline bool allows(Guard<float> guard) {
  return std::all_of(guard.values, guard.values + guard.count, [](float v) { return std::isfinite(v); });
}
inline void swap_rows(Context& context, int count, long floats, Guard<float> guard, const float* moves,
                      float* x, float* y) {
  if (!allows(guard)) return;
  for (int k = 0; k < count; ++k, x += floats) {
    if (moves[k] == 0) continue;
    float* const row = y + (static_cast<long>(std::abs(moves[k])) - 1) * floats;
    moves[k] > 0 ? swap(context, floats, x, row) : copy(context, floats, x, row);
  }
}
inline void update(Context& context, const UpdateFormula& rule, long n, Guard<float> guard,
                   const float* scalars, float* g, float* const* states, float* w) {
  if (!allows(guard)) return fill(context, n, 0, g);
  context.share(n, [&](long begin, long end) {
    std::array<float*, 16> mine{};
    for (std::size_t k = 0; k < rule.states; ++k) mine[k] = states[k] + begin;
    rule.vectors.update(static_cast<std::size_t>(end - begin), scalars, g + begin, mine.data(), w + begin);
  });
}

}  // namespace guise::cpu
