// What is done to rows by themselves: scaled to length 1, and the cross-entropy of a softmax. A row is one thread's, and
// the rows' losses are added up in their order.
#pragma once
#include <guise/backend/cpu/primitives.hpp>
#include <guise/backend/cpu/vector_math.hpp>

namespace guise::cpu {

inline double dot(long c, const float* x, const float* y) {
  Vector total{};
  sweep(
      0, c, [&](long k, auto some) __attribute__((always_inline)) {
        total += load(x + k, some) * load(y + k, some);
      });
  return sum(total);
}

inline void normalize_rows(Context& context, long rows, long c, double epsilon, const float* x, float* y) {
  each_row_of(context, rows, c, [=](long row) {
    const float *from = x + row * c,
                scale = static_cast<float>(1 / (std::sqrt(dot(c, from, from)) + epsilon));
    sweep(
        0, c, [=](long k, auto some) __attribute__((always_inline)) {
          store(y + row * c + k, scale * load(from + k, some), some);
        });
  });
}
inline void normalize_rows_dx(Context& context, long rows, long c, double epsilon, const float* x,
                              const float* dy, float* dx) {
  each_row_of(context, rows, c, [=](long row) {
    const float *from = x + row * c, *slope = dy + row * c;
    const double length = std::sqrt(dot(c, from, from)), scale = 1 / (length + epsilon);
    const auto along = static_cast<float>(length > 0 ? dot(c, from, slope) / length * scale : 0);
    const auto factor = static_cast<float>(scale);
    sweep(
        0, c, [=](long k, auto some) __attribute__((always_inline)) {
          store(dx + row * c + k, factor * (load(slope + k, some) - along * load(from + k, some)), some);
        });
  });
}

inline float largest(long c, const float* x) {
  Vector most = fill(*x);
  long k = 0;
  for (; k + lanes <= c; k += lanes) most = load(x + k) > most ? load(x + k) : most;
  float result = *x;
  for (int lane = 0; lane < lanes; ++lane) result = std::max(result, most[lane]);
  for (; k < c; ++k) result = std::max(result, x[k]);
  return result;
}
inline void cross_entropy(Context& context, long rows, long c, double weight, const float* x,
                          const float* index, float* value, float* dx) {
  const double each = weight / static_cast<double>(rows);
  double* losses = context.statistics.at_least<double>(rows);
  each_row_of(context, rows, c, [=](long row) {
    const float *from = x + row * c, most = largest(c, from);
    float* const to = dx + row * c;
    Vector total{};
    sweep(
        0, c, [&](long k, auto some) __attribute__((always_inline)) {
          store(to + k, exp(load(from + k, some) - most), some);
          total += load(to + k, some);  // zeros behind the end
        });
    const double all = sum(total);
    const auto scale = static_cast<float>(each / all);
    sweep(
        0, c, [=](long k, auto some) __attribute__((always_inline)) {
          store(to + k, scale * load(to + k, some), some);
        });
    const long right = index ? static_cast<long>(index[row]) : row % c;
    to[right] -= static_cast<float>(each);
    losses[row] = std::log(all) - static_cast<double>(from[right] - most);
  });
  double all = 0;
  for (long row = 0; row < rows; ++row) all += losses[row];
  *value = static_cast<float>(each * all);
}

}  // namespace guise::cpu
