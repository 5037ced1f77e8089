// What is done to rows by themselves: scaled to length 1, and the cross-entropy of a softmax. A warp has a row, whose sums
// are taken in an order that its length alone decides.
#pragma once
#include <guise/backend/cuda/primitives.cuh>

namespace guise::cuda {

// The row of this thread's warp, or none.
__device__ inline Size row_of_warp() { return Size(blockIdx.x) * (threads_each / 32) + threadIdx.x / 32; }
// By all lanes of a warp, which all have the result.
template <class Join> __device__ float joined(float value, Join join) {
  for (int reach = 16; reach > 0; reach /= 2) value = join(value, __shfl_down_sync(~0u, value, reach));
  return __shfl_sync(~0u, value, 0);
}
template <class Value> __device__ float row_sum(int c, Value value) {
  float sum = 0;
  for (int k = int(threadIdx.x) % 32; k < c; k += 32) sum += value(k);
  return joined(sum, [](float a, float b) { return a + b; });
}

__global__ void __launch_bounds__(threads_each)
    normalize_rows_kernel(Size rows, int c, float epsilon, const float* __restrict__ all,
                          float* __restrict__ y) {
  const Size row = row_of_warp();
  if (row >= rows) return;
  const float* x = all + row * Size(c);
  const float scale = 1 / (sqrtf(row_sum(c, [=](int k) { return x[k] * x[k]; })) + epsilon);
  for (int k = int(threadIdx.x) % 32; k < c; k += 32) y[row * Size(c) + Size(k)] = scale * x[k];
}
__global__ void __launch_bounds__(threads_each)
    normalize_rows_dx_kernel(Size rows, int c, float epsilon, const float* __restrict__ all,
                             const float* __restrict__ slopes, float* __restrict__ dx) {
  const Size row = row_of_warp();
  if (row >= rows) return;
  const float *x = all + row * Size(c), *dy = slopes + row * Size(c);
  const float length = sqrtf(row_sum(c, [=](int k) { return x[k] * x[k]; })), scale = 1 / (length + epsilon);
  const float product = row_sum(c, [=](int k) { return x[k] * dy[k]; });
  const float along = length > 0 ? product / length * scale : 0;
  for (int k = int(threadIdx.x) % 32; k < c; k += 32)
    dx[row * Size(c) + Size(k)] = scale * (dy[k] - along * x[k]);
}
__global__ void __launch_bounds__(threads_each)
    cross_entropy_kernel(Size rows, int c, float each, const float* __restrict__ all,
                         const float* __restrict__ index, float* __restrict__ losses,
                         float* __restrict__ dx) {
  const Size row = row_of_warp();
  if (row >= rows) return;
  const float* x = all + row * Size(c);
  const int lane = int(threadIdx.x) % 32, right = index ? int(index[row]) : int(row % Size(c));
  float most = x[0];
  for (int k = lane; k < c; k += 32) most = fmaxf(most, x[k]);
  most = joined(most, [](float a, float b) { return fmaxf(a, b); });
  const float sum = row_sum(c, [=](int k) { return expf(x[k] - most); });
  for (int k = lane; k < c; k += 32)
    dx[row * Size(c) + Size(k)] = each * (expf(x[k] - most) / sum - (k == right ? 1.f : 0.f));
  if (lane == 0) losses[row] = logf(sum) - (x[right] - most);
}

inline dim3 warps_for(Size rows) { return dim3(unsigned(divided_up(rows, Size(threads_each / 32)))); }
inline void normalize_rows(const Context& context, Size rows, int c, double epsilon, const float* x,
                           float* y) {
  if (rows == 0) return;
  launch(normalize_rows_kernel, warps_for(rows), dim3(threads_each), context.stream(), rows, c,
         float(epsilon), x, y);
}
inline void normalize_rows_dx(const Context& context, Size rows, int c, double epsilon, const float* x,
                              const float* dy, float* dx) {
  if (rows == 0) return;
  launch(normalize_rows_dx_kernel, warps_for(rows), dim3(threads_each), context.stream(), rows, c,
         float(epsilon), x, dy, dx);
}
inline void cross_entropy(const Context& context, Size rows, int c, double weight, const float* x,
                          const float* index, float* value, float* dx) {
  const double each = weight / double(rows);
  const Scratch losses(context, rows);
  launch(cross_entropy_kernel, warps_for(rows), dim3(threads_each), context.stream(), rows, c, float(each), x,
         index, losses, dx);
  reduce_loss(context, rows, each, ValueAt{losses}, value);
}

}  // namespace guise::cuda
