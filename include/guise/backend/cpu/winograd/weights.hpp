// Weights for Winograd's filtering, and their gradient back from it.
#pragma once
#include <guise/backend/cpu/window.hpp>
#include <guise/backend/cpu/winograd/phases.hpp>

namespace guise::cpu::winograd {

// The weights of one panel of columns, u[plane][depth][panel]: columns are outputs and depths inputs, or
// `transposed` the other way round. Inputs are those of a phase after those of another.
inline void transform_weights(const ConvGeometry& g, bool transposed, const float* w, long which, long pitch,
                              float* u) {
  const Filtering& filtering = filtering_of(taps_of(g));
  const int taps = g.kernel * g.kernel;
  const int columns = transposed ? g.c : g.out_c, depths = transposed ? g.out_c : g.c;
  const long panels = how_many(columns, panel), own_phase = which / panels;
  const long of_output = static_cast<long>(g.c) * taps;
  const long column_stride = transposed ? taps : of_output, depth_stride = transposed ? of_output : taps;
  const float* end = w + g.out_c * of_output;
  // Forward the filters of a column's depths are next to each other, transposed those of a depth's columns
  // are.
  const int together = transposed ? 1 : lanes;
  const long run = static_cast<long>(together) * taps, ahead = transposed ? 2 * depth_stride : run;
  alignas(64) Vector filters[lanes * most_taps * most_taps];  // (depth, tap)
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
        if (g.stride == 1) {
          filtering.planes_of_filter(own, pitch, out);
          continue;
        }
        for (int k = 0; k < (transposed ? 1 : 4); ++k, out += depths * panel) {
          const long phase = transposed ? own_phase : k;
          Vector of_phase[2 * 2];
          for (int i = 0; i < 4; ++i) {
            const int row = tap(phase_row[phase], i / 2, transposed),
                      col = tap(phase_col[phase], i % 2, transposed);
            of_phase[i] = row < g.kernel && col < g.kernel ? own[row * g.kernel + col] : Vector{};
          }
          filtering.planes_of_filter(of_phase, pitch, out);
        }
      }
    }
}

// dw += what the planes of sums [plane][phase][channel - from][width] say of input channels [from, to).
inline void add_filters(const ConvGeometry& g, long from, long to, const float* sums, long pitch, long width,
                        float* dw) {
  const Filtering& filtering = filtering_of(taps_of(g));
  const int taps = g.kernel * g.kernel;
  for (long o = 0; o < g.out_c; o += lanes)
    for (long c = from; c < to; c += lanes) {
      alignas(64) Vector filters[lanes * most_taps * most_taps];  // (channel, tap)
      for (int k = 0; k < taps; ++k)
        for (int lane = 0; lane < lanes; ++lane)
          __builtin_prefetch(dw + ((o + lane) * g.c + c) * taps + k * lanes, 1);
      for (long k = 0; k < lanes; ++k)
        for (int phase = 0; phase < phases_of(g); ++phase) {
          const float* at = sums + (phase * (to - from) + c - from + k) * width + o;
          Vector* own = filters + k * taps;
          if (g.stride == 1) {
            filtering.filter_of_planes(at, pitch, own);
            continue;
          }
          Vector of_phase[2 * 2];
          filtering.filter_of_planes(at, pitch, of_phase);
          for (int i = 0; i < 4; ++i) {  // planes that were not summed lead to taps that are not there
            const int row = tap(phase_row[phase], i / 2, false), col = tap(phase_col[phase], i % 2, false);
            if (row < g.kernel && col < g.kernel) own[row * g.kernel + col] = of_phase[i];
          }
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
