// What Winograd's filtering does to tiles: from pictures to the 36 planes [plane][chunk of
// channels][tile][lanes] and back. The transposes of both make the gradients.
#pragma once
#include <guise/backend/cpu/matrix_convolution.hpp>
#include <guise/backend/cpu/winograd/phases.hpp>

namespace guise::cpu::winograd {

struct Tiling {  // of a grid of outputs, m x m each
  int m = 0, high = 0, wide = 0;
  long count = 0;  // of all samples
  Tiling(int n, int rows, int cols, int each)
      : m(each),
        high(static_cast<int>(how_many(rows, m))),
        wide(static_cast<int>(how_many(cols, m))),
        count(static_cast<long>(n) * high * wide) {}
  explicit Tiling(const ConvGeometry& g) : Tiling(g.n, g.out_h, g.out_w, side + 1 - taps_of(g)) {}
};
struct Tile {
  int sample, row, col;
  Tile(const Tiling& t, long k)
      : sample(static_cast<int>(k / (static_cast<long>(t.high) * t.wide))),
        row(static_cast<int>(k / t.wide % t.high)),
        col(static_cast<int>(k % t.wide)) {}
};

// Chunks [from, to) of the input tile: out[plane * pitch + chunk * count * lanes].
inline void gather_input(const Source& s, const Lattice& at, const Tiling& tiling, long tile, long from,
                         long to, long count, long pitch, float* out) {
  const Tile t(tiling, tile);
  const int height = s.h + 2 * s.reflect, width = s.w + 2 * s.reflect;
  const float* rows[side];
  long cols[side];
  bool inside = true;
  for (int k = 0; k < side; ++k) {
    const int y = at.row + (t.row * tiling.m + k) * at.stride,
              x = at.col + (t.col * tiling.m + k) * at.stride;
    const bool in_rows = y >= 0 && y < height, in_cols = x >= 0 && x < width;
    inside = inside && in_rows && in_cols;
    rows[k] = in_rows ? s.row(t.sample, mirrored(y - s.reflect, s.h)) : nullptr;
    cols[k] = in_cols ? static_cast<long>(mirrored(x - s.reflect, s.w)) * s.c : -1;
  }
  const float* mean = s.centres ? s.centres + 2l * t.sample * s.c : nullptr;
  const auto put = [&](int i, int j, Vector v) __attribute__((always_inline)) {
    put_ahead(out + (i * side + j) * pitch, v);
  };
  if (inside && !mean && s.activation.nothing()) {
    for (long c = from * lanes; c < to * lanes; c += lanes, out += count * lanes)
      square<side, side>(
          input, [&](int i, int j) __attribute__((always_inline)) { return load(rows[i] + cols[j] + c); },
          put);
    return;
  }
  Vector given[side][side] = {};
  for (long c = from * lanes; c < to * lanes; c += lanes, out += count * lanes) {
    const Vector centre = mean ? load(mean + c) : Vector{}, inverse = mean ? load(mean + s.c + c) : fill(1);
    for (int i = 0; i < side; ++i)
      for (int j = 0; j < side; ++j)
        if (rows[i] && cols[j] >= 0)
          given[i][j] = activate(s.activation, (load(rows[i] + cols[j] + c) - centre) * inverse);
    square<side, side>(
        input, [&](int i, int j) __attribute__((always_inline)) { return given[i][j]; }, put);
  }
}

// The same of gradients, or of what stands for them: tiles of outputs.
inline void gather_output(const Source& s, const Tiling& tiling, long tile, long count, long pitch,
                          float* out) {
  const Tile t(tiling, tile);
  const int m = tiling.m, y = t.row * m, x = t.col * m;
  const int high = std::min(m, s.h - y), wide = std::min(m, s.w - x);
  const Filtering& filtering = filtering_of(side + 1 - m);
  const float* at = s.x + ((static_cast<long>(t.sample) * s.h + y) * s.w + x) * s.c;
  const long row = static_cast<long>(s.w) * s.c;
  const float* mean = s.centres ? s.centres + 2l * t.sample * s.c : nullptr;
  Vector given[most_outputs * most_outputs] = {};
  const bool plain = !mean && s.activation.nothing();
  for (long c = 0; c < s.c; c += lanes, out += count * lanes) {
    const Vector centre = mean ? load(mean + c) : Vector{}, inverse = mean ? load(mean + s.c + c) : fill(1);
    for (int i = 0; i < high; ++i)
      for (int j = 0; j < wide; ++j) {
        const Vector v = load(at + i * row + static_cast<long>(j) * s.c + c);
        given[i * m + j] = plain ? v : activate(s.activation, (v - centre) * inverse);
      }
    filtering.planes_of_outputs(given, pitch, out);
  }
}

struct Range {
  int from = 0, to = 0;
};
// Of the m pixels that lie `stride` apart from `first` on, those in [0, n).
inline Range inside(int first, int stride, int m, int n) {
  const int from = std::min(m, steps(first, stride, 0));
  return {from, std::clamp(steps(first, stride, n), from, m)};
}

// Planes of the channels [from, to) to outputs, with the epilogue; `sums` takes the tile's moments.
inline void scatter_output(const float* in, long from, long to, long count, long pitch, const Lattice& at,
                           const Tiling& tiling, long tile, const Target& target, float* sums) {
  const Tile t(tiling, tile);
  const int m = tiling.m, y = at.row + t.row * m * at.stride, x = at.col + t.col * m * at.stride;
  const Filtering& filtering = filtering_of(side + 1 - m);
  const Range rows = inside(y, at.stride, m, target.h), cols = inside(x, at.stride, m, target.w);
  const int area = (rows.to - rows.from) * (cols.to - cols.from);
  const long first = ((static_cast<long>(t.sample) * target.h + y - target.first) * target.w + x) * target.c,
             col = static_cast<long>(at.stride) * target.c, row = col * target.w;
  for (long c = from; c < to; c += lanes, in += count * lanes) {
    Vector done[most_outputs * most_outputs];
    const Vector bias = target.bias ? load(target.bias + c) : Vector{};
    Vector total{}, squares{};
    filtering.outputs_of_planes(in, pitch, done);
    for (int i = rows.from; i < rows.to; ++i) {
      float* line = target.y + first + i * row + c;
      for (int j = cols.from; j < cols.to; ++j) {
        const Vector v = activate(target.activation, done[i * m + j] + bias);
        store(line + j * col, v);
        total += done[i * m + j] = v;
      }
    }
    if (!sums) continue;
    const Vector mean = total * (1.f / static_cast<float>(std::max(area, 1)));
    for (int i = rows.from; i < rows.to; ++i)
      for (int j = cols.from; j < cols.to; ++j)
        squares += (done[i * m + j] - mean) * (done[i * m + j] - mean);
    store(sums + c, mean);
    store(sums + target.c + c, squares);
  }
}

// What a gradient of inputs is written to. If it `folds`, the borders of one pixel are added to what they
// mirror.
struct InputGradient {
  float* dx;
  int h, w, c, pad_top, pad_left;  // of dx
  bool folds;
};
// Planes of the channels [from, until) to gradients of inputs, which overlap those of the tiles beside and
// below. Tiles come in raster order: within a row of them the last columns are carried to the next tile, the
// first rows are added to what the row above left.
inline void scatter_input(const float* in, long from, long until, long count, long pitch,
                          const InputGradient& to, const Tiling& tiling, long tile, float* carry) {
  const Tile t(tiling, tile);
  const int m = tiling.m, shared = side - m, y = t.row * m - to.pad_top, x = t.col * m - to.pad_left;
  const bool last_col = t.col + 1 == tiling.wide;
  const int top = std::max(0, -y), bottom = std::min(side, to.h - y), left = std::max(0, -x),
            right = std::min(last_col ? side : m, to.w - x);
  for (long c = from; c < until; c += lanes, in += count * lanes) {
    Vector d[side][side];
    square<side, side>(
        input_transposed,
        [&](int i, int j) __attribute__((always_inline)) { return take_ahead(in + (i * side + j) * pitch); },
        [&](int i, int j, Vector v) __attribute__((always_inline)) { d[i][j] = v; });
    if (to.folds) {
      if (y < 0)
        for (int j = 0; j < side; ++j) d[2][j] += d[0][j];
      if (y + side > to.h)
        for (int j = 0; j < side; ++j) d[to.h - y - 2][j] += d[to.h - y][j];
      if (x < 0)
        for (int i = 0; i < side; ++i) d[i][2] += d[i][0];
    }
    float* kept = carry + (c - from) * shared * side;
    if (t.col > 0)
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < shared; ++j) d[i][j] += load(kept + (i * shared + j) * lanes);
    if (!last_col)
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < shared; ++j) store(kept + (i * shared + j) * lanes, d[i][m + j]);
    else if (to.folds && x + side > to.w)
      for (int i = 0; i < side; ++i) d[i][to.w - x - 2] += d[i][to.w - x];
    for (int i = top; i < bottom; ++i) {
      const bool adds = i < shared && t.row > 0;
      float* row = to.dx + (static_cast<long>(t.sample) * to.h + y + i) * to.w * to.c + c;
      for (int j = left; j < right; ++j) {
        float* at = row + static_cast<long>(x + j) * to.c;
        store(at, adds ? load(at) + d[i][j] : d[i][j]);
      }
    }
  }
}

}  // namespace guise::cpu::winograd
