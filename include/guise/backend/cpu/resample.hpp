// Separable filters and their transposes: a row of the result is a sum of rows, its pixels are sums of that
// row's pixels, a vector of channels at a time. Threads share the rows.
#pragma once
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/cpu/vector.hpp>
#include <guise/backend/primitives.hpp>

#include <vector>

namespace guise::cpu {

// What each coordinate of the result reads along one axis.
struct AxisTaps {
  std::vector<FilterTap<float>> taps;
  std::vector<std::size_t> ends{0};  // those of coordinate k are [ends[k], ends[k + 1])

  void add(int input, float weight) {
    if (weight != 0) taps.push_back({input, weight});
  }
  const FilterTap<float>* begin(long k) const { return taps.data() + ends[static_cast<std::size_t>(k)]; }
  const FilterTap<float>* end(long k) const { return taps.data() + ends[static_cast<std::size_t>(k) + 1]; }
  bool only_copies(long k) const { return end(k) - begin(k) == 1 && begin(k)->weight == 1; }
};
inline AxisTaps taps_of_outputs(Filter filter, int factor, int n, int out_side) {
  AxisTaps axis;
  for (int out = 0; out < out_side; ++out) {
    for (int k = 0; k < filter_taps(filter, factor); ++k) {
      const auto [input, weight] = filter_tap<float>(filter, factor, n, out, k);
      axis.add(input, weight);
    }
    axis.ends.push_back(axis.taps.size());
  }
  return axis;
}
inline AxisTaps taps_of_inputs(Filter filter, int factor, int n, int out_side) {
  AxisTaps axis;
  for (int in = 0; in < n; ++in) {
    const auto [first, last] = filter_readers(filter, factor, out_side, in);
    for (int out = first; out < last; ++out) axis.add(out, filter_weight<float>(filter, factor, n, out, in));
    axis.ends.push_back(axis.taps.size());
  }
  return axis;
}

// to[0, n) = the sum of weight * from[input * pitch, + n) over some taps.
inline void weighted_sum(const FilterTap<float>* first, const FilterTap<float>* last, const float* from,
                         long pitch, long n, float* to) {
  sweep(
      0, n, [=](long k, auto some) __attribute__((always_inline)) {
        Vector sum{};
        for (const FilterTap<float>* tap = first; tap != last; ++tap)
          sum += tap->weight * load(from + tap->input * pitch + k, some);
        store(to + k, sum, some);
      });
}
struct Sides {
  long h, w;
};
inline void filter_axes(Context& context, int n, int c, Sides from, Sides to, const AxisTaps& down,
                        const AxisTaps& across, const float* x, float* y) {
  const long pitch = from.w * c, own = whole_lines(pitch), rows = n * to.h;
  const long together = std::max(1l, (1 << 14) / std::max(1l, to.w * c));
  float* scratch = context.scratch.at_least(own * context.threads());
  context.pool.run(how_many(rows, together), [&](long task, int thread) {
    for (long row = task * together; row < std::min(rows, (task + 1) * together); ++row) {
      const long r = row % to.h;
      const float* picture = x + row / to.h * from.h * pitch;
      const float* combined = scratch + thread * own;
      if (down.only_copies(r))
        combined = picture + down.begin(r)->input * pitch;
      else
        weighted_sum(down.begin(r), down.end(r), picture, pitch, pitch, scratch + thread * own);
      for (long q = 0; q < to.w; ++q)
        weighted_sum(across.begin(q), across.end(q), combined, c, c, y + (row * to.w + q) * c);
    }
  });
}
inline void resample(Context& context, const Resample& g, const float* x, float* y) {
  filter_axes(context, g.n, g.c, {g.h, g.w}, {g.out_h, g.out_w},
              taps_of_outputs(g.filter, g.factor, g.h, g.out_h),
              taps_of_outputs(g.filter, g.factor, g.w, g.out_w), x, y);
}
inline void resample_dx(Context& context, const Resample& g, const float* dy, float* dx) {
  filter_axes(context, g.n, g.c, {g.out_h, g.out_w}, {g.h, g.w},
              taps_of_inputs(g.filter, g.factor, g.h, g.out_h),
              taps_of_inputs(g.filter, g.factor, g.w, g.out_w), dy, dx);
}

}  // namespace guise::cpu
