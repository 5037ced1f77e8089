// The transforms of Winograd's minimal filtering, by the algorithm of Toom and Cook: M outputs of a filter
// with R = 7 - M taps from 6 inputs, with 6 products in place of M R. The points are 0, +-near, +-far and
// infinity; near = 5/8 and far = 3/2 lose a third of the accuracy less than the usual +-1 and +-2.
//
//   y = A^T [(G g) (B^T d)]        and for gradients the transposes of all three
//
// Lavin and Gray, Fast algorithms for convolutional neural networks, 2016.
#pragma once
#include <guise/backend/cpu/vector.hpp>

namespace guise::cpu::winograd {

inline constexpr int side = 6, planes = side * side;
inline constexpr double near = 5. / 8, far = 3. / 2, near2 = near * near, far2 = far * far;

GUISE_INLINE Vector times(double factor, Vector v) { return static_cast<float>(factor) * v; }

// What belongs to two points p and -p, as the sum and the difference of an even and an odd part.
struct Pair {
  Vector plus, minus;
};
GUISE_INLINE Pair both(Vector even, Vector odd) { return {even + odd, even - odd}; }

// ---- B^T and B: 6 inputs ----
GUISE_INLINE void input(const Vector* d, Vector* v) {
  const Pair at_near = both(d[4] - times(far2, d[2]), times(near, d[3] - times(far2, d[1])));
  const Pair at_far = both(d[4] - times(near2, d[2]), times(far, d[3] - times(near2, d[1])));
  v[0] = times(near2 * far2, d[0]) - times(near2 + far2, d[2]) + d[4];
  v[1] = at_near.plus, v[2] = at_near.minus, v[3] = at_far.plus, v[4] = at_far.minus;
  v[5] = times(near2 * far2, d[1]) - times(near2 + far2, d[3]) + d[5];
}
GUISE_INLINE void input_transposed(const Vector* v, Vector* d) {
  const Pair at_near = both(v[1], v[2]), at_far = both(v[3], v[4]);
  d[0] = times(near2 * far2, v[0]);
  d[1] = times(near2 * far2, v[5]) - times(near * far2, at_near.minus) - times(far * near2, at_far.minus);
  d[2] = -(times(near2 + far2, v[0]) + times(far2, at_near.plus) + times(near2, at_far.plus));
  d[3] = times(near, at_near.minus) + times(far, at_far.minus) - times(near2 + far2, v[5]);
  d[4] = v[0] + at_near.plus + at_far.plus;
  d[5] = v[5];
}

// ---- A^T and A: M outputs, M = 3, 4 or 5 ----
template <int M> GUISE_INLINE void output(const Vector* v, Vector* y) {
  const Pair at_near = both(v[1], v[2]), at_far = both(v[3], v[4]);
  y[0] = v[0] + at_near.plus + at_far.plus;
  y[1] = times(near, at_near.minus) + times(far, at_far.minus);
  y[2] = times(near2, at_near.plus) + times(far2, at_far.plus);
  if constexpr (M > 3) y[3] = times(near * near2, at_near.minus) + times(far * far2, at_far.minus);
  if constexpr (M > 4) y[4] = times(near2 * near2, at_near.plus) + times(far2 * far2, at_far.plus);
  y[M - 1] += v[5];
}
template <int M> GUISE_INLINE void output_transposed(const Vector* y, Vector* v) {
  Vector odd_near = times(near, y[1]), odd_far = times(far, y[1]);
  Vector even_near = y[0] + times(near2, y[2]), even_far = y[0] + times(far2, y[2]);
  if constexpr (M > 3) odd_near += times(near * near2, y[3]), odd_far += times(far * far2, y[3]);
  if constexpr (M > 4) even_near += times(near2 * near2, y[4]), even_far += times(far2 * far2, y[4]);
  const Pair at_near = both(even_near, odd_near), at_far = both(even_far, odd_far);
  v[0] = y[0];
  v[1] = at_near.plus, v[2] = at_near.minus, v[3] = at_far.plus, v[4] = at_far.minus;
  v[5] = y[M - 1];
}

// ---- G and G^T: R taps, R = 2, 3 or 4 ----
inline constexpr double at_zero = 1 / (near2 * far2), scale_near = 1 / (2 * near2 * (near2 - far2)),
                        scale_far = 1 / (2 * far2 * (far2 - near2));

template <int R> GUISE_INLINE void filter(const Vector* g, Vector* v) {
  Vector even_near = times(scale_near, g[0]), even_far = times(scale_far, g[0]);
  Vector odd_near = times(scale_near * near, g[1]), odd_far = times(scale_far * far, g[1]);
  if constexpr (R > 2)
    even_near += times(scale_near * near2, g[2]), even_far += times(scale_far * far2, g[2]);
  if constexpr (R > 3)
    odd_near += times(scale_near * near * near2, g[3]), odd_far += times(scale_far * far * far2, g[3]);
  const Pair at_near = both(even_near, odd_near), at_far = both(even_far, odd_far);
  v[0] = times(at_zero, g[0]);
  v[1] = at_near.plus, v[2] = at_near.minus, v[3] = at_far.plus, v[4] = at_far.minus;
  v[5] = g[R - 1];
}
template <int R> GUISE_INLINE void filter_transposed(const Vector* v, Vector* g) {
  const Pair at_near = both(v[1], v[2]), at_far = both(v[3], v[4]);
  g[0] = times(at_zero, v[0]) + times(scale_near, at_near.plus) + times(scale_far, at_far.plus);
  g[1] = times(scale_near * near, at_near.minus) + times(scale_far * far, at_far.minus);
  if constexpr (R > 2) g[2] = times(scale_near * near2, at_near.plus) + times(scale_far * far2, at_far.plus);
  if constexpr (R > 3)
    g[3] = times(scale_near * near * near2, at_near.minus) + times(scale_far * far * far2, at_far.minus);
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

// A plane's line of this tile; that of the next tile is prefetched, for nothing else can foresee so many
// streams.
GUISE_INLINE void put_ahead(float* p, Vector v) {
  __builtin_prefetch(p + lanes, 1);
  store(p, v);
}
GUISE_INLINE Vector take_ahead(const float* p) {
  __builtin_prefetch(p + lanes);
  return load(p);
}

// ---- what depends on a tile's outputs, between a square of vectors, row by row, and the planes, one every
// `pitch`; all else asks for it here and is compiled once ----
template <int M> void planes_of_outputs(const Vector* given, long pitch, float* out) {
  square<M, side>(
      output_transposed<M>, [&](int i, int j) __attribute__((always_inline)) { return given[i * M + j]; },
      [&](int i, int j, Vector v)
          __attribute__((always_inline)) { put_ahead(out + (i * side + j) * pitch, v); });
}
template <int M> void outputs_of_planes(const float* in, long pitch, Vector* out) {
  square<side, M>(
      output<M>,
      [&](int i, int j) __attribute__((always_inline)) { return take_ahead(in + (i * side + j) * pitch); },
      [&](int i, int j, Vector v) __attribute__((always_inline)) { out[i * M + j] = v; });
}
template <int R> void planes_of_filter(const Vector* given, long pitch, float* out) {
  square<R, side>(
      filter<R>, [&](int i, int j) __attribute__((always_inline)) { return given[i * R + j]; },
      [&](int i, int j, Vector v) __attribute__((always_inline)) { store(out + (i * side + j) * pitch, v); });
}
template <int R> void filter_of_planes(const float* in, long pitch, Vector* out) {
  square<side, R>(
      filter_transposed<R>,
      [&](int i, int j) __attribute__((always_inline)) { return load(in + (i * side + j) * pitch); },
      [&](int i, int j, Vector v) __attribute__((always_inline)) { out[i * R + j] = v; });
}

struct Filtering {
  void (*planes_of_outputs)(const Vector*, long, float*);
  void (*outputs_of_planes)(const float*, long, Vector*);
  void (*planes_of_filter)(const Vector*, long, float*);
  void (*filter_of_planes)(const float*, long, Vector*);
};
template <int M, int R = side + 1 - M>
inline constexpr Filtering filtering{planes_of_outputs<M>, outputs_of_planes<M>, planes_of_filter<R>,
                                     filter_of_planes<R>};
inline constexpr int most_outputs = 5, most_taps = 4;
inline const Filtering& filtering_of(int taps) {  // along an axis
  return taps == 2 ? filtering<5> : taps == 3 ? filtering<4> : filtering<3>;
}

}  // namespace guise::cpu::winograd
