// Plain loops: the meaning of every operation of backend/concept.hpp. Sums are taken in double precision, and
// Reference<double> is what gradients are checked with. One thread, nothing clever, every bit reproducible.
#pragma once
#include <guise/backend/formula.hpp>
#include <guise/backend/geometry.hpp>
#include <guise/backend/reference/bands.hpp>
#include <guise/backend/reference/channelwise.hpp>
#include <guise/backend/reference/primitives.hpp>
#include <guise/backend/reference/products.hpp>
#include <guise/core/buffer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace guise {

template <class T = float>
struct Reference : reference::Bands<T>, reference::Channelwise<T>, reference::Primitives<T> {
  using Scalar = T;
  using Buffer = guise::Buffer<T>;
  using Size = std::size_t;
  using BandsOf = Reference;

  // ---- memory ----
  static Buffer zeros(Size n) { return Buffer(n); }
  static Buffer uninitialized(Size n) { return Buffer::uninitialized(n); }
  template <class From> static void upload(Size n, const From* x, T* y) { std::copy_n(x, n, y); }
  static void download(Size n, const T* x, float* y) {
    std::transform(x, x + n, y, [](T v) { return static_cast<float>(v); });
  }
  static void copy(Size n, const T* x, T* y) { std::copy_n(x, n, y); }
  static void axpby(Size n, double a, const T* x, double b, T* y) {
    for (Size k = 0; k < n; ++k) y[k] = T(a) * x[k] + (b == 0 ? T(0) : T(b) * y[k]);
  }

  // ---- between products ----
  static void pointwise(const Activation& a, Size n, const T* x, T* y) {
    if (a.formula) return a.formula->template loops<T>().value(n, x, y);
    for (Size k = 0; k < n; ++k) y[k] = reference::activate(a, x[k]);
  }
  static void pointwise_dx(const Activation& a, Size n, const T* x, const T* y, const T* dy, T* dx) {
    if (a.formula) return a.formula->template loops<T>().slope(n, x, y, dy, dx);
    for (Size k = 0; k < n; ++k) dx[k] = dy[k] * reference::slope(a, y[k]);
  }
  static void moments(Prologue g, const T* x, T* stats) {
    reference::moments(g.n, g.h * g.w, g.c, g.epsilon, x, stats);
  }
  static void prologue(Prologue g, const T* x, const T* stats, const T* skip, T* y) {
    reference::each_pixel(g, [&](int sample, Size from, Size to) {
      for (Size c = 0; c < Size(g.c); ++c)
        y[to * Size(g.c) + c] =
            value(g, x, stats, from, c, sample) + (skip ? skip[to * Size(g.c) + c] : T(0));
    });
  }
  static void prologue_dx(Prologue g, const T* x, const T* stats, const T* dy, T* dx) {
    const Size channels = Size(g.c), area = Size(g.h) * Size(g.w);
    std::fill_n(dx, Size(g.n) * area * channels, T(0));
    reference::each_pixel(g, [&](int sample, Size from, Size to) {
      for (Size c = 0; c < channels; ++c)
        dx[from * channels + c] +=
            dy[to * channels + c] * reference::slope(g.activation, value(g, x, stats, from, c, sample));
    });
    if (!g.normalize) return;
    for (Size column = 0; column < Size(g.n) * channels; ++column) {  // one of (N, C)
      const Size start = column / channels * area * channels + column % channels;
      const T mean = stats[2 * column], inverse = stats[2 * column + 1];
      double sum = 0, dot = 0;
      for (Size k = start; k < start + area * channels; k += channels) {
        sum += dx[k];
        dot += double(dx[k]) * double((x[k] - mean) * inverse);
      }
      for (Size k = start; k < start + area * channels; k += channels)
        dx[k] = inverse * (dx[k] - T(sum / double(area)) - (x[k] - mean) * inverse * T(dot / double(area)));
    }
  }
  static void affine(Size rows, int c, const T* x, const T* scale, const T* shift, T* y) {
    for (Size k = 0; k < rows * Size(c); ++k)
      y[k] = x[k] * scale[k % Size(c)] + (shift ? shift[k % Size(c)] : T(0));
  }
  static void affine_dw(Size rows, int c, const T* x, const T* dy, T* dscale, T* dshift) {
    for (Size k = 0; k < rows * Size(c); ++k) dscale[k % Size(c)] += x[k] * dy[k];
    column_sums(rows, c, dy, dshift);
  }
  static void column_sums(Size rows, int c, const T* dy, T* db) {
    for (int column = 0; column < c; ++column) {
      double sum = 0;
      for (Size row = 0; row < rows; ++row) sum += dy[row * Size(c) + Size(column)];
      db[column] += T(sum);
    }
  }
  static void track(Size count, int c, double momentum, double epsilon, const T* stats, T* mean,
                    T* variance) {
    for (int k = 0; k < c; ++k) {
      const double inverse = stats[2 * k + 1], biased = 1 / (inverse * inverse) - epsilon;
      const double unbiased = biased * double(count) / double(std::max<Size>(count - 1, 1));
      mean[k] += T(momentum) * (stats[2 * k] - mean[k]);
      variance[k] += T(momentum) * (T(unbiased) - variance[k]);
    }
  }
  static void restore(int c, double epsilon, const T* mean, const T* variance, T* stats) {
    for (int k = 0; k < c; ++k) {
      stats[2 * k] = mean[k];
      stats[2 * k + 1] = T(1 / std::sqrt(double(variance[k]) + epsilon));
    }
  }

  // ---- losses ----
  static void mean(const MeanFormula& formula, Size n, double weight, const T* x, const T* target,
                   double constant, T* value, T* dx) {
    const double sum = formula.loops<T>().sum(n, T(weight / double(n)), x, target, T(constant), dx);
    *value = T(weight * sum / double(n));
  }

  // ---- rows by a move each, and the optimiser ----
  static void swap_rows(int count, Size floats, Guard<T> guard, const T* moves, T* x, T* y) {
    if (!allows(guard)) return;
    for (int k = 0; k < count; ++k, x += floats) {
      if (moves[k] == 0) continue;
      T* const row = y + (Size(std::abs(moves[k])) - 1) * floats;
      if (moves[k] > 0)
        std::swap_ranges(x, x + floats, row);
      else
        std::copy_n(x, floats, row);
    }
  }
  static void update(const UpdateFormula& rule, Size n, Guard<T> guard, const T* scalars, T* g,
                     T* const* states, T* w) {
    if (!allows(guard)) return void(std::fill_n(g, n, T(0)));
    rule.loops<T>().update(n, scalars, g, states, w);
  }

 private:
  static bool allows(Guard<T> guard) {
    return std::all_of(guard.values, guard.values + guard.count,
                       [](T v) { return std::isfinite(static_cast<float>(v)); });
  }
  // activation(normalize(x)) of one channel of a pixel.
  static T value(const Prologue& g, const T* x, const T* stats, Size pixel, Size c, int sample) {
    const T v = x[pixel * Size(g.c) + c];
    if (!g.normalize || !stats) return reference::activate(g.activation, v);
    const T* s = stats + 2 * (Size(sample) * Size(g.c) + c);
    return reference::activate(g.activation, (v - s[0]) * s[1]);
  }
};

}  // namespace guise
