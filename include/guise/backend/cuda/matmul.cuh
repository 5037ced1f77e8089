// Products of matrices: a block computes a tile of 64 x 64 results, as in product.cuh.
#pragma once
#include <guise/backend/cuda/product.cuh>
#include <guise/backend/primitives.hpp>

namespace guise::cuda {

// Fills [deep][64 + gap] from `side` lines of a factor, 64 from `first` on, whose depths begin at `from`.
// `lines_are_rows`: a line's depths lie side by side in memory, else the lines do.
__device__ inline void load_factor(const float* factor, bool lines_are_rows, int side, int depth, int first,
                                   int from, float (&tile)[deep][64 + gap]) {
  GUISE_UNROLL
  for (int k = int(threadIdx.x); k < deep * 64; k += tile_threads) {
    const int d = lines_are_rows ? k % deep : k / 64, line = lines_are_rows ? k / deep : k % 64;
    const bool inside = first + line < side && from + d < depth;
    const Size at = lines_are_rows ? Size(first + line) * Size(depth) + Size(from + d)
                                   : Size(from + d) * Size(side) + Size(first + line);
    tile[d][line] = inside ? factor[at] : 0;
  }
}
__global__ void __launch_bounds__(tile_threads)
    matmul_kernel(Matmul g, const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ y) {
  using T = Tile<64>;
  GUISE_SHARED(float, left, [deep][64 + gap]);
  GUISE_SHARED(float, right, [deep][64 + gap]);
  const int down = (g.m + 63) / 64, first_row = int(blockIdx.x) % down * 64,
            first_column = int(blockIdx.y) * 64;
  const Size sample = blockIdx.x / unsigned(down), m = Size(g.m), n = Size(g.n), depth = Size(g.k);
  float sum[4][4] = {};
  for (int from = 0; from < g.k; from += deep) {
    load_factor(a + sample * m * depth, !g.transpose_a, g.m, g.k, first_row, from, left);
    load_factor(b + sample * n * depth, g.transpose_b, g.n, g.k, first_column, from, right);
    __syncthreads();
    T::multiply(left, right, sum);
    __syncthreads();  // before the next depths take their place
  }
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int row = first_row + T::row(i), column = first_column + T::column(j);
      if (row < g.m && column < g.n) y[(sample * m + Size(row)) * n + Size(column)] = sum[i][j];
    }
}
inline void matmul(const Context& context, Matmul g, const float* a, const float* b, float* y) {
  if (g.batch == 0 || g.m == 0 || g.n == 0) return;
  launch(matmul_kernel, dim3(g.batch * divided_up(g.m, 64), divided_up(g.n, 64)), dim3(tile_threads),
         context.stream(), g, a, b, y);
}

}  // namespace guise::cuda
