// A convolution (or its input gradient, phase by phase) as a product of matrices: the windows of some pixels
// are packed once and meet one panel of the weights after the other.
#pragma once
#include <guise/backend/cpu/micro_kernel.hpp>
#include <guise/backend/cpu/reductions.hpp>
#include <guise/backend/cpu/weights.hpp>

namespace guise::cpu {

struct Target {  // where a product goes: pixel (row + r stride, col + q stride) of (n, h, w, c)
  float* y = nullptr;
  int h = 0, w = 0, c = 0, stride = 1;
  const float* bias = nullptr;
  FusedActivation activation{};
  double epsilon = 1e-5;  // of the moments that are taken on the way
};

struct Blocks {  // a sample's grid pixels in equal runs, the same for any number of threads
  long area = 0, count = 0;
  Blocks(const Window& g, long depth) : area(static_cast<long>(g.rows) * g.cols) {
    const long most = std::clamp<long>((1 << 16) / std::max(depth, 1l) / block, 2, 4) * block;
    count = how_many(area, most);
    if (count < 32) count = std::min((count + 7) / 8 * 8, how_many(area, 8));
  }
  long most() const { return how_many(area, std::max(count, 1l)); }
};

// Finishes the values of some grid pixels, in place too, and writes them.
inline void write_pixels(const Target& t, const Phase& phase, int sample, long begin, int count,
                         float* values, long pitch) {
  int r = static_cast<int>(begin / phase.window.cols), q = static_cast<int>(begin % phase.window.cols);
  for (int k = 0; k < count; ++k, values += pitch) {
    const long row = phase.row + static_cast<long>(r) * t.stride,
               col = phase.col + static_cast<long>(q) * t.stride;
    float* y = t.y + ((static_cast<long>(sample) * t.h + row) * t.w + col) * t.c;
    sweep(
        0, t.c, [&](long c, auto some) __attribute__((always_inline)) {
          Vector v = load(values + c);
          if (t.bias) v += load(t.bias + c, some);
          v = activate(t.activation, v);
          store(values + c, v);
          store(y + c, v, some);
        });
    if (++q == phase.window.cols) q = 0, ++r;
  }
}

inline void multiply_block(const Source& s, const Phase& phase, int panels, const float* weights,
                           const Target& target, int sample, long begin, int count, float* scratch,
                           float* moments_of) {
  float* row = scratch;
  float* rows = row + row_floats(phase.window, s.c);
  float* sums = rows + count * phase.depth;
  const long chunks = phase.depth / lanes, width = static_cast<long>(panels) * panel;
  pack(s, phase.window, sample, begin, count, 0, chunks, row, rows);
  const long parts = how_many(count, block);
  for (long p = 0; p < panels; ++p)
    for (long part = 0; part < parts; ++part) {
      const long from = begin_of(part, parts, count), to = begin_of(part + 1, parts, count);
      const float* b = weights + phase.weights + p * phase.depth * panel;
      const float* next = p + 1 < panels && part < 2 ? b + phase.depth * (panel + part * lanes) : b;
      products[static_cast<std::size_t>(to - from)](rows + from * lanes, count * lanes, b,
                                                    sums + from * width + p * panel, width, lanes, chunks,
                                                    next, lanes * lanes);
    }
  write_pixels(target, phase, sample, begin, count, sums, width);
  if (moments_of) block_moments(sums, width, count, target.c, moments_of);
}

struct Run {  // some pixels of a phase's grid
  const Phase* phase;
  long begin;
  int count;
};
inline Run run_of(const std::vector<Phase>& phases, long k) {  // the k-th of a sample
  for (const Phase& p : phases) {
    const Blocks blocks(p.window, p.depth);
    if (k < blocks.count) {
      const long begin = begin_of(k, blocks.count, blocks.area);
      return {&p, begin, static_cast<int>(begin_of(k + 1, blocks.count, blocks.area) - begin)};
    }
    k -= blocks.count;
  }
  return {};
}

inline void matrix_convolution(Context& context, const Source& s, const ConvGeometry& g, bool transposed,
                               const float* w, const Target& target, float* stats) {
  std::vector<Phase> phases;
  const Layout layout = transposed ? backward_layout(g, phases) : forward_layout(g, phases);
  long runs = 0, own = 0;  // of a sample; scratch of a thread
  for (const Phase& p : phases) {
    const Blocks blocks(p.window, p.depth);
    const long row = p.depth + static_cast<long>(layout.panels()) * panel;
    runs += blocks.count;
    own = std::max(own, whole_lines(row_floats(p.window, s.c) + blocks.most() * row));
  }
  float* weights = context.weights.at_least(layout.floats);
  float* scratch = context.scratch.at_least(own * context.threads());
  float* moments = stats ? context.partial.at_least(s.n * runs * 2 * target.c) : nullptr;
  pack_weights(context, layout, phases, w, weights);
  context.pool.run(s.n * runs, [&](long task, int thread) {
    const Run run = run_of(phases, task % runs);
    multiply_block(s, *run.phase, layout.panels(), weights, target, static_cast<int>(task / runs), run.begin,
                   run.count, scratch + thread * own, moments ? moments + task * 2 * target.c : nullptr);
  });
  if (stats)
    finish_moments(
        context, s.n, target.c, static_cast<long>(target.h) * target.w, target.epsilon, runs,
        [&](long k) { return run_of(phases, k).count; }, moments, stats);
}

}  // namespace guise::cpu
