// Sums in an order that the shape alone decides: first of chunks, then of the chunks' sums.
//
// Columns: a tensor (groups, area, c) is summed over its area, two sums at once. An operation says what is
// added, `Pair operator()(group, pixel, channel)`, and what becomes of the sum, `void write(column, Pair)`.
// Everything: the losses, one value of a whole tensor.
#pragma once
#include <guise/backend/cuda/pointwise.cuh>

namespace guise::cuda {

// ---- columns: a block is 32 channels wide and 8 pixels high; few channels are shared by many blocks ----
constexpr int column_lanes = 32, column_rows = 8;
struct ColumnSplit {
  int parts, chunk;  // pixels
  explicit ColumnSplit(int area) {
    const int wanted = area < 256 ? 1 : std::min(area / 128, 128);
    chunk = divided_up(area, wanted);
    parts = divided_up(area, chunk);
  }
};
struct Pair {
  float first, second;
};
__device__ inline Pair operator+(Pair a, Pair b) { return {a.first + b.first, a.second + b.second}; }

template <class Operation>
__global__ void __launch_bounds__(column_lanes* column_rows)
    column_parts(Operation operation, int area, int c, int chunk, Pair* __restrict__ parts) {
  GUISE_SHARED(Pair, tile, [column_rows][column_lanes]);
  const int channel = int(blockIdx.x) * column_lanes + int(threadIdx.x), group = int(blockIdx.y);
  const int from = int(blockIdx.z) * chunk, to = min(from + chunk, area);
  Pair sum{0, 0};
  if (channel < c)
    for (int p = from + int(threadIdx.y); p < to; p += column_rows) sum = sum + operation(group, p, channel);
  tile[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y || channel >= c) return;
  for (int row = 1; row < column_rows; ++row) sum = sum + tile[row][threadIdx.x];
  parts[(Size(group) * Size(c) + Size(channel)) * gridDim.z + blockIdx.z] = sum;
}
template <class Operation>  // a warp a column
__global__ void __launch_bounds__(threads_each)
    column_totals(Operation operation, int columns, int count, const Pair* __restrict__ parts) {
  const int column = int(blockIdx.x * (threads_each / 32) + threadIdx.x / 32), lane = int(threadIdx.x) % 32;
  if (column >= columns) return;
  Pair sum{0, 0};
  for (int p = lane; p < count; p += 32) sum = sum + parts[Size(column) * Size(count) + Size(p)];
  for (int reach = 16; reach > 0; reach /= 2)
    sum = sum + Pair{__shfl_down_sync(~0u, sum.first, reach), __shfl_down_sync(~0u, sum.second, reach)};
  if (lane == 0) operation.write(column, sum);
}
template <class Operation>
void reduce_columns(const Context& context, int groups, int area, int c, Operation operation) {
  const ColumnSplit split(area);
  const int columns = groups * c;
  const Scratch parts(context, 2 * Size(columns) * Size(split.parts));
  launch(column_parts<Operation>, dim3(divided_up(c, column_lanes), groups, split.parts),
         dim3(column_lanes, column_rows), context.stream(), operation, area, c, split.chunk,
         parts.as<Pair>());
  launch(column_totals<Operation>, dim3(divided_up(columns, threads_each / 32)), dim3(threads_each),
         context.stream(), operation, columns, split.parts, parts.as<Pair>());
}

struct ColumnSums {
  int c;
  const float* dy;
  float* db;
  __device__ Pair operator()(int, int pixel, int channel) const {
    return {dy[Size(pixel) * Size(c) + Size(channel)], 0};
  }
  __device__ void write(int column, Pair sum) const { db[column] += sum.first; }
};
struct AffineGradient {
  int c;
  const float *x, *dy;
  float *dscale, *dshift;
  __device__ Pair operator()(int, int pixel, int channel) const {
    const Size k = Size(pixel) * Size(c) + Size(channel);
    return {x[k] * dy[k], dy[k]};
  }
  __device__ void write(int column, Pair sum) const {
    dscale[column] += sum.first;
    dshift[column] += sum.second;
  }
};

// ---- everything ----
__device__ inline float block_sum(float value) {  // in thread 0
  GUISE_SHARED(float, warps, [threads_each / 32]);
  for (int reach = 16; reach > 0; reach /= 2) value += __shfl_down_sync(~0u, value, reach);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  if (threadIdx.x == 0)
    for (int k = 1; k < threads_each / 32; ++k) value += warps[k];
  return value;
}
template <class Loss>
__global__ void __launch_bounds__(threads_each) loss_parts(Size n, Loss loss, float* __restrict__ parts) {
  const Size stride = Size(gridDim.x) * threads_each;
  float sum = 0;
  for (Size k = Size(blockIdx.x) * threads_each + threadIdx.x; k < n; k += stride) sum += loss(k);
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}
__global__ void __launch_bounds__(threads_each)
    loss_total(int count, const float* __restrict__ parts, float scale, float* __restrict__ value) {
  float sum = 0;
  for (int k = int(threadIdx.x); k < count; k += threads_each) sum += parts[k];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *value = scale * sum;
}
template <class Loss>
void reduce_loss(const Context& context, Size n, double scale, Loss loss, float* value) {
  const auto blocks = static_cast<unsigned>(std::min<Size>(divided_up(n, Size(4 * threads_each)), 1024));
  const Scratch parts(context, blocks);
  launch(loss_parts<Loss>, dim3(blocks), dim3(threads_each), context.stream(), n, loss, parts);
  launch(loss_total, dim3(1), dim3(threads_each), context.stream(), int(blocks), parts, float(scale), value);
}

template <class F> struct MeanOf {  // of a formula towards a target, or a constant where that is null
  float each, constant;
  const float *x, *target;
  float* dx;
  __device__ float operator()(Size k) const {
    const float t = target ? target[k] : constant;
    dx[k] = each * F::slope(x[k], t);
    return F::value(x[k], t);
  }
};

}  // namespace guise::cuda
