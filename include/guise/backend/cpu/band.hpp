// Convolutions of a band of rows, and moments by blocks, with the bits of the whole picture: the same way to compute
// is taken, tiles and runs begin where the whole's begin, and blocks are added in its order. A run of pixels that lies
// across the border of two bands is computed for both, and each writes the rows that are its own.
#pragma once
#include <guise/backend/cpu/products.hpp>

namespace guise::cpu {

inline constexpr std::size_t float_bytes = sizeof(float);
inline std::size_t bytes_of(long floats) { return static_cast<std::size_t>(floats) * float_bytes; }
inline int side_of_y(const ConvGeometry& p, bool transposed) { return transposed ? p.h : p.out_h; }

// A transposed convolution of stride 1 by Winograd adds tiles that overlap: it is not cut.
inline ConvBands conv_bands(const ConvGeometry& p, bool transposed) {
  switch (way_of(p, transposed, true)) {
    case Way::winograd:
      return {winograd::tiling_of(p, transposed).high, winograd::blocks_of(p, transposed)};
    case Way::back_through_winograd:
      return {};
    case Way::planar:
    case Way::thin:
      return {side_of_y(p, transposed), 0};
    case Way::few_pixels:
      return {1, 0};
    case Way::matrix:
      return {static_cast<int>(how_many(side_of_y(p, transposed), transposed ? p.stride : 1)),
              Runs(p, transposed, transposed ? p.out_c : p.c).wanted};
  }
  return {};
}

namespace detail {

// Of the rows of tiles [from, to).
inline ConvBand winograd_band(const ConvGeometry& p, bool transposed, Rows tiles, int threads) {
  using namespace winograd;
  const Tiling tiling = tiling_of(p, transposed);
  const auto rows_at = [&](const Lattice& first, const Lattice& last, int tall, int h) -> Rows {
    return {std::clamp(first.row + tiles.from * tiling.m * first.stride, 0, h),
            std::clamp(last.row + ((tiles.to - 1) * tiling.m + tall - 1) * last.stride + 1, 0, h)};
  };
  ConvBand band;  // phase 1 begins one row above phase 0 or below; see winograd/phases.hpp
  band.read = rows_at(input_lattice(p, transposed, 1), input_lattice(p, transposed, 0), side,
                      transposed ? p.out_h : p.h);
  band.written = rows_at(output_lattice(p, transposed, 1), output_lattice(p, transposed, 0), tiling.m,
                         side_of_y(p, transposed));
  const long of_row = tiling.wide * outputs_of_tile(p, transposed);
  band.blocks = {{tiles.from * of_row, tiles.count() * of_row}};
  const Pitches pitch(p, transposed, tiles);
  band.shared = bytes_of(planes * pitch.v), band.of_threads = bytes_of(pitch.of_thread * threads);
  return band;
}

}  // namespace detail

inline ConvBand conv_band(const ConvGeometry& p, bool transposed, int from, int to, int threads) {
  const Way way = way_of(p, transposed, true);
  if (way == Way::winograd) return detail::winograd_band(p, transposed, {from, to}, threads);
  const int h = side_of_y(p, transposed), c = transposed ? p.out_c : p.c;
  ConvBand band;
  if (way == Way::thin || way == Way::planar) {
    band.written = {from, to};
    band.read = rows_met(p, transposed, band.written);
    if (way == Way::planar) {
      const PlanarFloats floats(p);
      band.shared = bytes_of(floats.weights), band.of_threads = bytes_of(floats.of_thread * threads);
      return band;
    }
    const ThinFloats floats(p, transposed, transposed ? p.out_w : p.w, c, band.read.count());
    band.shared = bytes_of(floats.weights + floats.map);
    band.of_threads = bytes_of(floats.rows + floats.of_thread * threads);
    return band;
  }
  if (way == Way::few_pixels) {
    band.written = {0, h}, band.read = {0, transposed ? p.out_h : p.h};
    const FewFloats floats(p);
    band.shared = bytes_of(transposed ? floats.shared : floats.pixels * p.c * p.kernel * p.kernel),
    band.of_threads = bytes_of(floats.of_thread * threads);
    return band;
  }
  const int each = transposed ? p.stride : 1;
  band.written = {from * each, std::min(to * each, h)};
  Runs runs(p, transposed, c);
  runs.only({from, to});
  Rows computed = band.written;  // runs begin in rows above and end in rows below
  for (const Runs::Part& part : runs.parts) {
    if (part.from == part.to) continue;
    const long cols = part.phase.window.cols, area = part.blocks.area, count = part.blocks.count;
    computed.from = std::min(computed.from, static_cast<int>(begin_of(part.from, count, area) / cols) * each);
    computed.to =
        std::max(computed.to, static_cast<int>((begin_of(part.to, count, area) - 1) / cols + 1) * each);
    band.blocks.push_back({part.before + part.from, part.to - part.from});
  }
  band.read = rows_met(p, transposed, {computed.from, std::min(computed.to, h)});
  band.shared = bytes_of(runs.layout.floats), band.of_threads = bytes_of(runs.of_thread * threads);
  return band;
}

// x and y begin with the first row that is read and written; `sums` takes the moments of the band's blocks. The
// reflection of `g` is the source's, if it is not done yet.
inline void conv_band(Context& context, const Prologue& g, const ConvGeometry& p, bool transposed, int from,
                      int to, const float* x, const float* stats, const float* w, const Epilogue<float>& e,
                      float* sums, float* y) {
  const ConvBand band = conv_band(p, transposed, from, to, context.threads());
  Source source{x, 1, g.h, g.w, g.c, g.reflect, g.activation, centres_of(context, g, stats)};
  const Rows held = behind_border(g.reflect, g.h, band.read);
  source.first = held.from, source.missing = g.h - held.to;
  Target target = target_of(p, transposed, e, y);
  target.first = band.written.from, target.last = band.written.to;
  switch (way_of(p, transposed, true)) {
    case Way::winograd:
      return winograd::forward(context, source, p, transposed, {from, to}, w, target, sums);
    case Way::back_through_winograd:
      return;
    case Way::planar:
      return planar_convolution(context, source, p, w, target, band.written);
    case Way::thin:
      return thin_convolution(context, source, p, transposed, w, target, band.written, band.read);
    case Way::few_pixels:
      return transposed ? few_transposed(context, source, p, w, target)
                        : few_convolution(context, source, p, w, target);
    case Way::matrix: {
      Runs runs(p, transposed, source.c);
      runs.only({from, to});
      return multiply_runs(context, runs, source, w, target, sums);
    }
  }
}

using ReadBlocks = FunctionRef<const float*(long begin, long end)>;

inline void finish_conv_moments(RunTasks run, const ConvGeometry& p, bool transposed, double epsilon,
                                long together, ReadBlocks read, float* stats) {
  const Target t = target_of(p, transposed, {}, nullptr);
  const long area = static_cast<long>(t.h) * t.w, blocks = conv_bands(p, transposed).blocks;
  if (way_of(p, transposed, true) == Way::winograd) {
    const winograd::Tiling tiling = winograd::tiling_of(p, transposed);
    return finish_moments(
        run, t.c, area, epsilon, blocks, together,
        [&](long k) { return winograd::block_size(p, transposed, tiling, k); }, read, stats);
  }
  const Runs runs(p, transposed, transposed ? p.out_c : p.c);
  finish_moments(
      run, t.c, area, epsilon, blocks, together, [&](long k) { return runs.run(k).count; }, read, stats);
}

// Of blocks of a whole map, a picture by itself; x begins with the first row that has a pixel of them.
inline Rows moment_rows(const Prologue& g, long from, long to) {
  const long area = static_cast<long>(g.h) * g.w, blocks = moment_blocks(area);
  return {static_cast<int>(begin_of(from, blocks, area) / g.w),
          static_cast<int>((begin_of(to, blocks, area) - 1) / g.w + 1)};
}
inline void moments_of_rows(Context& context, const Prologue& g, long from, long to, const float* x,
                            float* sums) {
  const long area = static_cast<long>(g.h) * g.w;
  const long column = begin_of(from, moment_blocks(area), area) % g.w;
  block_moments(context, 1, area, g.c, from, to, x + column * g.c, sums);
}
inline void finish_moments(RunTasks run, const Prologue& g, long together, ReadBlocks read, float* stats) {
  const long area = static_cast<long>(g.h) * g.w, blocks = moment_blocks(area);
  finish_moments(
      run, g.c, area, g.epsilon, blocks, together,
      [&](long k) { return begin_of(k + 1, blocks, area) - begin_of(k, blocks, area); }, read, stats);
}

}  // namespace guise::cpu
