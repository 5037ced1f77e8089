// Weights for Winograd's filtering, and their gradient back from it.
#pragma once
#include <guise/backend/cpu/window.hpp>
#include <guise/backend/cpu/winograd_phases.hpp>

namespace guise::cpu::winograd {

template <int R> inline constexpr int most_taps = R == 2 ? 16 : R* R;  // of a kernel

// The weights of one panel of columns, u[plane][depth][panel]: columns are outputs and depths inputs, or
// `transposed` the other way round. Inputs are those of a phase after those of another.
template <int R>
void transform_weights(const ConvGeometry& g, bool transposed, const float* w, long which, long pitch,
                       float* u) {
  const int taps = R == 2 ? g.kernel * g.kernel : R * R;
  const int columns = transposed ? g.c : g.out_c, depths = transposed ? g.out_c : g.c;
  const long panels = how_many(columns, panel), own_phase = which / panels;
  const long of_output = static_cast<long>(g.c) * taps;
  const long column_stride = transposed ? taps : of_output, depth_stride = transposed ? of_output : taps;
  const float* end = w + g.out_c * of_output;
  // Forward the filters of a column's depths are next to each other, transposed those of a depth's columns
  // are.
  const int together = transposed ? 1 : lanes;
  const long run = static_cast<long>(together) * taps, ahead = transposed ? 2 * depth_stride : run;
  alignas(64) Vector filters[lanes * most_taps<R>];  // (depth, tap)
  for (int half = 0; half < panel; half += lanes)
    for (int begin = 0; begin < depths; begin += together) {
      const long first = which % panels * panel + half;
      const float* from = w + first * column_stride + begin * depth_stride;
      for (long k = 0; k < run; k += lanes) {
        Vector rows[lanes];
        for (int lane = 0; lane < lanes; ++lane) {
          const float* at = from + lane * column_stride + k;
          __builtin_prefetch(at + ahead);
          rows[lane] = first + lane < columns ? load_before(end, at) : Vector{};
        }
        transpose(rows);
        for (long i = 0; i < std::min<long>(lanes, run - k); ++i) filters[k + i] = rows[i];
      }
      for (int depth = 0; depth < together; ++depth) {
        const Vector* own = filters + depth * taps;
        float* out = u + (begin + depth) * panel + half;
        const auto transform = [&](auto get) __attribute__((always_inline)) {
          square<R, side>(
              filter<R>, get, [&](int i, int j, Vector v) __attribute__((always_inline)) {
                store(out + (i * side + j) * pitch, v);
              });
        };
        if constexpr (R == 2) {
          for (int k = 0; k < (transposed ? 1 : 4); ++k, out += depths * panel) {
            const long phase = transposed ? own_phase : k;
            transform([&](int i, int j) __attribute__((always_inline)) {
              const int row = tap(phase_row[phase], i, transposed),
                        col = tap(phase_col[phase], j, transposed);
              return row < g.kernel && col < g.kernel ? own[row * g.kernel + col] : Vector{};
            });
          }
        } else {
          transform([&](int i, int j) __attribute__((always_inline)) { return own[i * R + j]; });
        }
      }
    }
}

// dw += what the planes of sums [plane][phase][channel - from][width] say of input channels [from, to).
template <int R>
void add_filters(const ConvGeometry& g, long from, long to, const float* sums, long pitch, long width,
                 float* dw) {
  const int taps = R == 2 ? g.kernel * g.kernel : R * R;
  for (long o = 0; o < g.out_c; o += lanes)
    for (long c = from; c < to; c += lanes) {
      alignas(64) Vector filters[lanes * most_taps<R>];  // (channel, tap)
      for (int k = 0; k < taps; ++k)
        for (int lane = 0; lane < lanes; ++lane)
          __builtin_prefetch(dw + ((o + lane) * g.c + c) * taps + k * lanes, 1);
      for (long k = 0; k < lanes; ++k)
        for (int phase = 0; phase < phases_of(g); ++phase) {
          const float* at = sums + (phase * (to - from) + c - from + k) * width + o;
          Vector* own = filters + k * taps;
          square<side, R>(
              filter_transposed<R>,
              [&](int i, int j) __attribute__((always_inline)) { return load(at + (i * side + j) * pitch); },
              [&](int i, int j, Vector v) __attribute__((always_inline)) {
                if constexpr (R == 2) {  // planes that were not summed lead to taps that are not there
                  const int row = tap(phase_row[phase], i, false), col = tap(phase_col[phase], j, false);
                  if (row < g.kernel && col < g.kernel) own[row * g.kernel + col] = v;
                } else {
                  own[i * R + j] = v;
                }
              });
        }
      for (int k = 0; k < taps; ++k) {
        transpose(filters + k * lanes);
        for (int lane = 0; lane < lanes; ++lane) {
          float* at = dw + ((o + lane) * g.c + c) * taps + k * lanes;
          store(at, load(at) + filters[k * lanes + lane]);
        }
      }
    }
}

}  // namespace guise::cpu::winograd
