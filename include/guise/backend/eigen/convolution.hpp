// Convolution as one matrix product (im2col; Chellapilla, Puri and Simard 2006): all that an output pixel sees
// becomes a row, and
//
//   columns (pixels, k k C)  x  weights (k k C, out)  =  y (pixels, out)
//   dy (pixels, out)  x  weights^T  =  dcolumns, which are added to the pixels that they came from
//   columns^T  x  dy  =  dweights
//
// A row is k k times as large as a pixel, so that this is done band by band of output rows.
#pragma once
#include <guise/backend/eigen/normalization.hpp>
#include <guise/backend/eigen/taps.hpp>

#include <algorithm>

namespace guise::eigen {

template <class T> struct Convolution {
  static void conv(ConvGeometry g, const T* x, const T* w, Epilogue<T> e, T* y) {
    const RowMajor<T> weights = by_tap(g, w);
    each_band(g, [&](Band b, RowMajor<T>& columns) {
      gather(g, b, x, columns);
      rows_of(g, b, y, g.out_c).noalias() = columns * weights;
    });
    finish(g.n, Index{g.out_h} * g.out_w, g.out_c, e, y);
  }
  static void conv_dx(ConvGeometry g, const T* dy, const T* w, Epilogue<T> e, T* dx) {
    const RowMajor<T> weights = by_tap(g, w);
    map(dx, Index{g.n} * g.h * g.w, g.c).setZero();
    each_band(g, [&](Band b, RowMajor<T>& columns) {
      columns.noalias() = rows_of(g, b, dy, g.out_c) * weights.transpose();
      each_tap(g, b, dx, [&](int tap, Index at, auto pixels) {
        pixels += columns.block(at, Index{tap} * g.c, pixels.rows(), g.c);
      });
    });
    finish(g.n, Index{g.h} * g.w, g.c, e, dx);
  }
  static void conv_dw(ConvGeometry g, const T* x, const T* dy, T* dw) {
    RowMajor<T> sum = RowMajor<T>::Zero(taps(g) * g.c, g.out_c);
    each_band(g, [&](Band b, RowMajor<T>& columns) {
      gather(g, b, x, columns);
      sum.noalias() += columns.transpose() * rows_of(g, b, dy, g.out_c);
    });
    for (Index tap = 0; tap < taps(g); ++tap)
      of_tap(g, tap, dw) += sum.middleRows(tap * g.c, g.c).transpose();
  }

 private:
  // f(band, columns) for all of the output; the columns have its size and any values.
  template <class F> static void each_band(ConvGeometry g, F f) {
    constexpr Index scalars = Index{1} << 20;  // of a band's columns: they stay in the cache
    const Index width = taps(g) * g.c, row = width * g.out_w;
    const int rows = static_cast<int>(std::clamp<Index>(scalars / row, 1, g.out_h));
    RowMajor<T> columns;
    for (int sample = 0; sample < g.n; ++sample)
      for (int first = 0; first < g.out_h; first += rows) {
        const Band b{sample, first, std::min(rows, g.out_h - first)};
        columns.resize(Index{b.rows} * g.out_w, width);
        f(b, columns);
      }
  }
  static void gather(ConvGeometry g, Band b, const T* x, RowMajor<T>& columns) {
    columns.setZero();  // beyond the border
    each_tap(g, b, x, [&](int tap, Index at, auto pixels) {
      columns.block(at, Index{tap} * g.c, pixels.rows(), g.c) = pixels;
    });
  }
  // Weights lie as PyTorch's, (out, C, k k): those of one tap, (out, C), are k k apart.
  template <class W> static auto of_tap(ConvGeometry g, Index tap, W* w) {
    return map(w, g.out_c, g.c * taps(g))(Eigen::all, Eigen::seqN(tap, Index{g.c}, taps(g)));
  }
  static RowMajor<T> by_tap(ConvGeometry g, const T* w) {  // (k k C, out)
    RowMajor<T> weights(taps(g) * g.c, g.out_c);
    for (Index tap = 0; tap < taps(g); ++tap)
      weights.middleRows(tap * g.c, g.c) = of_tap(g, tap, w).transpose();
    return weights;
  }
  static void finish(int n, Index area, int c, Epilogue<T> e, T* y) {
    auto pixels = map(y, n * area, c);
    if (e.bias) pixels.rowwise() += map(e.bias, 1, c).row(0);
    activate(e.activation, pixels);
    if (e.stats) moments(n, area, c, e.epsilon, y, e.stats);
  }
};

}  // namespace guise::eigen
