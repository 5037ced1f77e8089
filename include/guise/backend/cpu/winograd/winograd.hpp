// Convolutions of stride 1 with kernels 3 and 4 by Winograd's minimal filtering, F(4x4, 3x3) and F(3x3, 4x4):
// tiles of 6 x 6 inputs, 36 products of matrices (tiles, channels) x (channels, channels), a quarter of the
// multiplications. The gradients are the transposes of the forward algorithm, step by step, so that they are
// those of what was computed, and as accurate.
//
// All tiles of a run are transformed first. Then a thread takes a panel of output channels through all the
// rest: its weights are transformed into the thread's own cache, where its products and their way back stay
// too.
#pragma once
#include <guise/backend/band.hpp>
#include <guise/backend/cpu/reductions.hpp>
#include <guise/backend/cpu/winograd/tiles.hpp>
#include <guise/backend/cpu/winograd/weights.hpp>

namespace guise::cpu::winograd {

inline constexpr long longest_run = 256;                // tiles whose planes are kept at once
inline constexpr long part_tiles = 56 / block * block;  // tiles whose products stay in the second cache
inline constexpr long few_tiles = 128;  // so few that the transform of their weights is a good part of all

// Worth it: the multiplications that are saved, of each two channels, pay for the transform of their weights.
inline bool suits(const ConvGeometry& g) {
  if (g.stride != 1 || (g.kernel != 3 && g.kernel != 4) || g.c < 2 * lanes || g.out_c < 2 * lanes)
    return false;
  if (g.c % lanes != 0 || g.out_c % lanes != 0 || g.pad_top >= g.kernel || g.pad_left >= g.kernel)
    return false;
  const int past = g.kernel - 1;  // every input is seen by some output: gradients need no zeros of their own
  if (g.out_h - g.pad_top + past < g.h || g.out_w - g.pad_left + past < g.w) return false;
  const Tiling t(g);
  const long direct = static_cast<long>(g.n) * g.out_h * g.out_w * g.kernel * g.kernel;
  return direct - t.count * planes > 400;
}

// A stride of 2, by phases.
inline Tiling tiling_of(const ConvGeometry& g, bool transposed) {
  if (g.stride != 2 || !transposed) return Tiling(g);
  const auto pixels = [](int pad, int n) { return (pad + n - 1) / 2 - pad / 2 + 1; };  // of a phase or more
  return {g.n, pixels(g.pad_top, g.h), pixels(g.pad_left, g.w), side - 1};
}
inline bool suits_phases(const ConvGeometry& g, bool transposed) {
  if (g.stride != 2 || (g.kernel != 3 && g.kernel != 4) || g.c < 2 * lanes || g.out_c < 2 * lanes)
    return false;
  if (g.c % lanes != 0 || g.out_c % lanes != 0) return false;
  const long direct = static_cast<long>(g.n) * g.out_h * g.out_w * g.kernel * g.kernel;
  // Measured: what a tile costs, and what the transform of the weights does besides.
  const long each = g.kernel == 3 ? 121 : 144, transform = g.kernel == 3 ? 1600 : 2500;
  return direct - tiling_of(g, transposed).count * each > transform;
}

// Whether backward, called right after weight_gradient with the same dy, finds the planes of dy that it
// needs where that one left them.
inline bool shares_planes(const ConvGeometry& g) {
  return Tiling(g).count <= longest_run && g.out_c % panel == 0;
}

struct Pitches {  // of the planes of inputs, weights and products, and what each thread needs for the latter
  long run, v, u, m, of_thread;
  Pitches(const ConvGeometry& g, bool transposed, Rows range) {
    const long depth = transposed ? g.out_c : g.c * phases_of(g), wide = tiling_of(g, transposed).wide;
    run = std::clamp<long>(longest_run / wide, 1, range.count()) * wide;
    v = run * depth + line, u = depth * panel + line, m = part_tiles * panel + line;
    of_thread = planes * (u + m);
  }
};

inline Rows rows_of(const Tiling& t, int n) { return {0, n * t.high}; }  // all rows of tiles

using Gather = FunctionRef<void(long tile, long count, long pitch, float* v)>;
using Scatter = FunctionRef<void(long panel, long tile, const float* m, long count, long pitch, float* own)>;

// The 36 products of every panel of `columns`, tiles in raster order. gather(tile, pitch, place of its
// planes) is called for all tiles of a run, unless they are `gathered` already, before scatter(panel, tile,
// place, pitch between a chunk's, pitch, thread's own). Only the tiles in a `range` of their rows.
inline void multiply(Context& context, const ConvGeometry& g, bool transposed, Rows range, const float* w,
                     long own, bool gathered, Gather gather, Scatter scatter) {
  const Tiling tiling = tiling_of(g, transposed);
  const int depth = transposed ? g.out_c : g.c * phases_of(g), columns = transposed ? g.c : g.out_c;
  const Pitches pitch(g, transposed, range);
  const long run = pitch.run, v_pitch = pitch.v, u_pitch = pitch.u, m_pitch = pitch.m;
  const long each = pitch.of_thread + whole_lines(own);
  float* v = context.weights.at_least(planes * v_pitch);
  float* scratch = context.scratch.at_least(each * context.threads());
  const long panels_of_phase = how_many(columns, panel),
             panels = panels_of_phase * (transposed ? phases_of(g) : 1);
  FrozenWeights::Form kept{nullptr, false};
  if (context.frozen && !transposed && tiling.count <= few_tiles)
    kept = context.frozen->form(w, FrozenWeights::For::winograd, panels * planes * u_pitch);
  const long end = static_cast<long>(range.to) * tiling.wide;
  for (long first = static_cast<long>(range.from) * tiling.wide; first < end; first += run) {
    const long count = std::min(run, end - first), parts = how_many(count, part_tiles);
    context.pool.run(gathered ? 0 : how_many(count, 4), [&](long task, int) {
      for (long k = task * 4; k < std::min(count, task * 4 + 4); ++k)
        gather(first + k, count, v_pitch, v + k * lanes);
    });
    context.pool.run(panels, [&](long p, int thread) {
      float *own_u = scratch + thread * each, *m = own_u + planes * u_pitch;
      float* u = kept.floats ? kept.floats + p * planes * u_pitch : own_u;
      if (!kept.made) transform_weights(g, transposed, w, p, u_pitch, u);
      for (long part = 0; part < parts; ++part) {
        const long begin = begin_of(part, parts, count), tiles = begin_of(part + 1, parts, count) - begin;
        const long blocks = how_many(tiles, block);
        for (long f = 0; f < planes; ++f) {
          const Parts sum = parts_of(g, transposed, p / panels_of_phase, f);
          const long skipped = depth / sum.count * sum.from, summed = depth / sum.count * (sum.to - sum.from);
          for (long k = 0; k < blocks; ++k) {
            const long from = begin_of(k, blocks, tiles), to = begin_of(k + 1, blocks, tiles);
            const float* a = v + f * v_pitch + skipped * count + (begin + from) * lanes;
            const float* next = k + 1 < blocks ? a + (to - from) * lanes : a + v_pitch - from * lanes;
            products[static_cast<std::size_t>(to - from)](a, count * lanes, u + f * u_pitch + skipped * panel,
                                                          m + f * m_pitch + from * lanes, lanes,
                                                          tiles * lanes, summed / lanes, next, count * lanes);
          }
        }
        for (long k = 0; k < tiles; ++k)
          scatter(p, first + begin + k, m + k * lanes, tiles, m_pitch, m + planes * m_pitch);
      }
    });
  }
}

inline long outputs_of_tile(const ConvGeometry& g, bool transposed) { return transposed ? phases_of(g) : 1; }
inline long blocks_of(const ConvGeometry& g, bool transposed) {  // of the moments of a sample
  return tiling_of(g, transposed).count / g.n * outputs_of_tile(g, transposed);
}

// Also the transposed form of stride 2, for its phases are convolutions of stride 1. Only the tiles in a `range` of
// their rows, each of which leaves the moments of its outputs in `sums`, if that is not null.
inline void forward(Context& context, const Source& s, const ConvGeometry& g, bool transposed, Rows range,
                    const float* w, const Target& target, float* sums) {
  const long from = transposed ? 1 : phases_of(g), to = outputs_of_tile(g, transposed);
  const Tiling tiling = tiling_of(g, transposed);
  const long panels = how_many(target.c, panel), before = static_cast<long>(range.from) * tiling.wide;
  multiply(
      context, g, transposed, range, w, 0, false,
      [&](long tile, long count, long pitch, float* v) {
        for (long phase = 0; phase < from; ++phase)
          gather_input(s, input_lattice(g, transposed, phase), tiling, tile, 0, s.c / lanes, count, pitch,
                       v + phase * s.c * count);
      },
      [&](long p, long tile, const float* m, long count, long pitch, float*) {
        const long phase = p / panels, first = p % panels * panel;
        scatter_output(m, first, std::min<long>(target.c, first + panel), count, pitch,
                       output_lattice(g, transposed, phase), tiling, tile, target,
                       sums ? sums + ((tile - before) * to + phase) * 2 * target.c : nullptr);
      });
}
inline long block_size(const ConvGeometry& g, bool transposed, const Tiling& tiling, long k) {
  const int h = transposed ? g.h : g.out_h, w = transposed ? g.w : g.out_w;
  const long to = outputs_of_tile(g, transposed);
  const Tile t(tiling, k / to);
  const Lattice at = output_lattice(g, transposed, k % to);
  const Range rows = inside(at.row + t.row * tiling.m * at.stride, at.stride, tiling.m, h),
              cols = inside(at.col + t.col * tiling.m * at.stride, at.stride, tiling.m, w);
  return (rows.to - rows.from) * (cols.to - cols.from);
}
inline void forward(Context& context, const Source& s, const ConvGeometry& g, bool transposed, const float* w,
                    const Target& target, float* stats) {
  const Tiling tiling = tiling_of(g, transposed);
  const long blocks = blocks_of(g, transposed);
  float* sums = stats ? context.partial.at_least(g.n * blocks * 2 * target.c) : nullptr;
  forward(context, s, g, transposed, rows_of(tiling, g.n), w, target, sums);
  if (stats)
    finish_moments(
        context, g.n, target.c, static_cast<long>(target.h) * target.w, target.epsilon, blocks,
        [&](long k) { return block_size(g, transposed, tiling, k); }, sums, stats);
}

inline void backward(Context& context, const ConvGeometry& g, const float* gradient, const float* w,
                     const InputGradient& to, bool gathered = false) {
  const Tiling tiling(g);
  const Source dy{gradient, g.n, g.out_h, g.out_w, g.out_c};
  multiply(
      context, g, true, rows_of(tiling, g.n), w, (side - tiling.m) * side * panel, gathered,
      [&](long tile, long count, long pitch, float* v) { gather_output(dy, tiling, tile, count, pitch, v); },
      [&](long p, long tile, const float* m, long count, long pitch, float* carry) {
        scatter_input(m, p * panel, std::min<long>(to.c, (p + 1) * panel), count, pitch, to, tiling, tile,
                      carry);
      });
}

// Sums over tiles are products too: transformed inputs, transposed, times transformed gradients. Those are
// made once for a run of tiles, the inputs by whoever has their channels; their sums are kept until the last
// run.
inline void weight_gradient(Context& context, const Source& s, const ConvGeometry& g, const Source& dy,
                            float* dw) {
  constexpr long together = 64;  // tiles of a sum that stays in registers
  const Tiling tiling(g);
  const long run = std::min(tiling.count, longest_run), width = how_many(g.out_c, panel) * panel;
  const long channels = g.stride == 2 ? lanes : std::min<long>(2 * lanes, g.c),
             tasks = how_many(g.c, channels);
  const long rows = channels * phases_of(g);  // of a task's left factor
  const long z_pitch = run * width + line, v_pitch = run * rows + line, sums_pitch = rows * width + line;
  float* z = context.weights.at_least(planes * z_pitch);
  float* scratch = context.scratch.at_least(planes * v_pitch * context.threads());
  float* all_sums = context.partial.at_least(planes * sums_pitch * tasks);
  for (long first = 0; first < tiling.count; first += run) {
    const long tiles = std::min(run, tiling.count - first);
    context.pool.run(how_many(tiles, 8), [&](long task, int) {
      for (long k = task * 8; k < std::min(tiles, (task + 1) * 8); ++k) {
        gather_output(dy, tiling, first + k, tiles, z_pitch, z + k * lanes);
        if (g.out_c < width)
          for (long f = 0; f < planes; ++f) store(z + f * z_pitch + (g.out_c * tiles) + k * lanes, Vector{});
      }
    });
    context.pool.run(tasks, [&](long task, int thread) {
      const long c0 = task * channels, c1 = std::min<long>(g.c, c0 + channels);
      float *v = scratch + thread * planes * v_pitch, *sums = all_sums + task * planes * sums_pitch;
      for (long k = 0; k < tiles; ++k)
        for (int phase = 0; phase < phases_of(g); ++phase)
          gather_input(s, input_lattice(g, false, phase), tiling, first + k, c0 / lanes, c1 / lanes, tiles,
                       v_pitch, v + phase * channels * tiles + k * lanes);
      for (long f = 0; f < planes; ++f) {
        const Parts sum = parts_of(g, false, 0, f);
        const long part = (c1 - c0) * phases_of(g) / sum.count;
        for (long o = 0; o < width; o += panel)
          for (long t = 0; t < tiles; t += together)
            for (long c = part * sum.from; c < part * sum.to; c += outer_rows) {
              const float* left = v + f * v_pitch + c / lanes * lanes * tiles + t * lanes + c % lanes;
              const float *right = z + f * z_pitch + o * tiles + t * lanes, *next = right + together * lanes;
              if (t + together >= tiles) next = right + (panel * tiles - t * lanes);
              outer_product(left, right, right + tiles * lanes, sums + f * sums_pitch + c * width + o, width,
                            std::min(together, tiles - t), first + t > 0,
                            next + (c / outer_rows % 2 ? tiles * lanes : 0));
            }
      }
      if (first + tiles == tiling.count) add_filters(g, c0, c1, sums, sums_pitch, width, dw);
    });
  }
}

}  // namespace guise::cpu::winograd
