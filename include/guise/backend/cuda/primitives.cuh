// The general operations on tensors: rows of channels, dropout, resampling, broadcast products, sums over axes,
// rows by index. One thread an element, or the sums of reduce.cuh.
#pragma once
#include <guise/backend/cuda/channelwise.cuh>
#include <guise/backend/primitives.hpp>

namespace guise::cuda {

struct CopyChannels {  // k runs over (rows, count)
  int count, x_channels, y_channels;
  const float* x;
  float* y;
  __device__ void operator()(Size k) const {
    const Size row = k / Size(count), channel = k % Size(count);
    y[row * Size(y_channels) + channel] = x[row * Size(x_channels) + channel];
  }
};

__global__ void __launch_bounds__(threads_each)
    dropout_kernel(Size n, std::uint32_t threshold, float scale, std::uint64_t stream, const float* counter,
                   const float* x, float* y) {
  const DropoutKey key(stream, std::uint64_t(counter[0]), std::uint64_t(counter[1]));  // once a thread
  each_of_mine(n, [&](Size k) { y[k] = key.bits(k) < threshold ? 0 : x[k] * scale; });
}
inline void dropout(const Context& context, Size n, double rate, std::uint64_t stream, const float* counter,
                    const float* x, float* y) {
  if (n == 0) return;
  launch(dropout_kernel, dim3(blocks_each(n)), dim3(threads_each), context.stream(), n,
         dropout_threshold(rate), float(1 / (1 - rate)), stream, counter, x, y);
}

// ---- resampling ----
struct ResampleOutput {
  Resample g;
  const float* x;
  float* y;
  __device__ void operator()(Size k) const {
    const Place to = place_of(k, g.out_h, g.out_w, g.c);
    const int taps = filter_taps(g.filter, g.factor);
    float sum = 0;
    GUISE_ROLLED
    for (int i = 0; i < taps; ++i) {
      const FilterTap<float> down = filter_tap<float>(g.filter, g.factor, g.h, to.r, i);
      GUISE_ROLLED
      for (int j = 0; j < taps; ++j) {
        const FilterTap<float> across = filter_tap<float>(g.filter, g.factor, g.w, to.q, j);
        sum += down.weight * across.weight *
               x[index_of({to.sample, down.input, across.input, to.c}, g.h, g.w, g.c)];
      }
    }
    y[k] = sum;
  }
};
struct ResampleInput {  // each input asks the outputs that read it
  Resample g;
  const float* dy;
  float* dx;
  __device__ void operator()(Size k) const {
    const Place at = place_of(k, g.h, g.w, g.c);
    const FilterReaders rows = filter_readers(g.filter, g.factor, g.out_h, at.r),
                        columns = filter_readers(g.filter, g.factor, g.out_w, at.q);
    float sum = 0;
    GUISE_ROLLED
    for (int r = rows.first; r < rows.last; ++r) {
      const float down = filter_weight<float>(g.filter, g.factor, g.h, r, at.r);
      GUISE_ROLLED
      for (int q = columns.first; q < columns.last; ++q)
        sum += down * filter_weight<float>(g.filter, g.factor, g.w, q, at.q) *
               dy[index_of({at.sample, r, q, at.c}, g.out_h, g.out_w, g.c)];
    }
    dx[k] = sum;
  }
};

// ---- broadcasts ----
struct Multiply {
  Broadcast g;
  const float *x, *s;
  float* y;
  __device__ void operator()(Size k) const {
    y[k] = x[k] * s[reduced_place(k, g.area, g.c, g.over_pixels, g.over_channels)];
  }
};
struct ReduceGradient {
  Reduce g;
  float scale;
  const float* dy;
  float* dx;
  __device__ void operator()(Size k) const {
    dx[k] = scale * dy[reduced_place(k, g.area, g.c, g.pixels, g.channels)];
  }
};

// ---- sums over axes ----
struct ValueAt {
  const float* x;
  __device__ float operator()(Size k) const { return x[k]; }
};
struct ProductAt {
  const float *x, *dy;
  __device__ float operator()(Size k) const { return x[k] * dy[k]; }
};
template <class Value> struct PixelSums {
  int area, c;
  float scale;
  Value value;
  float* y;  // (n, c)
  __device__ Pair operator()(int sample, int pixel, int channel) const {
    return {value((Size(sample) * Size(area) + Size(pixel)) * Size(c) + Size(channel)), 0};
  }
  __device__ void write(int column, Pair sum) const { y[column] = scale * sum.first; }
};
template <class Value>  // a warp a row
__global__ void __launch_bounds__(threads_each)
    channel_sums(Size rows, int c, float scale, Value value, float* __restrict__ y) {
  const Size row = Size(blockIdx.x) * (threads_each / 32) + threadIdx.x / 32;
  const int lane = int(threadIdx.x) % 32;
  if (row >= rows) return;
  float sum = 0;
  for (int k = lane; k < c; k += 32) sum += value(row * Size(c) + Size(k));
  for (int reach = 16; reach > 0; reach /= 2) sum += __shfl_down_sync(~0u, sum, reach);
  if (lane == 0) y[row] = scale * sum;
}
template <class Value>
void sum_channels(const Context& context, Size rows, int c, double scale, Value value, float* y) {
  launch(channel_sums<Value>, dim3(divided_up(rows, Size(threads_each / 32))), dim3(threads_each),
         context.stream(), rows, c, float(scale), value, y);
}
template <class Value> struct TakeValues {  // no axis is summed over
  Value value;
  float* y;
  __device__ void operator()(Size k) const { y[k] = value(k); }
};
template <class Value> void reduce(const Context& context, Reduce g, Value value, float* y) {
  const Size rows = Size(g.n) * Size(g.area);
  if (g.pixels && g.channels) {  // one after the other
    const Scratch sums(context, Size(g.n) * Size(g.c));
    reduce_columns(context, g.n, g.area, g.c, PixelSums<Value>{g.area, g.c, 1, value, sums});
    return sum_channels(context, Size(g.n), g.c, g.scale(), ValueAt{sums}, y);
  }
  if (g.pixels)
    return reduce_columns(context, g.n, g.area, g.c,
                          PixelSums<Value>{g.area, g.c, float(g.scale()), value, y});
  if (g.channels) return sum_channels(context, rows, g.c, g.scale(), value, y);
  each(context, rows * Size(g.c), TakeValues<Value>{value, y});
}

// ---- rows by index ----
struct GatherRows {  // k runs over (count, floats)
  Size floats;
  const float *index, *x;
  float* y;
  __device__ void operator()(Size k) const { y[k] = x[Size(index[k / floats]) * floats + k % floats]; }
};
struct GatherRowsGradient {  // k runs over a row; rows take turns, for two may have the same index
  Size count, floats;
  const float *index, *dy;
  float* dx;
  __device__ void operator()(Size k) const {
    for (Size row = 0; row < count; ++row) dx[Size(index[row]) * floats + k] += dy[row * floats + k];
  }
};

}  // namespace guise::cuda
