// The transforms of Winograd's minimal filtering, by the algorithm of Toom and Cook: M outputs of a filter
// with R = 7 - M taps from 6 inputs, with 6 products in place of M R. The points are 0, +-a, +-b and
// infinity; a = 5/8 and b = 3/2 lose a third of the accuracy less than the usual +-1 and +-2.
//
//   y = A^T [(G g) (B^T d)]        and for gradients the transposes of all three
//
// Lavin and Gray, Fast algorithms for convolutional neural networks, 2016.
#pragma once
#include <guise/backend/cpu/vector.hpp>

namespace guise::cpu::winograd {

inline constexpr int side = 6, planes = side * side;
inline constexpr double a = 5. / 8, b = 3. / 2, aa = a * a, bb = b * b;

GUISE_INLINE Vector times(double factor, Vector v) { return static_cast<float>(factor) * v; }

// What belongs to two points p and -p, as the sum and the difference of an even and an odd part.
struct Pair {
  Vector plus, minus;
};
GUISE_INLINE Pair both(Vector even, Vector odd) { return {even + odd, even - odd}; }

// ---- B^T and B: 6 inputs ----
GUISE_INLINE void input(const Vector* d, Vector* v) {
  const Pair at_a = both(d[4] - times(bb, d[2]), times(a, d[3] - times(bb, d[1])));
  const Pair at_b = both(d[4] - times(aa, d[2]), times(b, d[3] - times(aa, d[1])));
  v[0] = times(aa * bb, d[0]) - times(aa + bb, d[2]) + d[4];
  v[1] = at_a.plus, v[2] = at_a.minus, v[3] = at_b.plus, v[4] = at_b.minus;
  v[5] = times(aa * bb, d[1]) - times(aa + bb, d[3]) + d[5];
}
GUISE_INLINE void input_transposed(const Vector* v, Vector* d) {
  const Pair at_a = both(v[1], v[2]), at_b = both(v[3], v[4]);
  d[0] = times(aa * bb, v[0]);
  d[1] = times(aa * bb, v[5]) - times(a * bb, at_a.minus) - times(b * aa, at_b.minus);
  d[2] = -(times(aa + bb, v[0]) + times(bb, at_a.plus) + times(aa, at_b.plus));
  d[3] = times(a, at_a.minus) + times(b, at_b.minus) - times(aa + bb, v[5]);
  d[4] = v[0] + at_a.plus + at_b.plus;
  d[5] = v[5];
}

// ---- A^T and A: M outputs, M = 3 or 4 ----
template <int M> GUISE_INLINE void output(const Vector* v, Vector* y) {
  const Pair at_a = both(v[1], v[2]), at_b = both(v[3], v[4]);
  y[0] = v[0] + at_a.plus + at_b.plus;
  y[1] = times(a, at_a.minus) + times(b, at_b.minus);
  y[2] = times(aa, at_a.plus) + times(bb, at_b.plus);
  if constexpr (M == 4) y[3] = times(a * aa, at_a.minus) + times(b * bb, at_b.minus);
  y[M - 1] += v[5];
}
template <int M> GUISE_INLINE void output_transposed(const Vector* y, Vector* v) {
  Vector odd_a = times(a, y[1]), odd_b = times(b, y[1]);
  if constexpr (M == 4) odd_a += times(a * aa, y[3]), odd_b += times(b * bb, y[3]);
  const Pair at_a = both(y[0] + times(aa, y[2]), odd_a), at_b = both(y[0] + times(bb, y[2]), odd_b);
  v[0] = y[0];
  v[1] = at_a.plus, v[2] = at_a.minus, v[3] = at_b.plus, v[4] = at_b.minus;
  v[5] = y[M - 1];
}

// ---- G and G^T: R taps, R = 3 or 4 ----
inline constexpr double at_zero = 1 / (aa * bb), scale_a = 1 / (2 * aa * (aa - bb)),
                        scale_b = 1 / (2 * bb * (bb - aa));

template <int R> GUISE_INLINE void filter(const Vector* g, Vector* v) {
  Vector odd_a = times(scale_a * a, g[1]), odd_b = times(scale_b * b, g[1]);
  if constexpr (R == 4) odd_a += times(scale_a * a * aa, g[3]), odd_b += times(scale_b * b * bb, g[3]);
  const Pair at_a = both(times(scale_a, g[0]) + times(scale_a * aa, g[2]), odd_a);
  const Pair at_b = both(times(scale_b, g[0]) + times(scale_b * bb, g[2]), odd_b);
  v[0] = times(at_zero, g[0]);
  v[1] = at_a.plus, v[2] = at_a.minus, v[3] = at_b.plus, v[4] = at_b.minus;
  v[5] = g[R - 1];
}
template <int R> GUISE_INLINE void filter_transposed(const Vector* v, Vector* g) {
  const Pair at_a = both(v[1], v[2]), at_b = both(v[3], v[4]);
  g[0] = times(at_zero, v[0]) + times(scale_a, at_a.plus) + times(scale_b, at_b.plus);
  g[1] = times(scale_a * a, at_a.minus) + times(scale_b * b, at_b.minus);
  g[2] = times(scale_a * aa, at_a.plus) + times(scale_b * bb, at_b.plus);
  if constexpr (R == 4) g[3] = times(scale_a * a * aa, at_a.minus) + times(scale_b * b * bb, at_b.minus);
  g[R - 1] += v[5];
}

// A transform of rows and columns: `from` (in, in) is read by get(i, j), put(i, j, v) takes (out, out).
template <int in, int out, class Transform, class Get, class Put>
GUISE_INLINE void square(Transform transform, Get get, Put put) {
  Vector half[out][in];
#pragma GCC unroll 1
  for (int j = 0; j < in; ++j) {
    Vector column[in], done[out];
#pragma GCC unroll 6
    for (int i = 0; i < in; ++i) column[i] = get(i, j);
    transform(column, done);
#pragma GCC unroll 6
    for (int i = 0; i < out; ++i) half[i][j] = done[i];
  }
#pragma GCC unroll 1
  for (int i = 0; i < out; ++i) {
    Vector done[out];
    transform(half[i], done);
#pragma GCC unroll 6
    for (int j = 0; j < out; ++j) put(i, j, done[j]);
  }
}

}  // namespace guise::cpu::winograd
