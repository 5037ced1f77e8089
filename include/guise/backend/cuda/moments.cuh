// Mean and inverse deviation of every (sample, channel): sums round a shift within a thread, then joined pair
// by pair (Chan et al. 1979), so that a large mean costs no digits. The order is the shape's alone.
#pragma once
#include <guise/backend/cuda/reduce.cuh>

namespace guise::cuda {

struct Moment {
  float n, mean, squares;
};  // squares: of the deviations from the mean
__device__ inline Moment join(Moment a, Moment b) {
  const float n = a.n + b.n, d = b.mean - a.mean, part = n > 0 ? b.n / n : 0;
  return {n, a.mean + d * part, a.squares + b.squares + d * d * a.n * part};
}

__global__ void __launch_bounds__(column_lanes* column_rows)
    moment_parts(int area, int c, int chunk, const float* __restrict__ x, Moment* __restrict__ parts) {
  GUISE_SHARED(Moment, tile, [column_rows][column_lanes]);
  const int channel = int(blockIdx.x) * column_lanes + int(threadIdx.x), sample = int(blockIdx.y);
  const int from = int(blockIdx.z) * chunk, to = min(from + chunk, area);
  float n = 0, sum = 0, squares = 0, shift = 0;
  if (channel < c) {
    const float* at = x + Size(sample) * Size(area) * Size(c) + Size(channel);
    shift = at[Size(from) * Size(c)];  // near the mean: no digits are lost
    for (int p = from + int(threadIdx.y); p < to; p += column_rows) {
      const float d = at[Size(p) * Size(c)] - shift;
      n += 1;
      sum += d;
      squares += d * d;
    }
  }
  const float mean = n > 0 ? sum / n : 0;
  tile[threadIdx.y][threadIdx.x] = {n, shift + mean, squares - sum * mean};
  __syncthreads();
  if (threadIdx.y || channel >= c) return;
  Moment all = tile[0][threadIdx.x];
  for (int row = 1; row < column_rows; ++row) all = join(all, tile[row][threadIdx.x]);
  parts[(Size(sample) * Size(c) + Size(channel)) * gridDim.z + blockIdx.z] = all;
}
__global__ void __launch_bounds__(threads_each)  // a warp a column
    moment_totals(int columns, int count, float epsilon, const Moment* __restrict__ parts,
                  float* __restrict__ stats) {
  const int column = int(blockIdx.x * (threads_each / 32) + threadIdx.x / 32), lane = int(threadIdx.x) % 32;
  if (column >= columns) return;
  Moment all{0, 0, 0};
  for (int p = lane; p < count; p += 32) all = join(all, parts[Size(column) * Size(count) + Size(p)]);
  for (int reach = 16; reach > 0; reach /= 2)
    all = join(all, {__shfl_down_sync(~0u, all.n, reach), __shfl_down_sync(~0u, all.mean, reach),
                     __shfl_down_sync(~0u, all.squares, reach)});
  if (lane != 0) return;
  stats[2 * column] = all.mean;
  stats[2 * column + 1] = rsqrtf(all.squares / all.n + epsilon);
}
inline void moments(const Context& context, int n, int area, int c, double epsilon, const float* x,
                    float* stats) {
  const ColumnSplit split(area);
  const Scratch parts(context, 3 * Size(n) * Size(c) * Size(split.parts));
  launch(moment_parts, dim3(divided_up(c, column_lanes), n, split.parts), dim3(column_lanes, column_rows),
         context.stream(), area, c, split.chunk, x, parts.as<Moment>());
  launch(moment_totals, dim3(divided_up(n * c, threads_each / 32)), dim3(threads_each), context.stream(),
         n * c, split.parts, float(epsilon), parts.as<Moment>(), stats);
}

}  // namespace guise::cuda
