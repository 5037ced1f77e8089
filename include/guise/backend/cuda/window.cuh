// What a convolution's pixels see. A Source is a tensor, read through a prologue or as it is, zero outside; a
// Phase says which pixels are computed together and through which taps of the kernel they look.
//
// Forward there is one phase. Backward, with stride s, an input pixel meets only the taps of its own
// remainders, so that s s phases share the taps and nothing is multiplied by zero. Packed weights lie in the
// order in which the phases meet them: (tap, channel that is summed, column).
#pragma once
#include <guise/backend/cuda/prologue.cuh>

namespace guise::cuda {

struct ReadTensor {  // what a kernel needs to know of it: a whole Prologue would cost registers
  int h, w, c, reflect;
};
template <bool through_prologue> struct Source {
  ReadTensor g;
  const float *x, *stats;
  FusedActivation activation{};

  __device__ float at(int sample, int r, int q, int channel) const {
    const int height = g.h + 2 * g.reflect, width = g.w + 2 * g.reflect;
    if (r < 0 || r >= height || q < 0 || q >= width) return 0;
    if constexpr (through_prologue) r = mirror(r - g.reflect, g.h), q = mirror(q - g.reflect, g.w);
    const Size row = Size(sample) * Size(g.h) + Size(r);
    const float v = x[(row * Size(g.w) + Size(q)) * Size(g.c) + Size(channel)];
    if constexpr (through_prologue)
      return gathered(activation, stats, Size(sample * g.c + channel), v);
    else
      return v;
  }
};
inline Source<true> through(Prologue g, const float* x, const float* stats) {
  return {{g.h, g.w, g.c, g.reflect}, x, g.normalize ? stats : nullptr, g.activation};
}
inline Source<false> input_of(ConvGeometry p, const float* x) { return {{p.h, p.w, p.c, 0}, x, nullptr}; }
inline Source<false> output_of(ConvGeometry p, const float* y) {
  return {{p.out_h, p.out_w, p.out_c, 0}, y, nullptr};
}

struct Spot {
  int sample, r, q;
};  // where tap 0 of a pixel looks
struct Tap {
  int i, j, channel;
};
struct Raster {
  int height, width, step, top, left;  // pixel (r, q) looks at (r step + top, q step + left)
  __host__ __device__ Spot operator()(int pixel) const {
    const int row = pixel / width;
    return {row / height, row % height * step + top, pixel % width * step + left};
  }
};
__host__ __device__ inline Raster pixels_of_output(ConvGeometry p) {
  return {p.out_h, p.out_w, p.stride, -p.pad_top, -p.pad_left};
}

struct Phase {
  Raster raster, written;  // a pixel reads here, and is written there
  int taps_h, taps_w, taps_before, sign;

  // Taps of one axis whose remainder is k, and those of all smaller remainders.
  static __host__ __device__ int taps(ConvGeometry p, int k) {
    return k < p.kernel ? (p.kernel - k + p.stride - 1) / p.stride : 0;
  }
  static __host__ __device__ int before(ConvGeometry p, int k) {
    int sum = 0;
    while (k-- > 0) sum += taps(p, k);
    return sum;
  }
  static __host__ __device__ Phase of(ConvGeometry p, bool backward, int k) {
    if (!backward) return {pixels_of_output(p), {p.out_h, p.out_w, 1, 0, 0}, p.kernel, p.kernel, 0, 1};
    const int s = p.stride, r = k / s, q = k % s;  // the first pixel of this phase
    const int i = (r + p.pad_top) % s, j = (q + p.pad_left) % s;
    const int height = (p.h - r + s - 1) / s, width = (p.w - q + s - 1) / s;
    return {{height, width, 1, (r + p.pad_top) / s, (q + p.pad_left) / s},
            {height, width, s, r, q},
            taps(p, i),
            taps(p, j),
            before(p, i) * p.kernel + taps(p, i) * before(p, j),
            -1};
  }
  __device__ Tap tap(int k, int channels) const {
    const int t = k / channels;
    return {sign * (t / taps_w), sign * (t % taps_w), k % channels};
  }
};

struct PackWeights {
  ConvGeometry p;
  bool backward;
  const float* w;
  float* packed;
  __device__ void operator()(Size k) const {
    const int taps = p.kernel * p.kernel, tap = int(k % Size(taps)), pair = int(k / Size(taps));
    const int o = pair / p.c, c = pair % p.c, i = tap / p.kernel, j = tap % p.kernel;
    int position = tap;
    if (backward) {
      const int s = p.stride, in_i = Phase::taps(p, i % s), in_j = Phase::taps(p, j % s);
      position = Phase::before(p, i % s) * p.kernel + in_i * Phase::before(p, j % s) + i / s * in_j + j / s;
    }
    const int summed = backward ? o : c, all_summed = backward ? p.out_c : p.c;
    const int column = backward ? c : o, columns = backward ? p.c : p.out_c;
    packed[(Size(position) * Size(all_summed) + Size(summed)) * Size(columns) + Size(column)] = w[k];
  }
};

}  // namespace guise::cuda
