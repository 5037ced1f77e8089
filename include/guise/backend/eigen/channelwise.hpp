// Over each channel by itself: depthwise convolution and max pooling, a tap at a time for whole rows of pixels.
#pragma once
#include <guise/backend/eigen/taps.hpp>

namespace guise::eigen {

template <class T> struct Channelwise {
  static void depthwise(ConvGeometry g, const T* x, const T* w, const T* bias, T* y) {
    each_sample(g, [&](Band b) {
      auto out = rows_of(g, b, y, g.c);
      out.setZero();
      if (bias) out.rowwise() += map(bias, 1, g.c).row(0);
      each_tap(g, b, x, [&](int tap, Index at, auto pixels) {
        out.middleRows(at, pixels.rows()) += pixels * weights(g, w).col(tap).asDiagonal();
      });
    });
  }
  static void depthwise_dx(ConvGeometry g, const T* dy, const T* w, T* dx) {
    map(dx, Index{g.n} * g.h * g.w, g.c).setZero();
    each_sample(g, [&](Band b) {
      each_tap(g, b, dx, [&](int tap, Index at, auto pixels) {
        pixels += rows_of(g, b, dy, g.c).middleRows(at, pixels.rows()) * weights(g, w).col(tap).asDiagonal();
      });
    });
  }
  static void depthwise_dw(ConvGeometry g, const T* x, const T* dy, T* dw) {
    each_sample(g, [&](Band b) {
      each_tap(g, b, x, [&](int tap, Index at, auto pixels) {
        weights(g, dw).col(tap) += pixels.cwiseProduct(rows_of(g, b, dy, g.c).middleRows(at, pixels.rows()))
                                       .colwise()
                                       .sum()
                                       .transpose();
      });
    });
  }
  static void max_pool(ConvGeometry g, const T* x, T* y) {
    each_sample(g, [&](Band b) {
      each_tap(g, b, x, [&](int tap, Index at, auto pixels) {
        auto out = rows_of(g, b, y, g.c).middleRows(at, pixels.rows());
        if (tap == 0)
          out = pixels;
        else
          out = out.cwiseMax(pixels);
      });
    });
  }

 private:
  template <class F> static void each_sample(ConvGeometry g, F f) {
    for (int sample = 0; sample < g.n; ++sample) f(Band{sample, 0, g.out_h});
  }
  template <class W> static Map<W> weights(ConvGeometry g, W* w) { return map(w, g.c, taps(g)); }
};

}  // namespace guise::eigen
