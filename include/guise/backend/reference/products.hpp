// Convolution in plain loops, forward and both gradients, and the small functions that Reference is made of.
#pragma once
#include <guise/backend/band.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace guise::reference {

using Size = std::size_t;

// The known kinds. What is not a number stays so, and has the slope of what is above 0.
template <class T> T activate(const Activation& a, T v) {
  if (a.kind == Activation::tanh) return std::tanh(v);
  if (a.kind == Activation::sigmoid) return 1 / (1 + std::exp(-v));
  if (a.kind == Activation::none || !(v <= 0)) return v;
  return a.kind == Activation::leaky_relu ? T(a.slope) * v : T(0);
}
template <class T> T slope(const Activation& a, T y) {  // of the activation, told by its output
  if (a.kind == Activation::tanh) return 1 - y * y;
  if (a.kind == Activation::sigmoid) return y * (1 - y);
  if (a.kind == Activation::none || !(y <= 0)) return 1;
  return a.kind == Activation::leaky_relu ? T(a.slope) : T(0);
}

template <class T> void moments(int n, int area, int c, double epsilon, const T* x, T* stats) {
  for (Size column = 0; column < Size(n) * Size(c); ++column) {  // one of (N, C)
    const T* at = x + column / Size(c) * Size(area) * Size(c) + column % Size(c);
    double sum = 0, squares = 0;
    for (Size k = 0; k < Size(area); ++k) sum += at[k * Size(c)];
    const double mean = sum / area;
    for (Size k = 0; k < Size(area); ++k) squares += (at[k * Size(c)] - mean) * (at[k * Size(c)] - mean);
    stats[2 * column] = T(mean);
    stats[2 * column + 1] = T(1 / std::sqrt(squares / area + epsilon));
  }
}

inline int mirror(int k, int n) { return k < 0 ? -k : k >= n ? 2 * n - 2 - k : k; }
template <class F> void each_pixel(Prologue g, F f) {  // f(sample, source pixel, reflected pixel)
  Size to = 0;
  for (int s = 0; s < g.n; ++s)
    for (int r = -g.reflect; r < g.h + g.reflect; ++r)
      for (int q = -g.reflect; q < g.w + g.reflect; ++q)
        f(s, (Size(s) * Size(g.h) + Size(mirror(r, g.h))) * Size(g.w) + Size(mirror(q, g.w)), to++);
}
// f(input pixel, output pixel, tap) for these rows of outputs, or all.
template <class F> void each_tap(ConvGeometry g, Rows rows, F f) {
  for (int s = 0; s < g.n; ++s)
    for (int r = rows.from; r < rows.to; ++r)
      for (int q = 0; q < g.out_w; ++q)
        for (int t = 0; t < g.kernel * g.kernel; ++t) {
          const int y = r * g.stride - g.pad_top + t / g.kernel, x = q * g.stride - g.pad_left + t % g.kernel;
          if (y >= 0 && y < g.h && x >= 0 && x < g.w)
            f((Size(s) * Size(g.h) + Size(y)) * Size(g.w) + Size(x),
              (Size(s) * Size(g.out_h) + Size(r)) * Size(g.out_w) + Size(q), Size(t));
        }
}

template <class F> void each_tap(ConvGeometry g, F f) { each_tap(g, {0, g.out_h}, f); }

template <class T> struct Products {
  static void conv(ConvGeometry g, const T* x, const T* w, Epilogue<T> e, T* y) {
    std::vector<double> sums(Size(g.n) * Size(g.out_h) * Size(g.out_w) * Size(g.out_c));
    each_product(g, [&](Size in, Size out, Size k) { sums[out] += double(x[in]) * double(w[k]); });
    finish(g.n, g.out_h * g.out_w, g.out_c, sums, e, y);
  }
  static void conv_dx(ConvGeometry g, const T* dy, const T* w, Epilogue<T> e, T* dx) {
    std::vector<double> sums(Size(g.n) * Size(g.h) * Size(g.w) * Size(g.c));
    each_product(g, [&](Size in, Size out, Size k) { sums[in] += double(dy[out]) * double(w[k]); });
    finish(g.n, g.h * g.w, g.c, sums, e, dx);
  }
  static void conv_dw(ConvGeometry g, const T* x, const T* dy, T* dw) {
    std::vector<double> sums(Size(g.out_c) * Size(g.c) * Size(g.kernel) * Size(g.kernel));
    each_product(g, [&](Size in, Size out, Size k) { sums[k] += double(x[in]) * double(dy[out]); });
    for (Size k = 0; k < sums.size(); ++k) dw[k] += T(sums[k]);
  }

 protected:
  template <class F> static void each_product(ConvGeometry g, F f) {  // f(input, output, weight): offsets
    each_product(g, {0, g.out_h}, f);
  }
  template <class F> static void each_product(ConvGeometry g, Rows rows, F f) {
    const Size taps = Size(g.kernel) * Size(g.kernel);
    each_tap(g, rows, [&](Size in, Size out, Size tap) {
      for (Size o = 0; o < Size(g.out_c); ++o)
        for (Size i = 0; i < Size(g.c); ++i)
          f(in * Size(g.c) + i, out * Size(g.out_c) + o, (o * Size(g.c) + i) * taps + tap);
    });
  }
  static void finish(int n, int area, int c, const std::vector<double>& sums, Epilogue<T> e, T* y) {
    for (Size k = 0; k < sums.size(); ++k)
      y[k] = activate(e.activation, T(sums[k]) + (e.bias ? e.bias[k % Size(c)] : T(0)));
    if (e.stats) moments(n, area, c, e.epsilon, y, e.stats);
  }
};

}  // namespace guise::reference
