// One thread an element: what needs no neighbours. Each operation is a small value with its pointers.
#pragma once
#include <guise/backend/cuda/context.hpp>
#include <guise/backend/geometry.hpp>
#include <guise/core/random_crops.hpp>

#include <array>
#include <cfloat>
#include <iterator>
#include <utility>

namespace guise::cuda {

using Size = std::size_t;

template <class T> constexpr T divided_up(T n, T by) { return (n + by - 1) / by; }

// ---- activations; what is not a number stays ----
__device__ inline float activate(FusedActivation a, float v) {
  if (a.kind == Activation::tanh) return tanhf(v);
  if (a.kind == Activation::sigmoid) return 1 / (1 + expf(-v));
  if (a.kind == Activation::none || !(v <= 0)) return v;
  return a.kind == Activation::leaky_relu ? a.slope * v : 0;
}
__device__ inline float slope(FusedActivation a, float y) {  // told by the activation's output
  if (a.kind == Activation::tanh) return 1 - y * y;
  if (a.kind == Activation::sigmoid) return y * (1 - y);
  if (a.kind == Activation::none || !(y <= 0)) return 1;
  return a.kind == Activation::leaky_relu ? a.slope : 0;
}

constexpr int threads_each = 256;
inline unsigned blocks_each(Size n) {
  return unsigned(std::min<Size>(divided_up(n, Size(threads_each)), 4096));
}
template <class Operation> __device__ void each_of_mine(Size n, const Operation& operation) {
  const Size stride = Size(gridDim.x) * threads_each;
  for (Size k = Size(blockIdx.x) * threads_each + threadIdx.x; k < n; k += stride) operation(k);
}
template <class Operation>
__global__ void __launch_bounds__(threads_each) each_kernel(Size n, Operation operation) {
  each_of_mine(n, operation);
}
template <class Operation> void each(const Context& context, Size n, Operation operation) {  // operation(k)
  if (n == 0) return;
  launch(each_kernel<Operation>, dim3(blocks_each(n)), dim3(threads_each), context.stream(), n, operation);
}

struct Blend {
  float a, b;
  const float* x;
  float* y;
  __device__ void operator()(Size k) const { y[k] = a * x[k] + (b == 0 ? 0 : b * y[k]); }
};
struct RandomCrop {  // k runs over (N, crop, crop, 3)
  Size load, crop;
  const unsigned char* rgb;  // (N, load, load, 3)
  const Crop* crops;         // (N)
  float* y;
  __device__ void operator()(Size k) const {
    const Size channel = k % 3, column = k / 3 % crop, row = k / 3 / crop % crop, n = k / 3 / crop / crop;
    const Crop chosen = crops[n];
    const Size from = Size(chosen.left) + (chosen.flipped ? crop - 1 - column : column);
    y[k] = float(rgb[((n * load + Size(chosen.top) + row) * load + from) * 3 + channel]) / 127.5f - 1;
  }
};
struct ActivationValue {
  FusedActivation activation;
  const float* x;
  float* y;
  __device__ void operator()(Size k) const { y[k] = activate(activation, x[k]); }
};
struct ActivationGradient {
  FusedActivation activation;
  const float *y, *dy;
  float* dx;
  __device__ void operator()(Size k) const { dx[k] = dy[k] * slope(activation, y[k]); }
};
template <class F> struct FormulaValue {
  const float* x;
  float* y;
  __device__ void operator()(Size k) const { y[k] = F::value(x[k]); }
};
template <class F> struct FormulaGradient {
  const float *x, *y, *dy;
  float* dx;
  __device__ void operator()(Size k) const { dx[k] = dy[k] * F::slope(x[k], y[k]); }
};
struct Affine {
  int c;
  const float *x, *scale, *shift;
  float* y;
  __device__ void operator()(Size k) const {
    const Size column = k % Size(c);
    y[k] = x[k] * scale[column] + (shift ? shift[column] : 0);
  }
};
struct Finish {  // the epilogue of a product that somebody else has made
  int c;
  const float* bias;
  FusedActivation activation;
  float* y;
  __device__ void operator()(Size k) const {
    y[k] = activate(activation, y[k] + (bias ? bias[k % Size(c)] : 0));
  }
};
struct Track {
  double to_unbiased, epsilon;
  float momentum;
  const float* stats;
  float *mean, *variance;
  __device__ void operator()(Size k) const {
    const double inverse = stats[2 * k + 1], unbiased = to_unbiased * (1 / (inverse * inverse) - epsilon);
    mean[k] += momentum * (stats[2 * k] - mean[k]);
    variance[k] += momentum * (float(unbiased) - variance[k]);
  }
};
struct Restore {
  double epsilon;
  const float *mean, *variance;
  float* stats;
  __device__ void operator()(Size k) const {
    stats[2 * k] = mean[k];
    stats[2 * k + 1] = float(1 / sqrt(double(variance[k]) + epsilon));
  }
};

// ---- what the host decides of a step and a replay reads from memory ----
__device__ inline bool allows(Guard<float> guard) {
  for (int k = 0; k < guard.count; ++k)
    if (!(fabsf(guard.values[k]) <= FLT_MAX)) return false;
  return true;
}
struct SwapRows {  // k runs over a row; rows of x take turns, for two may name the same row of y
  int count;
  Size floats;
  Guard<float> guard;
  const float* moves;
  float *x, *y;
  __device__ void operator()(Size k) const {
    if (!allows(guard)) return;
    for (int n = 0; n < count; ++n) {
      const float move = moves[n];
      if (move == 0) continue;
      float& mine = x[Size(n) * floats + k];
      float& kept = y[(Size(fabsf(move)) - 1) * floats + k];
      const float held = kept;
      kept = mine;
      if (move > 0) mine = held;
    }
  }
};
template <class F> struct Update {  // of parameters by an optimiser's formula
  static constexpr std::size_t states = std::size(F::state_names),
                               scalars = std::tuple_size_v<decltype(F{}.scalars(0., 1l))>;
  float *g, *w, *state[states];

  __device__ void operator()(Size k, const float (&s)[scalars]) const {
    step(k, s, std::make_index_sequence<states>{});
  }

 private:
  template <std::size_t... i>
  __device__ void step(Size k, const float (&s)[scalars], std::index_sequence<i...>) const {
    F::update(w[k], g[k], state[i][k]..., s);
  }
};
template <class F>
__global__ void __launch_bounds__(threads_each)
    update_kernel(Size n, Update<F> update, Guard<float> guard, const float* scalars) {
  const bool allowed = allows(guard);  // asked once a thread
  float s[Update<F>::scalars];
  GUISE_UNROLL
  for (int i = 0; i < int(Update<F>::scalars); ++i) s[i] = scalars[i];
  each_of_mine(n, [&](Size k) {
    if (allowed) update(k, s);
    update.g[k] = 0;
  });
}
template <class F>
void update(const Context& context, Size n, Guard<float> guard, const float* scalars, float* g,
            float* const* states, float* w) {
  if (n == 0) return;
  Update<F> update{g, w, {}};
  for (std::size_t k = 0; k < Update<F>::states; ++k) update.state[k] = states[k];
  launch(update_kernel<F>, dim3(blocks_each(n)), dim3(threads_each), context.stream(), n, update, guard,
         scalars);
}

}  // namespace guise::cuda
