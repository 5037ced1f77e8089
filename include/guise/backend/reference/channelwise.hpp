// Plain loops over each channel by itself: depthwise convolution, max pooling, rows of other widths.
#pragma once
#include <guise/backend/reference/products.hpp>

#include <algorithm>
#include <cstddef>

namespace guise::reference {

template <class T> struct Channelwise {
  using Size = std::size_t;

  static void depthwise(ConvGeometry p, const T* x, const T* w, const T* bias, T* y) {
    for (Size k = 0; k < outputs(p); ++k) y[k] = bias ? bias[k % Size(p.c)] : T(0);
    each_tap(p, [&](Size from, Size to, Size tap) { y[to] += x[from] * w[tap]; });
  }
  static void depthwise_dx(ConvGeometry p, const T* dy, const T* w, T* dx) {
    std::fill_n(dx, inputs(p), T(0));
    each_tap(p, [&](Size from, Size to, Size tap) { dx[from] += dy[to] * w[tap]; });
  }
  static void depthwise_dw(ConvGeometry p, const T* x, const T* dy, T* dw) {
    each_tap(p, [&](Size from, Size to, Size tap) { dw[tap] += dy[to] * x[from]; });
  }
  static void max_pool(ConvGeometry p, const T* x, T* y) {
    each_window(
        p, [&](Size largest, Size to) { y[to] = x[largest]; }, x);
  }
  static void max_pool_dx(ConvGeometry p, const T* x, const T* dy, T* dx) {
    std::fill_n(dx, inputs(p), T(0));
    each_window(
        p, [&](Size largest, Size to) { dx[largest] += dy[to]; }, x);
  }
  static void columns(Size rows, int from, const T* x, int to, T* y) {
    for (Size row = 0; row < rows; ++row)
      for (Size k = 0; k < Size(to); ++k)
        y[row * Size(to) + k] = k < Size(from) ? x[row * Size(from) + k] : T(0);
  }

 private:
  static Size inputs(ConvGeometry p) { return Size(p.n) * Size(p.h) * Size(p.w) * Size(p.c); }
  static Size outputs(ConvGeometry p) { return Size(p.n) * Size(p.out_h) * Size(p.out_w) * Size(p.c); }

  // f(place in x, place in y, place in w) of all that meet.
  template <class F> static void each_tap(ConvGeometry p, F f) {
    const Size channels = Size(p.c), taps = Size(p.kernel) * Size(p.kernel);
    reference::each_tap(p, [&](Size in, Size out, Size tap) {
      for (Size c = 0; c < channels; ++c) f(in * channels + c, out * channels + c, c * taps + tap);
    });
  }
  // f(place of a window's first largest value, place in y); every window lies within the picture.
  template <class F> static void each_window(ConvGeometry p, F f, const T* x) {
    for (Size to = 0; to < outputs(p); ++to) {
      const Size c = to % Size(p.c), q = to / Size(p.c) % Size(p.out_w),
                 r = to / Size(p.c) / Size(p.out_w) % Size(p.out_h),
                 n = to / Size(p.c) / Size(p.out_w) / Size(p.out_h);
      const auto place = [&](Size i, Size j) {
        return ((n * Size(p.h) + r * Size(p.stride) + i) * Size(p.w) + q * Size(p.stride) + j) * Size(p.c) +
               c;
      };
      Size largest = place(0, 0);
      for (Size i = 0; i < Size(p.kernel); ++i)
        for (Size j = 0; j < Size(p.kernel); ++j)
          if (x[place(i, j)] > x[largest]) largest = place(i, j);
      f(largest, to);
    }
  }
};

}  // namespace guise::reference
