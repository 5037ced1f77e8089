// The general operations on tensors in plain loops: rows of channels, dropout, resampling, broadcast products,
// sums over axes, products of matrices, rows by index and rows by themselves. A backend without its own may inherit these, where its
// memory is the host's.
#pragma once
#include <guise/backend/primitives.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace guise::reference {

template <class T> struct Primitives {
  using Size = std::size_t;

  static void copy_channels(Size rows, int count, const T* x, int x_channels, int x_first, T* y,
                            int y_channels, int y_first) {
    for (Size row = 0; row < rows; ++row)
      for (int k = 0; k < count; ++k)
        y[row * Size(y_channels) + Size(y_first + k)] = x[row * Size(x_channels) + Size(x_first + k)];
  }
  static void dropout(Size n, double rate, std::uint64_t stream, const T* counter, const T* x, T* y) {
    const DropoutKey key(stream, std::uint64_t(counter[0]), std::uint64_t(counter[1]));
    for (Size k = 0; k < n; ++k)
      y[k] = key.bits(k) < dropout_threshold(rate) ? T(0) : x[k] * T(1 / (1 - rate));
  }

  static void resample(Resample g, const T* x, T* y) {
    std::fill_n(y, Size(g.n) * Size(g.out_h) * Size(g.out_w) * Size(g.c), T(0));
    each_weight(g, [&](Size in, Size out, T weight) { y[out] += weight * x[in]; });
  }
  static void resample_dx(Resample g, const T* dy, T* dx) {
    std::fill_n(dx, Size(g.n) * Size(g.h) * Size(g.w) * Size(g.c), T(0));
    each_weight(g, [&](Size in, Size out, T weight) { dx[in] += weight * dy[out]; });
  }

  static void multiply(Broadcast g, const T* x, const T* s, T* y) {
    for (Size k = 0; k < Size(g.n) * Size(g.area) * Size(g.c); ++k)
      y[k] = x[k] * s[reduced_place(k, g.area, g.c, g.over_pixels, g.over_channels)];
  }
  static void multiply_ds(Broadcast g, const T* x, const T* dy, T* ds) {
    sum(
        {g.n, g.area, g.c, g.over_pixels, g.over_channels},
        [&](Size k) { return double(x[k]) * double(dy[k]); }, ds);
  }
  static void reduce(Reduce g, const T* x, T* y) {
    sum(
        g, [&](Size k) { return double(x[k]); }, y);
  }
  static void reduce_dx(Reduce g, const T* dy, T* dx) {
    for (Size k = 0; k < Size(g.n) * Size(g.area) * Size(g.c); ++k)
      dx[k] = dy[reduced_place(k, g.area, g.c, g.pixels, g.channels)] * T(g.scale());
  }

  static void matmul(Matmul g, const T* a, const T* b, T* y) {
    const Size m = Size(g.m), n = Size(g.n), depth = Size(g.k);
    for (Size at = 0; at < Size(g.batch); ++at, a += m * depth, b += depth * n, y += m * n)
      for (Size row = 0; row < m; ++row)
        for (Size column = 0; column < n; ++column) {
          double sum = 0;
          for (Size k = 0; k < depth; ++k)
            sum += double(a[g.transpose_a ? k * m + row : row * depth + k]) *
                   double(b[g.transpose_b ? column * depth + k : k * n + column]);
          y[row * n + column] = T(sum);
        }
  }

  static void gather_rows(Size count, Size floats, const T* index, const T* x, T* y) {
    for (Size k = 0; k < count; ++k) std::copy_n(x + Size(index[k]) * floats, floats, y + k * floats);
  }
  static void gather_rows_dx(Size count, Size floats, const T* index, const T* dy, T* dx) {
    for (Size k = 0; k < count; ++k)
      for (Size at = 0; at < floats; ++at) dx[Size(index[k]) * floats + at] += dy[k * floats + at];
  }

  static void normalize_rows(Size rows, int c, double epsilon, const T* x, T* y) {
    for (Size row = 0; row < rows; ++row, x += c, y += c) {
      const double length = std::sqrt(dot(c, x, x));
      for (int k = 0; k < c; ++k) y[k] = T(double(x[k]) / (length + epsilon));
    }
  }
  static void normalize_rows_dx(Size rows, int c, double epsilon, const T* x, const T* dy, T* dx) {
    for (Size row = 0; row < rows; ++row, x += c, dy += c, dx += c) {
      const double length = std::sqrt(dot(c, x, x)), scale = 1 / (length + epsilon);
      const double along = length > 0 ? dot(c, x, dy) / length * scale : 0;
      for (int k = 0; k < c; ++k) dx[k] = T(scale * (double(dy[k]) - along * double(x[k])));
    }
  }
  static void cross_entropy(Size rows, int c, double weight, const T* x, const T* index, T* value, T* dx) {
    double all = 0;
    for (Size row = 0; row < rows; ++row, x += c, dx += c) {
      const Size right = index ? Size(index[row]) : row % Size(c);
      const double most = double(*std::max_element(x, x + c));  // so that no power is too large
      double sum = 0;
      for (int k = 0; k < c; ++k) sum += std::exp(double(x[k]) - most);
      for (int k = 0; k < c; ++k)
        dx[k] = T(weight / double(rows) * (std::exp(double(x[k]) - most) / sum - double(Size(k) == right)));
      all += std::log(sum) - (double(x[right]) - most);
    }
    *value = T(weight * all / double(rows));
  }

 private:
  static double dot(int c, const T* x, const T* y) {
    double sum = 0;
    for (int k = 0; k < c; ++k) sum += double(x[k]) * double(y[k]);
    return sum;
  }
  // f(place in x, place in y, weight) of all that meet.
  template <class F> static void each_weight(Resample g, F f) {
    const int taps = filter_taps(g.filter, g.factor);
    for (int sample = 0; sample < g.n; ++sample)
      for (int r = 0; r < g.out_h; ++r)
        for (int q = 0; q < g.out_w; ++q)
          for (int tap = 0; tap < taps * taps; ++tap) {
            const auto [row, down] = filter_tap<T>(g.filter, g.factor, g.h, r, tap / taps);
            const auto [column, across] = filter_tap<T>(g.filter, g.factor, g.w, q, tap % taps);
            const Size in = (Size(sample) * Size(g.h) + Size(row)) * Size(g.w) + Size(column),
                       out = (Size(sample) * Size(g.out_h) + Size(r)) * Size(g.out_w) + Size(q);
            for (Size c = 0; c < Size(g.c); ++c) f(in * Size(g.c) + c, out * Size(g.c) + c, down * across);
          }
  }
  // y = scaled sums of value(place in x).
  template <class F> static void sum(Reduce g, F value, T* y) {
    std::vector<double> sums(Size(g.n) * (g.pixels ? 1 : Size(g.area)) * (g.channels ? 1 : Size(g.c)));
    for (Size k = 0; k < Size(g.n) * Size(g.area) * Size(g.c); ++k)
      sums[reduced_place(k, g.area, g.c, g.pixels, g.channels)] += value(k);
    for (Size k = 0; k < sums.size(); ++k) y[k] = T(sums[k] * g.scale());
  }
};

}  // namespace guise::reference
