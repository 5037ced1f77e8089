// y = reflect(activation(normalize(x))) + skip, and its gradient, which every pixel collects from all the
// places that mirror it.
#pragma once
#include <guise/backend/cuda/reduce.cuh>

namespace guise::cuda {

template <int width> struct alignas(4 * width) Pack { float v[width]; };  // one load or store
inline bool aligned(const void* at, std::size_t bytes) {                  // also where there is nothing
  return reinterpret_cast<std::uintptr_t>(at) % bytes == 0;
}
__device__ inline int mirror(int k, int n) { return k < 0 ? -k : k >= n ? 2 * n - 2 - k : k; }

// activation(normalize(x)) of a channel of a sample; stats null: without the first.
__device__ inline float gathered(FusedActivation a, const float* stats, Size column, float v) {
  if (stats) v = (v - stats[2 * column]) * stats[2 * column + 1];
  return activate(a, v);
}

template <int width>
__global__ void __launch_bounds__(threads_each)  // blocks share rows, threads share what is in a row
    prologue_kernel(Prologue g, FusedActivation activation, const float* __restrict__ x,
                    const float* __restrict__ stats, const float* __restrict__ skip, float* __restrict__ y) {
  const int height = g.h + 2 * g.reflect, packs = g.c / width, in_row = (g.w + 2 * g.reflect) * packs;
  const int k = int(blockIdx.x) * threads_each + int(threadIdx.x);
  if (k >= in_row) return;
  const int c = k % packs * width, column = mirror(k / packs - g.reflect, g.w);
  for (int row = int(blockIdx.y); row < g.n * height; row += int(gridDim.y)) {
    const int sample = row / height, from = sample * g.h + mirror(row % height - g.reflect, g.h);
    const Size at = (Size(from) * Size(g.w) + Size(column)) * Size(g.c) + Size(c);
    const Size to = (Size(row) * Size(in_row) + Size(k)) * width;
    Pack<width> value = *reinterpret_cast<const Pack<width>*>(x + at), held{};
    if (skip) held = *reinterpret_cast<const Pack<width>*>(skip + to);
    GUISE_UNROLL
    for (int i = 0; i < width; ++i)
      value.v[i] = gathered(activation, stats, Size(sample * g.c + c + i), value.v[i]) + held.v[i];
    *reinterpret_cast<Pack<width>*>(y + to) = value;
  }
}
inline void prologue(const Context& context, Prologue g, const float* x, const float* stats,
                     const float* skip, float* y) {
  const int width = g.c % 4 == 0 && aligned(x, 16) && aligned(skip, 16) && aligned(y, 16) ? 4 : 1;
  const int in_row = (g.w + 2 * g.reflect) * (g.c / width), rows = g.n * (g.h + 2 * g.reflect);
  launch(width == 4 ? prologue_kernel<4> : prologue_kernel<1>,
         dim3(divided_up(in_row, threads_each), std::min(rows, 8192)), dim3(threads_each), context.stream(),
         g, FusedActivation(g.activation), x, g.normalize ? stats : nullptr, skip, y);
}

// The gradient before the norm: of the activation and of all mirrored places. The sums are what the norm's
// own gradient wants, sum d and sum d x^, where x^ is the normalised x.
struct PrologueGradient {
  Prologue g;
  FusedActivation activation;
  const float *x, *stats, *dy;
  float* dx;
  Pair* sums;

  __device__ Pair operator()(int sample, int pixel, int channel) const {
    const int r = pixel / g.w, q = pixel % g.w, width = g.w + 2 * g.reflect;
    float sum = 0;
    GUISE_UNROLL
    for (int i = 0; i < 3; ++i) {
      const int row = place(i, r, g.h);
      if (row < 0) continue;
      GUISE_UNROLL
      for (int j = 0; j < 3; ++j) {
        const int column = place(j, q, g.w);
        if (column < 0) continue;
        const Size line = Size(sample) * Size(g.h + 2 * g.reflect) + Size(row);
        sum += dy[(line * Size(width) + Size(column)) * Size(g.c) + Size(channel)];
      }
    }
    const Size k = (Size(sample) * Size(g.h) * Size(g.w) + Size(pixel)) * Size(g.c) + Size(channel);
    const float normal = normalized(sample * g.c + channel, x[k]);
    const float d = sum * slope(activation, activate(activation, normal));
    dx[k] = d;
    return {d, d * normal};
  }
  __device__ void write(int column, Pair sum) const { sums[column] = sum; }
  __device__ float normalized(int column, float v) const {
    return stats ? (v - stats[2 * column]) * stats[2 * column + 1] : v;
  }

 private:
  // Where the reflected picture shows position k of n: in its midst, mirrored before it, mirrored behind it;
  // below 0: not there.
  __device__ int place(int which, int k, int n) const {
    if (which == 0) return k + g.reflect;
    if (which == 1) return k > 0 ? g.reflect - k : -1;
    return k < n - 1 && n - 1 - k <= g.reflect ? 2 * (n - 1) - k + g.reflect : -1;
  }
};
struct ProloguePixels {  // without a norm: one thread an element
  PrologueGradient gradient;
  __device__ void operator()(Size k) const {
    const Size c = Size(gradient.g.c), area = Size(gradient.g.h) * Size(gradient.g.w);
    gradient(int(k / c / area), int(k / c % area), int(k % c));
  }
};
struct NormGradient {
  PrologueGradient gradient;
  __device__ void operator()(Size k) const {
    const int area = gradient.g.h * gradient.g.w, c = gradient.g.c;
    const int column = int(k / (Size(area) * Size(c))) * c + int(k % Size(c));
    const Pair sum = gradient.sums[column];
    const float normal = gradient.normalized(column, gradient.x[k]);
    gradient.dx[k] = gradient.stats[2 * column + 1] *
                     (gradient.dx[k] - sum.first / float(area) - normal * (sum.second / float(area)));
  }
};
inline void prologue_dx(const Context& context, Prologue g, const float* x, const float* stats,
                        const float* dy, float* dx) {
  const Size floats = Size(g.n) * Size(g.h) * Size(g.w) * Size(g.c);
  if (!g.normalize)
    return each(context, floats, ProloguePixels{{g, g.activation, x, nullptr, dy, dx, nullptr}});
  const Scratch sums(context, 2 * Size(g.n) * Size(g.c));
  const PrologueGradient gradient{g, g.activation, x, stats, dy, dx, sums.as<Pair>()};
  reduce_columns(context, g.n, g.h * g.w, g.c, gradient);
  each(context, floats, NormGradient{gradient});
}

}  // namespace guise::cuda
