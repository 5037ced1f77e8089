// A convolution (or its input gradient, phase by phase) as a product of matrices: the windows of some pixels
// are packed once and meet one panel of the weights after the other.
#pragma once
#include <guise/backend/band.hpp>
#include <guise/backend/cpu/micro_kernel.hpp>
#include <guise/backend/cpu/reductions.hpp>
#include <guise/backend/cpu/weights.hpp>

#include <limits>

namespace guise::cpu {

struct Target {  // where a product goes: pixel (row + r stride, col + q stride) of (n, h, w, c)
  float* y = nullptr;
  int h = 0, w = 0, c = 0, stride = 1;
  const float* bias = nullptr;
  FusedActivation activation{};
  double epsilon = 1e-5;                                  // of the moments that are taken on the way
  int first = 0, last = std::numeric_limits<int>::max();  // of a band: its rows, the only ones in memory
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
    const bool kept = row >= t.first && row < t.last;
    float* y = kept ? t.y + ((static_cast<long>(sample) * t.h + row - t.first) * t.w + col) * t.c : nullptr;
    sweep(
        0, t.c, [&](long c, auto some) __attribute__((always_inline)) {
          Vector v = load(values + c);
          if (t.bias) v += load(t.bias + c, some);
          v = activate(t.activation, v);
          store(values + c, v);
          if (kept) store(y + c, v, some);
        });
    if (++q == phase.window.cols) q = 0, ++r;
  }
}

// Whether windows can be read where they lie: few channels, whose packing would cost as much as the product, nothing to
// do to them, and no border within reach.
inline bool reads_in_place(const Source& s, const Window& g) {
  const auto within = [&](const Taps& taps, int grid, int side) {
    return taps.first >= 0 && (grid - 1) * g.stride + taps.first + taps.count <= side;
  };
  return s.c < lanes && s.reflect == 0 && !s.centres && s.activation.nothing() &&
         within(g.down, g.rows, s.h) && within(g.across, g.cols, s.w);
}
// `half`: the panel has no column behind its first vector.
inline void multiply_in_place(const Source& s, const Window& g, int sample, long begin, long count, bool half,
                              const float* b, float* sums, long width) {
  for (long k = 0; k < count;) {
    const int r = static_cast<int>((begin + k) / g.cols), q = static_cast<int>((begin + k) % g.cols);
    const long run = std::min<long>(count - k, g.cols - q);
    const float* x =
        s.row(sample, r * g.stride + g.down.first) + (static_cast<long>(q) * g.stride + g.across.first) * s.c;
    (half ? half_window_products : window_products)[static_cast<std::size_t>(run)](
        {x, static_cast<long>(g.stride) * s.c, static_cast<long>(s.w) * s.c, g.down.count,
         static_cast<long>(g.across.count) * s.c},
        b, sums + k * width, width);
    k += run;
  }
}

inline void multiply_block(const Source& s, const Phase& phase, int panels, const float* weights,
                           const Target& target, int sample, long begin, int count, float* scratch,
                           float* moments_of) {
  float* row = scratch;
  float* rows = row + row_floats(phase.window, s.c);
  float* sums = rows + count * phase.depth;
  const long chunks = phase.depth / lanes, width = static_cast<long>(panels) * panel;
  const bool in_place = reads_in_place(s, phase.window);
  if (!in_place) pack(s, phase.window, sample, begin, count, 0, chunks, row, rows);
  const long parts = how_many(count, block);
  for (long p = 0; p < panels; ++p)
    for (long part = 0; part < parts; ++part) {
      const long from = begin_of(part, parts, count), to = begin_of(part + 1, parts, count);
      const float* b = weights + phase.weights + p * phase.depth * panel;
      const float* next = p + 1 < panels && part < 2 ? b + phase.depth * (panel + part * lanes) : b;
      const bool half = target.c - p * panel <= lanes;
      if (in_place) {
        multiply_in_place(s, phase.window, sample, begin + from, to - from, half, b,
                          sums + from * width + p * panel, width);
        continue;
      }
      (half ? half_products : products)[static_cast<std::size_t>(to - from)](
          rows + from * lanes, count * lanes, b, sums + from * width + p * panel, width, lanes, chunks, next,
          lanes * lanes);
    }
  write_pixels(target, phase, sample, begin, count, sums, width);
  if (moments_of) block_moments(sums, width, count, target.c, moments_of);
}

struct Run {  // some pixels of a phase's grid
  const Phase* phase;
  long begin;
  int count;
};
// The product as runs: of every phase some neighbouring ones, which a band is made of; all, for the whole picture.
struct Runs {
  struct Part {
    Phase phase;
    Blocks blocks;
    long before, from, to;  // runs of the phases before it; those that are wanted
  };
  std::vector<Phase> phases;
  Layout layout;
  std::vector<Part> parts;
  long of_sample = 0, wanted = 0, of_thread = 0;  // of_thread: floats of scratch

  Runs(const ConvGeometry& g, bool transposed, int source_channels)
      : layout(transposed ? backward_layout(g, phases) : forward_layout(g, phases)) {
    for (const Phase& p : phases) {
      const Blocks blocks(p.window, p.depth);
      const long row = p.depth + static_cast<long>(layout.panels()) * panel;
      parts.push_back({p, blocks, of_sample, 0, blocks.count});
      of_sample += blocks.count;
      of_thread =
          std::max(of_thread, whole_lines(row_floats(p.window, source_channels) + blocks.most() * row));
    }
    wanted = of_sample;
  }
  void only(Rows grid) {  // runs with pixels in these rows of the phases' grids
    wanted = 0;
    for (Part& p : parts) {
      const long cols = p.phase.window.cols, begin = std::min<long>(grid.from * cols, p.blocks.area),
                 end = std::min<long>(grid.to * cols, p.blocks.area);
      const auto begins = [&](long k) { return begin_of(k, p.blocks.count, p.blocks.area); };
      p.from = p.blocks.area ? begin * p.blocks.count / p.blocks.area : 0;
      while (p.from > 0 && begins(p.from) > begin) --p.from;
      while (p.from < p.blocks.count && begins(p.from + 1) <= begin) ++p.from;
      for (p.to = p.from; p.to < p.blocks.count && begins(p.to) < end;) ++p.to;
      wanted += p.to - p.from;
    }
  }
  Run run(long k) const {  // the k-th of those that are wanted
    for (const Part& p : parts) {
      if (k < p.to - p.from) {
        const long begin = begin_of(p.from + k, p.blocks.count, p.blocks.area);
        return {&p.phase, begin,
                static_cast<int>(begin_of(p.from + k + 1, p.blocks.count, p.blocks.area) - begin)};
      }
      k -= p.to - p.from;
    }
    return {};
  }
};

// `sums` takes the moments of every run, if it is not null; `kept` is where packed weights stay, if they do.
inline void multiply_runs(Context& context, const Runs& runs, const Source& s, const float* w,
                          const Target& target, float* sums, FrozenWeights::Form kept = {nullptr, false}) {
  float* weights = kept.floats ? kept.floats : context.weights.at_least(runs.layout.floats);
  float* scratch = context.scratch.at_least(runs.of_thread * context.threads());
  if (!kept.made) pack_weights(context, runs.layout, runs.phases, w, weights);
  // Phases by turns, for their pixels lie side by side in y.
  const auto phases = static_cast<long>(runs.parts.size()), each = runs.wanted / std::max(1l, phases);
  const bool by_turns =
      std::ranges::all_of(runs.parts, [&](const Runs::Part& part) { return part.to - part.from == each; });
  context.pool.run(s.n * runs.wanted, [&](long turn, int thread) {
    const long k = turn % runs.wanted, task = turn - k + (by_turns ? k % phases * each + k / phases : k);
    const Run run = runs.run(task % runs.wanted);
    multiply_block(s, *run.phase, runs.layout.panels(), weights, target, static_cast<int>(task / runs.wanted),
                   run.begin, run.count, scratch + thread * runs.of_thread,
                   sums ? sums + task * 2 * target.c : nullptr);
  });
}

// So few pixels that packing the weights takes a good part of the time: of weights that never change it is done once.
inline constexpr long few_grid_pixels = 1 << 10;

inline void matrix_convolution(Context& context, const Source& s, const ConvGeometry& g, bool transposed,
                               const float* w, const Target& target, float* stats) {
  const Runs runs(g, transposed, s.c);
  float* moments = stats ? context.partial.at_least(s.n * runs.wanted * 2 * target.c) : nullptr;
  FrozenWeights::Form kept{nullptr, false};
  if (context.frozen && static_cast<long>(g.n) * g.out_h * g.out_w <= few_grid_pixels)
    kept = context.frozen->form(
        w, transposed ? FrozenWeights::For::matrix_transposed : FrozenWeights::For::matrix,
        runs.layout.floats);
  multiply_runs(context, runs, s, w, target, moments, kept);
  if (stats)
    finish_moments(
        context, s.n, target.c, static_cast<long>(target.h) * target.w, target.epsilon, runs.wanted,
        [&](long k) { return runs.run(k).count; }, moments, stats);
}

}  // namespace guise::cpu
