// Weights (out_c, c, kernel, kernel) as the right factors of a micro-kernel, and a weight gradient back from
// them. Both are transposes of small blocks in registers; the pages of weights are read in order.
#pragma once
#include <guise/backend/cpu/window.hpp>

#include <vector>

namespace guise::cpu {

// One grid of a product and where its weights lie. `row`, `col`: of the grid's first pixel in y.
struct Phase {
  Window window;
  int row = 0, col = 0;
  long weights = 0, depth = 0;  // offset of its first panel; rows of a panel, in whole vectors
};

struct Layout {  // of a convolution's weights for one product
  int lane_count = 0, depth_count = 0, taps = 0;
  long lane_stride = 0, depth_stride = 0;  // in floats
  bool tap_by_tap = false;                 // the depths of a tap are not next to each other in memory
  std::vector<long> row_of;                // by tap: offset of its first row in panel 0, -1: not used
  std::vector<long> panel_of;              // by tap: distance from one panel to the next
  long floats = 0;

  int panels() const { return static_cast<int>(how_many(lane_count, panel)); }
};

// Lanes are output channels, depth is (tap, input channel).
inline Layout forward_layout(const ConvGeometry& g, std::vector<Phase>& phases) {
  const int taps = g.kernel * g.kernel;
  Layout l{g.out_c, g.c, taps, static_cast<long>(g.c) * taps, taps, false, {}, {}, 0};
  const Window window{g.out_h, g.out_w, g.stride, {-g.pad_top, g.kernel}, {-g.pad_left, g.kernel}};
  phases = {{window, 0, 0, 0, whole_vectors(window.depth(g.c))}};
  for (int t = 0; t < taps; ++t) {
    l.row_of.push_back(static_cast<long>(t) * g.c * panel);
    l.panel_of.push_back(phases[0].depth * panel);
  }
  l.floats = phases[0].depth * panel * l.panels();
  return l;
}

// Lanes are input channels, depth is (tap, output channel). Input pixels of one phase (modulo the stride)
// meet the same taps; a kernel row `i` leads from output row r to input row r stride - pad + i.
inline Layout backward_layout(const ConvGeometry& g, std::vector<Phase>& phases) {
  const int taps = g.kernel * g.kernel;
  Layout l{g.c, g.out_c, taps, taps, static_cast<long>(g.c) * taps, true, {}, {}, 0};
  l.row_of.assign(static_cast<std::size_t>(taps), -1);
  l.panel_of.assign(static_cast<std::size_t>(taps), 0);
  phases.clear();
  const auto taps_of = [&](int first, int pad, int& last) {  // of the pixels first, first + stride, ...
    const int phase = (first + pad) % g.stride;
    const int count = phase < g.kernel ? (g.kernel - 1 - phase) / g.stride + 1 : 0;
    last = phase + g.stride * (count - 1);  // the kernel row that meets the first output row
    return Taps{(first + pad - phase) / g.stride - (count - 1), count};
  };
  for (int row = 0; row < std::min(g.stride, g.h); ++row)
    for (int col = 0; col < std::min(g.stride, g.w); ++col) {
      int last_row, last_col;
      const Taps down = taps_of(row, g.pad_top, last_row), across = taps_of(col, g.pad_left, last_col);
      const Window window{static_cast<int>(how_many(g.h - row, g.stride)),
                          static_cast<int>(how_many(g.w - col, g.stride)), 1, down, across};
      const long depth = whole_vectors(window.depth(g.out_c));
      for (int i = 0; i < down.count; ++i)
        for (int j = 0; j < across.count; ++j) {
          const auto tap =
              static_cast<std::size_t>((last_row - i * g.stride) * g.kernel + last_col - j * g.stride);
          l.row_of[tap] = l.floats + static_cast<long>(i * across.count + j) * g.out_c * panel;
          l.panel_of[tap] = depth * panel;
        }
      phases.push_back({window, row, col, l.floats, depth});
      l.floats += depth * panel * l.panels();
    }
  return l;
}

// The lanes of one panel, depths [begin, end). The rows that fill up whole vectors are zeroed elsewhere.
inline void pack_weights(const Layout& l, const float* w, int which, long begin, long end, float* out) {
  const float* w_end = w + static_cast<long>(l.lane_count) * l.depth_count * l.taps;
  const long *row_of = l.row_of.data(), *panel_of = l.panel_of.data();
  for (int half = 0; half < 2; ++half) {
    const int first = which * panel + half * lanes, count = std::clamp(l.lane_count - first, 0, lanes);
    Vector rows[lanes];
    const long run = l.tap_by_tap ? l.taps : (end - begin) * l.taps;
    for (long depth = begin; depth < end; depth += l.tap_by_tap ? 1 : end - begin) {
      const float* at = w + first * l.lane_stride + depth * l.depth_stride;
      long d = depth, tap = 0;
      for (long k = 0; k < run; k += lanes) {
        const int some = static_cast<int>(std::min<long>(lanes, run - k));
        for (int lane = 0; lane < lanes; ++lane)
          rows[lane] = lane < count ? load_before(w_end, at + lane * l.lane_stride + k) : Vector{};
        transpose(rows);
        for (int i = 0; i < some; ++i) {
          if (row_of[tap] >= 0)
            store(out + row_of[tap] + which * panel_of[tap] + d * panel + half * lanes, rows[i]);
          if (++tap == l.taps) tap = 0, ++d;
        }
      }
    }
  }
}

inline void pack_weights(Context& context, const Layout& l, const std::vector<Phase>& phases, const float* w,
                         float* out) {
  const long parts = std::max(1l, std::min<long>(l.depth_count, how_many(l.depth_count * l.taps, 512)));
  for (const Phase& p : phases)
    for (long used = p.window.depth(l.depth_count), k = 0; k < l.panels(); ++k)
      std::fill(out + p.weights + (k * p.depth + used) * panel, out + p.weights + (k + 1) * p.depth * panel,
                0.f);
  context.run(l.panels() * parts, panel * l.depth_count * l.taps / parts, [&](long task, int) {
    const long part = task % parts;
    pack_weights(l, w, static_cast<int>(task / parts), begin_of(part, parts, l.depth_count),
                 begin_of(part + 1, parts, l.depth_count), out);
  });
}

}  // namespace guise::cpu
