// A resampling of pictures: one fixed linear filter along both axes, each channel by itself. What a filter is,
// is said here once, for every backend: which input coordinates an output coordinate reads, and with what
// weights. Plain functions of numbers, usable in constant expressions and in kernels.
#pragma once
#include <guise/core/compiler.hpp>

#ifdef __CUDACC__
#define GUISE_HOST_DEVICE __host__ __device__
#else
#define GUISE_HOST_DEVICE
#endif

namespace guise {

enum class Filter {
  nearest_up,    // torch.nn.Upsample(scale_factor=factor, mode="nearest")
  bilinear_up,   // the same of mode="bilinear", align_corners=False
  blur_down,     // [1, 2, 1] / 4 at every second coordinate, borders reflected: Zhang (2019); factor is 2
  average_pool,  // torch.nn.AvgPool2d(factor): what does not fill a window is left out
  // [1, 3, 3, 1] / 4 between zeros, borders replicated, which is how CUT goes up: with a factor of 2 bilinear.
  blur_up = bilinear_up
};

struct Resample {  // (n, h, w, c) -> (n, out_h, out_w, c); sides as resampled_side says
  int n = 0, h = 0, w = 0, c = 0, out_h = 0, out_w = 0;
  Filter filter = Filter::nearest_up;
  int factor = 2;  // at least 1
};

constexpr int resampled_side(Filter filter, int factor, int n) {  // 0: the filter does not take such a side
  switch (filter) {
    case Filter::nearest_up:
    case Filter::bilinear_up:
      return n * factor;
    case Filter::blur_down:
      return n > 1 && factor == 2 ? (n + 1) / 2 : 0;
    case Filter::average_pool:
      return n / factor;
  }
  return 0;
}

template <class T> struct FilterTap {
  int input;
  T weight;
};
GUISE_HOST_DEVICE constexpr int filter_taps(Filter filter, int factor) {  // how many each output has
  return filter == Filter::nearest_up    ? 1
         : filter == Filter::bilinear_up ? 2
         : filter == Filter::blur_down   ? 3
                                         : factor;
}
// The k-th of them, of output coordinate `out` on an axis of n. Two taps may read the same input.
template <class T>
GUISE_HOST_DEVICE constexpr FilterTap<T> filter_tap(Filter filter, int factor, int n, int out, int k) {
  if (filter == Filter::nearest_up) return {out / factor, T(1)};
  if (filter == Filter::average_pool) return {out * factor + k, T(1) / T(factor)};
  if (filter == Filter::blur_down) {
    const int at = 2 * out - 1 + k;
    return {at < 0 ? -at : at < n ? at : 2 * n - 2 - at, k == 1 ? T(0.5) : T(0.25)};
  }
  const int whole = 2 * factor, place = 2 * out + 1 - factor;  // where `out` lies on the input, in 1 / whole
  const int at = place < 0 ? 0 : place, first = at / whole, rest = at % whole;
  if (k == 0) return {first, T(whole - rest) / T(whole)};
  return {first + 1 < n ? first + 1 : first, T(rest) / T(whole)};
}

// The transpose: only outputs of [first, last) may read input coordinate `in`, and with these weights.
struct FilterReaders {
  int first, last;
};
GUISE_HOST_DEVICE constexpr FilterReaders filter_readers(Filter filter, int factor, int out_side, int in) {
  int first = in * factor, last = first + factor;  // nearest
  if (filter == Filter::bilinear_up) first += factor / 2 - factor, last += factor / 2;
  if (filter == Filter::blur_down) first = in / 2, last = (in + 1) / 2 + 1;
  if (filter == Filter::average_pool) first = in / factor, last = first + 1;
  return {first < 0 ? 0 : first, last < out_side ? last : out_side};
}
template <class T>
GUISE_HOST_DEVICE constexpr T filter_weight(Filter filter, int factor, int n, int out, int in) {
  T sum = 0;
  for (int k = 0; k < filter_taps(filter, factor); ++k) {
    const FilterTap<T> tap = filter_tap<T>(filter, factor, n, out, k);
    if (tap.input == in) sum += tap.weight;
  }
  return sum;
}

}  // namespace guise
