// Bands in plain loops: what each operation means on some rows of one picture. A piece of a convolution is a row of y,
// and a block of moments is a pixel, whose moments are its values.
#pragma once
#include <guise/backend/reference/products.hpp>
#include <guise/core/function_ref.hpp>

namespace guise::reference {

template <class T> struct Bands : Products<T> {
  using ReadBlocks = FunctionRef<const T*(long begin, long end)>;

  static ConvBands conv_bands(ConvGeometry p, bool transposed) { return {transposed ? p.h : p.out_h, 0}; }
  static ConvBand conv_band(ConvGeometry p, bool transposed, int from, int to) {
    return {rows_met(p, transposed, {from, to}), {from, to}, {}, 0, sums_of(p, transposed, from, to)};
  }
  static bool reads_through(Prologue) { return false; }
  static void conv_rows(Prologue, ConvGeometry p, bool transposed, int from, int to, const T* x, const T*,
                        const T* w, Epilogue<T> e, T*, T* y) {
    const Rows read = rows_met(p, transposed, {from, to});
    const Size c = Size(transposed ? p.c : p.out_c), row = Size(transposed ? p.w : p.out_w) * c,
               x_row = transposed ? Size(p.out_w) * Size(p.out_c) : Size(p.w) * Size(p.c);
    std::vector<double> sums(Size(to - from) * row);
    const Size first = Size(from) * row, x_first = Size(read.from) * x_row;
    Products<T>::each_product(p, transposed ? read : Rows{from, to}, [&](Size in, Size out, Size k) {
      const Size target = (transposed ? in : out) - first, source = (transposed ? out : in) - x_first;
      if (target < sums.size()) sums[target] += double(x[source]) * double(w[k]);
    });
    e.stats = nullptr;
    Products<T>::finish(1, 0, int(c), sums, e, y);
  }

  static int block_floats(int c) { return c; }
  static long moment_blocks(Prologue g) { return long(g.h) * g.w; }
  static Rows moment_rows(Prologue g, long from, long to) {
    return {int(from / g.w), int((to - 1) / g.w + 1)};
  }
  static void moments_of_rows(Prologue g, long from, long to, const T* x, T* sums) {
    std::copy_n(x + from % g.w * g.c, (to - from) * g.c, sums);
  }
  // As reference::moments, whose sums are over all pixels of a channel, one after the other.
  static void finish_moments(Prologue g, long together, ReadBlocks read, T* stats) {
    const Size c = Size(g.c);
    const long blocks = moment_blocks(g);
    const double area = double(g.h * g.w);
    std::vector<double> mean(c), squares(c);
    const auto each = [&](auto f) {
      for (long begin = 0; begin < blocks; begin += together) {
        const T* at = read(begin, std::min(blocks, begin + together));
        for (long k = begin; k < std::min(blocks, begin + together); ++k)
          for (Size column = 0; column < c; ++column) f(column, *at++);
      }
    };
    each([&](Size column, T v) { mean[column] += v; });
    for (double& sum : mean) sum /= area;
    each([&](Size column, T v) { squares[column] += (v - mean[column]) * (v - mean[column]); });
    for (Size column = 0; column < c; ++column) {
      stats[2 * column] = T(mean[column]);
      stats[2 * column + 1] = T(1 / std::sqrt(squares[column] / area + g.epsilon));
    }
  }
  static void finish_conv_moments(ConvGeometry, bool, double, long, ReadBlocks, T*) {
  }  // no blocks of its own

 private:
  static Size sums_of(ConvGeometry p, bool transposed, int from, int to) {
    const int row = transposed ? p.w * p.c : p.out_w * p.out_c;
    return Size(to - from) * Size(row) * sizeof(double);
  }
};

}  // namespace guise::reference
