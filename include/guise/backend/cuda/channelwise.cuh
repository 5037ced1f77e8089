// Each channel by itself: depthwise convolution, max pooling, rows of other widths. One thread an element;
// the weights' gradient is a warp's sum for each weight.
#pragma once
#include <guise/backend/cuda/reduce.cuh>

namespace guise::cuda {

struct Place {
  int sample, r, q, c;
};
__device__ inline Place place_of(Size k, int h, int w, int c) {  // in (N, H, W, C)
  const Size pixel = k / Size(c), row = pixel / Size(w);
  return {int(row / Size(h)), int(row % Size(h)), int(pixel % Size(w)), int(k % Size(c))};
}
__device__ inline Size index_of(Place p, int h, int w, int c) {
  return ((Size(p.sample) * Size(h) + Size(p.r)) * Size(w) + Size(p.q)) * Size(c) + Size(p.c);
}

struct Depthwise {
  ConvGeometry p;
  const float *x, *w, *bias;
  float* y;
  __device__ void operator()(Size k) const {
    const Place to = place_of(k, p.out_h, p.out_w, p.c);
    float sum = bias ? bias[to.c] : 0;
    for (int i = 0; i < p.kernel; ++i)
      for (int j = 0; j < p.kernel; ++j) {
        const int r = to.r * p.stride - p.pad_top + i, q = to.q * p.stride - p.pad_left + j;
        if (r < 0 || r >= p.h || q < 0 || q >= p.w) continue;
        sum += x[index_of({to.sample, r, q, to.c}, p.h, p.w, p.c)] * w[(to.c * p.kernel + i) * p.kernel + j];
      }
    y[k] = sum;
  }
};
struct DepthwiseInput {
  ConvGeometry p;
  const float *dy, *w;
  float* dx;
  __device__ void operator()(Size k) const {
    const Place at = place_of(k, p.h, p.w, p.c);
    float sum = 0;
    for (int i = 0; i < p.kernel; ++i)
      for (int j = 0; j < p.kernel; ++j) {
        const int r = at.r + p.pad_top - i, q = at.q + p.pad_left - j;
        if (r < 0 || r % p.stride || r / p.stride >= p.out_h) continue;
        if (q < 0 || q % p.stride || q / p.stride >= p.out_w) continue;
        const Place from{at.sample, r / p.stride, q / p.stride, at.c};
        sum += dy[index_of(from, p.out_h, p.out_w, p.c)] * w[(at.c * p.kernel + i) * p.kernel + j];
      }
    dx[k] = sum;
  }
};
__global__ void __launch_bounds__(threads_each)  // a warp a weight
    depthwise_weights(ConvGeometry p, const float* __restrict__ x, const float* __restrict__ dy,
                      float* __restrict__ dw) {
  const int weight = int(blockIdx.x * (threads_each / 32) + threadIdx.x / 32), lane = int(threadIdx.x) % 32;
  const int taps = p.kernel * p.kernel, c = weight / taps, i = weight % taps / p.kernel,
            j = weight % p.kernel;
  if (c >= p.c) return;
  const int pixels = p.n * p.out_h * p.out_w;
  float sum = 0;
  for (int k = lane; k < pixels; k += 32) {
    const int sample = k / p.out_w / p.out_h;
    const int r = k / p.out_w % p.out_h * p.stride - p.pad_top + i,
              q = k % p.out_w * p.stride - p.pad_left + j;
    if (r < 0 || r >= p.h || q < 0 || q >= p.w) continue;
    sum += dy[Size(k) * Size(p.c) + Size(c)] * x[index_of({sample, r, q, c}, p.h, p.w, p.c)];
  }
  for (int reach = 16; reach > 0; reach /= 2) sum += __shfl_down_sync(~0u, sum, reach);
  if (lane == 0) dw[weight] += sum;
}
inline void depthwise_dw(const Context& context, ConvGeometry p, const float* x, const float* dy, float* dw) {
  const int weights = p.c * p.kernel * p.kernel;
  launch(depthwise_weights, dim3(divided_up(weights, threads_each / 32)), dim3(threads_each),
         context.stream(), p, x, dy, dw);
}

// The place in x of the first largest value of a window, all of which lies within the picture.
__device__ inline Size largest(ConvGeometry p, const float* x, Place window) {
  const Place corner{window.sample, window.r * p.stride, window.q * p.stride, window.c};
  const Size first = index_of(corner, p.h, p.w, p.c);
  Size best = first;
  float most = x[first];
  GUISE_ROLLED
  for (int tap = 1; tap < p.kernel * p.kernel; ++tap) {
    const Size at = first + (Size(tap / p.kernel) * Size(p.w) + Size(tap % p.kernel)) * Size(p.c);
    if (x[at] > most) most = x[at], best = at;
  }
  return best;
}
struct MaxPool {
  ConvGeometry p;
  const float* x;
  float* y;
  __device__ void operator()(Size k) const { y[k] = x[largest(p, x, place_of(k, p.out_h, p.out_w, p.c))]; }
};
struct MaxPoolGradient {  // each input asks all windows that it lies in
  ConvGeometry p;
  const float *x, *dy;
  float* dx;
  __device__ void operator()(Size k) const {
    const Place at = place_of(k, p.h, p.w, p.c);
    float sum = 0;
    GUISE_ROLLED
    for (int r = first(at.r); r <= at.r / p.stride && r < p.out_h; ++r) {
      GUISE_ROLLED
      for (int q = first(at.q); q <= at.q / p.stride && q < p.out_w; ++q) {
        const Place window{at.sample, r, q, at.c};
        if (largest(p, x, window) == k) sum += dy[index_of(window, p.out_h, p.out_w, p.c)];
      }
    }
    dx[k] = sum;
  }

 private:
  __device__ int first(int k) const {  // window that position k lies in
    return k < p.kernel ? 0 : (k - p.kernel) / p.stride + 1;
  }
};
struct Columns {
  int from, to;
  const float* x;
  float* y;
  __device__ void operator()(Size k) const {
    const Size row = k / Size(to), column = k % Size(to);
    y[k] = column < Size(from) ? x[row * Size(from) + column] : 0;
  }
};

}  // namespace guise::cuda
