// Convolutions as products of matrices that are never written out (implicit GEMM). A block computes a tile of
// `rows` x 4096 / rows results, a thread 4 x 4 of them; both sides of the tile pass through shared memory
// `deep` at a time. Where results are few and sums long, as in a weight gradient, the depth is split, and a
// second kernel adds the parts in their order.
#pragma once
#include <guise/backend/cuda/moments.cuh>
#include <guise/backend/cuda/window.cuh>

namespace guise::cuda {

constexpr int deep = 16, tile_threads = 256, gap = 4;  // gap: so that columns of a tile use all banks

template <int rows> struct Tile {
  static constexpr int columns = 16 * tile_threads / rows, across = columns / 4;
  static __device__ int row(int i) { return int(threadIdx.x) / across * 4 + i; }
  static __device__ int column(int j) { return int(threadIdx.x) % across + across * j; }
  static __device__ void multiply(const float (&left)[deep][rows + gap],
                                  const float (&right)[deep][columns + gap], float (&sum)[4][4]) {
    GUISE_UNROLL
    for (int d = 0; d < deep; ++d) {
      GUISE_UNROLL
      for (int i = 0; i < 4; ++i) {
        GUISE_UNROLL
        for (int j = 0; j < 4; ++j) sum[i][j] += left[d][row(i)] * right[d][column(j)];
      }
    }
  }
};

// ---- the convolution, and its input's gradient ----
template <bool through_prologue> struct Convolution {
  ConvGeometry p;
  bool backward;
  Source<through_prologue> from;
  const float *weights, *bias;  // weights packed
  FusedActivation activation;
  float* to;

  __host__ __device__ int columns() const { return backward ? p.c : p.out_c; }
};
template <int rows, bool through_prologue>
__global__ void __launch_bounds__(tile_threads) convolution_kernel(Convolution<through_prologue> c) {
  using T = Tile<rows>;
  GUISE_SHARED(float, left, [deep][rows + gap]);
  GUISE_SHARED(float, right, [deep][T::columns + gap]);
  const Phase phase = Phase::of(c.p, c.backward, int(blockIdx.z));
  const int pixels = c.p.n * phase.raster.height * phase.raster.width, channels = c.from.g.c;
  const int depth = phase.taps_h * phase.taps_w * channels, columns = c.columns(), me = int(threadIdx.x);
  const int first = int(blockIdx.x) * rows, first_column = int(blockIdx.y) * T::columns;
  const float* weights = c.weights + Size(phase.taps_before) * Size(channels) * Size(columns);
  if (first >= pixels) return;

  constexpr int loads = rows / (tile_threads / deep);  // of pixels, whose channels lie side by side
  Spot spots[loads];
  GUISE_UNROLL
  for (int k = 0; k < loads; ++k) {
    const int pixel = first + me / deep + k * (tile_threads / deep);
    spots[k] = pixel < pixels ? phase.raster(pixel) : Spot{-1, 0, 0};
  }
  float sum[4][4] = {};
  for (int from = 0; from < depth; from += deep) {
    const int d = me % deep;
    const bool inside = from + d < depth;
    const Tap tap = inside ? phase.tap(from + d, channels) : Tap{0, 0, 0};
    GUISE_UNROLL
    for (int k = 0; k < loads; ++k) {
      const Spot s = spots[k];
      left[d][me / deep + k * (tile_threads / deep)] =
          inside && s.sample >= 0 ? c.from.at(s.sample, s.r + tap.i, s.q + tap.j, tap.channel) : 0;
    }
    GUISE_UNROLL
    for (int k = me; k < deep * T::columns; k += tile_threads) {
      const int column = first_column + k % T::columns, row = from + k / T::columns;
      right[k / T::columns][k % T::columns] =
          column < columns && row < depth ? weights[Size(row) * Size(columns) + Size(column)] : 0;
    }
    __syncthreads();
    T::multiply(left, right, sum);
    __syncthreads();  // before the next part of the depth takes their place
  }

  const int height = c.backward ? c.p.h : c.p.out_h, width = c.backward ? c.p.w : c.p.out_w;
  for (int i = 0; i < 4; ++i) {
    if (first + T::row(i) >= pixels) break;
    const Spot s = phase.written(first + T::row(i));
    const Size row = (Size(s.sample) * Size(height) + Size(s.r)) * Size(width) + Size(s.q);
    for (int j = 0; j < 4; ++j) {
      const int column = first_column + T::column(j);
      if (column < columns)
        c.to[row * Size(columns) + Size(column)] =
            activate(c.activation, sum[i][j] + (c.bias ? c.bias[column] : 0));
    }
  }
}
template <bool through_prologue>
void convolve(const Context& context, ConvGeometry p, bool backward, Source<through_prologue> from,
              const float* w, Epilogue<float> e, float* to) {
  const Size floats = Size(p.out_c) * Size(p.c) * Size(p.kernel) * Size(p.kernel);
  const Scratch packed(context, floats);
  each(context, floats, PackWeights{p, backward, w, packed});
  const Convolution<through_prologue> c{p, backward, from, packed, e.bias, e.activation, to};
  const Raster most = Phase::of(p, backward, 0).raster;
  const int pixels = p.n * most.height * most.width, phases = backward ? p.stride * p.stride : 1;
  const bool narrow = c.columns() <= Tile<256>::columns;
  launch(narrow ? convolution_kernel<256, through_prologue> : convolution_kernel<64, through_prologue>,
         dim3(divided_up(pixels, narrow ? 256 : 64), divided_up(c.columns(), narrow ? 16 : 64), phases),
         dim3(tile_threads), context.stream(), c);
  if (e.stats)
    moments(context, p.n, backward ? p.h * p.w : p.out_h * p.out_w, c.columns(), e.epsilon, to, e.stats);
}

// ---- the weight gradient: rows are output channels, columns (tap, input channel), the depth all pixels ----
template <class X, class Dy> struct WeightGradient {
  ConvGeometry p;
  X x;
  Dy dy;
  int chunk;
  float* parts;  // (parts, out_c, k k c)
};
template <int rows, class X, class Dy>
__global__ void __launch_bounds__(tile_threads) weight_kernel(WeightGradient<X, Dy> g) {
  using T = Tile<rows>;
  GUISE_SHARED(float, left, [deep][rows + gap]);
  GUISE_SHARED(float, right, [deep][T::columns + gap]);
  GUISE_SHARED(Spot, spots, [2][deep]);  // of the output; one is read while the other is written
  const ConvGeometry p = g.p;
  const int columns = p.kernel * p.kernel * p.c, pixels = p.n * p.out_h * p.out_w, me = int(threadIdx.x);
  const int begin = int(blockIdx.z) * g.chunk, end = min(begin + g.chunk, pixels);
  const int row = int(blockIdx.x) * rows + me % rows;
  const int first_column = int(blockIdx.y) * T::columns, column = first_column + me % T::columns;
  const Raster output{p.out_h, p.out_w, 1, 0, 0};
  const int tap = column / p.c, i = tap / p.kernel - p.pad_top, j = tap % p.kernel - p.pad_left;

  if (me < deep) spots[0][me] = begin + me < end ? output(begin + me) : Spot{-1, 0, 0};
  __syncthreads();
  float sum[4][4] = {};
  for (int from = begin, turn = 0; from < end; from += deep, turn ^= 1) {
    GUISE_UNROLL
    for (int d = me / rows; d < deep; d += tile_threads / rows) {
      const Spot s = spots[turn][d];
      left[d][me % rows] = s.sample >= 0 && row < p.out_c ? g.dy.at(s.sample, s.r, s.q, row) : 0;
    }
    GUISE_UNROLL
    for (int d = me / T::columns; d < deep; d += tile_threads / T::columns) {
      const Spot s = spots[turn][d];
      right[d][me % T::columns] = s.sample >= 0 && column < columns
                                      ? g.x.at(s.sample, s.r * p.stride + i, s.q * p.stride + j, column % p.c)
                                      : 0;
    }
    if (me < deep) spots[turn ^ 1][me] = from + deep + me < end ? output(from + deep + me) : Spot{-1, 0, 0};
    __syncthreads();
    T::multiply(left, right, sum);
    __syncthreads();  // before the next pixels take their place
  }
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) {
      const int to_row = int(blockIdx.x) * rows + T::row(a), to_column = first_column + T::column(b);
      if (to_row < p.out_c && to_column < columns)
        g.parts[(Size(blockIdx.z) * Size(p.out_c) + Size(to_row)) * Size(columns) + Size(to_column)] =
            sum[a][b];
    }
}
struct AddParts {  // in their order, into PyTorch's axis order
  int taps, c, count;
  Size floats;
  const float* parts;
  float* dw;
  __device__ void operator()(Size k) const {
    float sum = 0;
    for (int part = 0; part < count; ++part) sum += parts[Size(part) * floats + k];
    const Size channel = k % Size(c), tap = k / Size(c) % Size(taps), o = k / Size(c) / Size(taps);
    dw[(o * Size(c) + channel) * Size(taps) + tap] += sum;
  }
};
template <class X, class Dy>
void weight_gradient(const Context& context, ConvGeometry p, X x, Dy dy, float* dw) {
  const int taps = p.kernel * p.kernel, columns = taps * p.c, pixels = p.n * p.out_h * p.out_w;
  const bool flat = p.out_c <= 16;
  const int tiles_down = divided_up(p.out_c, flat ? 16 : 64),
            tiles_across = divided_up(columns, flat ? 256 : 64);
  const int wanted = std::clamp(512 / (tiles_down * tiles_across), 1, divided_up(pixels, 256));
  const int chunk = divided_up(pixels, wanted), count = divided_up(pixels, chunk);
  const Size floats = Size(p.out_c) * Size(columns);
  const Scratch parts(context, Size(count) * floats);
  launch(flat ? weight_kernel<16, X, Dy> : weight_kernel<64, X, Dy>, dim3(tiles_down, tiles_across, count),
         dim3(tile_threads), context.stream(), WeightGradient<X, Dy>{p, x, dy, chunk, parts});
  each(context, floats, AddParts{taps, p.c, count, floats, parts, dw});
}

}  // namespace guise::cuda
