// Convolutions of stride 1 with kernels 3 and 4 by Winograd's minimal filtering, F(4x4, 3x3) and F(3x3, 4x4):
// tiles of 6 x 6 inputs, 36 products of matrices (tiles, channels) x (channels, channels), a quarter of the
// multiplications. The gradients are the transposes of the forward algorithm, step by step, so that they are
// those of what was computed, and as accurate.
//
// A thread takes some tiles through all three stages, so nothing waits for anything in between and what is
// between stays in its caches. The 36 planes of a block of tiles are laid out [plane][chunk of
// channels][tile] [lanes]; products of plane f are written to plane f - 1, whose inputs are spent.
#pragma once
#include <guise/backend/cpu/matrix_convolution.hpp>
#include <guise/backend/cpu/reductions.hpp>
#include <guise/backend/cpu/winograd_transforms.hpp>

namespace guise::cpu::winograd {

struct Tiling {  // of the outputs of g, M x M each
  int m = 0, high = 0, wide = 0;
  long count = 0;  // of all samples
  explicit Tiling(const ConvGeometry& g)
      : m(side + 1 - g.kernel),
        high(static_cast<int>(how_many(g.out_h, m))),
        wide(static_cast<int>(how_many(g.out_w, m))),
        count(static_cast<long>(g.n) * high * wide) {}
};
struct Tile {
  int sample, row, col;
  Tile(const Tiling& t, long k)
      : sample(static_cast<int>(k / (static_cast<long>(t.high) * t.wide))),
        row(static_cast<int>(k / t.wide % t.high)),
        col(static_cast<int>(k % t.wide)) {}
};

inline constexpr int most_tiles = 26;  // of a block: its planes fill the second cache

// Worth it: few enough tiles lie over the edge, and there are enough to pay for the transform of the weights.
inline bool suits(const ConvGeometry& g) {
  if (g.stride != 1 || (g.kernel != 3 && g.kernel != 4) || g.c < 2 * lanes || g.out_c < 2 * lanes)
    return false;
  if (g.c % lanes != 0 || g.out_c % lanes != 0 || g.pad_top >= g.kernel || g.pad_left >= g.kernel)
    return false;
  const int past = g.kernel - 1;  // every input is seen by some output: gradients need no zeros of their own
  if (g.out_h - g.pad_top + past < g.h || g.out_w - g.pad_left + past < g.w) return false;
  const Tiling t(g);
  const double used =
      static_cast<double>(g.out_h) * g.out_w / (static_cast<double>(t.high) * t.wide * t.m * t.m);
  return t.count >= 8 && used > 0.5;
}

// ---- weights: U[plane][panel][depth][panel lanes] ----
struct Panels {
  long depth = 0, count = 0;
  Panels(int depths, int columns) : depth(depths), count(how_many(columns, panel)) {}
  long plane() const { return depth * count * panel + line; }  // a line more: no two planes on one cache set
  float* at(float* u, long which, long d) const { return u + (which * depth + d) * panel; }
};

template <int R>
inline void transform_weights(Context& context, const ConvGeometry& g, bool transposed, const float* w,
                              float* u) {
  const Panels to = transposed ? Panels(g.out_c, g.c) : Panels(g.c, g.out_c);
  const int columns = transposed ? g.c : g.out_c, taps = R * R;
  const long lane_stride = transposed ? taps : static_cast<long>(g.c) * taps;
  const long depth_stride = transposed ? static_cast<long>(g.c) * taps : taps;
  const float* end = w + static_cast<long>(g.c) * g.out_c * taps;
  // A task is some depths of half a panel. Forward they are next to each other, transposed the lanes are.
  const long parts = to.depth / lanes;
  context.pool.run(to.count * 2 * parts, [&](long task, int) {
    const long half = task / parts, first = half * lanes, begin = task % parts * lanes;
    alignas(64) Vector filters[lanes * R * R];  // (depth, tap)
    const long run = transposed ? taps : static_cast<long>(lanes) * taps;
    for (int depth = 0; depth < lanes; depth += transposed ? 1 : lanes)
      for (long k = 0; k < run; k += lanes) {
        Vector rows[lanes];
        for (int lane = 0; lane < lanes; ++lane) {
          const float* at = w + (first + lane) * lane_stride + (begin + depth) * depth_stride + k;
          rows[lane] = first + lane < columns ? load_before(end, at) : Vector{};
        }
        transpose(rows);
        for (long i = 0; i < std::min<long>(lanes, run - k); ++i) filters[depth * taps + k + i] = rows[i];
      }
    for (int depth = 0; depth < lanes; ++depth) {
      const Vector* taps_of = filters + depth * taps;
      float* out = to.at(u, half / 2, begin + depth) + half % 2 * lanes;
      square<R, side>(
          filter<R>, [&](int i, int j) __attribute__((always_inline)) { return taps_of[i * R + j]; },
          [&](int i, int j, Vector v)
              __attribute__((always_inline)) { store(out + (i * side + j) * to.plane(), v); });
    }
  });
}

// ---- tiles to planes and back ----
// Chunks [from, to) of the input tile: out[plane * pitch + chunk * count * lanes].
inline void gather_input(const Source& s, const ConvGeometry& g, const Tiling& tiling, long tile, long from,
                         long to, long count, long pitch, float* out) {
  const Tile t(tiling, tile);
  const int height = s.h + 2 * s.reflect, width = s.w + 2 * s.reflect;
  const float* rows[side];
  long cols[side];
  bool inside = true;
  for (int k = 0; k < side; ++k) {
    const int y = t.row * tiling.m - g.pad_top + k, x = t.col * tiling.m - g.pad_left + k;
    const bool in_rows = y >= 0 && y < height, in_cols = x >= 0 && x < width;
    inside = inside && in_rows && in_cols;
    rows[k] = in_rows ? s.x + (static_cast<long>(t.sample) * s.h + mirrored(y - s.reflect, s.h)) * s.w * s.c
                      : nullptr;
    cols[k] = in_cols ? static_cast<long>(mirrored(x - s.reflect, s.w)) * s.c : -1;
  }
  const float* mean = s.centres ? s.centres + 2l * t.sample * s.c : nullptr;
  for (long chunk = from; chunk < to; ++chunk, out += count * lanes) {
    const long c = chunk * lanes;
    const auto put = [&](int i, int j, Vector v) __attribute__((always_inline)) {
      store(out + (i * side + j) * pitch, v);
    };
    if (inside && !mean && s.activation == Activation::none) {
      square<side, side>(
          input, [&](int i, int j) __attribute__((always_inline)) { return load(rows[i] + cols[j] + c); },
          put);
      continue;
    }
    const Vector centre = mean ? load(mean + c) : Vector{}, inverse = mean ? load(mean + s.c + c) : fill(1);
    square<side, side>(
        input,
        [&](int i, int j) __attribute__((always_inline)) {
          if (!rows[i] || cols[j] < 0) return Vector{};
          return activate(s.activation, (load(rows[i] + cols[j] + c) - centre) * inverse);
        },
        put);
  }
}

template <int M>
void gather_output(const float* dy, const ConvGeometry& g, const Tiling& tiling, long tile, long count,
                   long pitch, float* out) {
  const Tile t(tiling, tile);
  const int y = t.row * M, x = t.col * M, high = std::min(M, g.out_h - y), wide = std::min(M, g.out_w - x);
  const float* at = dy + ((static_cast<long>(t.sample) * g.out_h + y) * g.out_w + x) * g.out_c;
  const long row = static_cast<long>(g.out_w) * g.out_c;
  const bool whole = high == M && wide == M;
  for (long c = 0; c < g.out_c; c += lanes, out += count * lanes) {
    const auto get = [&](int i, int j) __attribute__((always_inline)) {
      return whole || (i < high && j < wide) ? load(at + i * row + static_cast<long>(j) * g.out_c + c)
                                             : Vector{};
    };
    square<M, side>(
        output_transposed<M>, get, [&](int i, int j, Vector v) __attribute__((always_inline)) {
          store(out + (i * side + j) * pitch, v);
        });
  }
}

// Planes to outputs, with the epilogue; `sums` takes the tile's moments.
template <int M>
void scatter_output(const float* in, long count, long pitch, const ConvGeometry& g, const Tiling& tiling,
                    long tile, const Target& target, float* sums) {
  const Tile t(tiling, tile);
  const int y = t.row * M, x = t.col * M, high = std::min(M, g.out_h - y), wide = std::min(M, g.out_w - x);
  float* at = target.y + ((static_cast<long>(t.sample) * g.out_h + y) * g.out_w + x) * g.out_c;
  const long row = static_cast<long>(g.out_w) * g.out_c;
  for (long c = 0; c < g.out_c; c += lanes, in += count * lanes) {
    Vector done[M][M];
    const Vector bias = target.bias ? load(target.bias + c) : Vector{};
    square<side, M>(
        output<M>,
        [&](int i, int j) __attribute__((always_inline)) { return load(in + (i * side + j) * pitch); },
        [&](int i, int j, Vector v) __attribute__((always_inline)) {
          if (target.bias) v += bias;
          done[i][j] = activate(target.activation, v);
          if (i < high && j < wide) store(at + i * row + static_cast<long>(j) * g.out_c + c, done[i][j]);
        });
    if (!sums) continue;
    Vector total{}, squares{};
    for (int i = 0; i < high; ++i)
      for (int j = 0; j < wide; ++j) total += done[i][j];
    const Vector mean = total * (1.f / static_cast<float>(high * wide));
    for (int i = 0; i < high; ++i)
      for (int j = 0; j < wide; ++j) squares += (done[i][j] - mean) * (done[i][j] - mean);
    store(sums + c, mean);
    store(sums + g.out_c + c, squares);
  }
}

// The products of all planes of a block. A panel of weights is prefetched while the one before it is used.
inline void multiply(const Panels& weights, const float* u, float* planes_of, long pitch, long count) {
  const long parts = how_many(count, block);
  for (long f = 0; f < planes; ++f)
    for (long p = 0; p < weights.count; ++p)
      for (long part = 0; part < parts; ++part) {
        const long from = begin_of(part, parts, count), to = begin_of(part + 1, parts, count);
        const float* right = u + f * weights.plane() + p * weights.depth * panel;
        const float* next = part < 2 ? right + weights.depth * (panel + part * lanes) : right;
        products[static_cast<std::size_t>(to - from)](
            planes_of + (f + 1) * pitch + from * lanes, count * lanes, right,
            planes_of + f * pitch + 2 * p * count * lanes + from * lanes, lanes, count * lanes,
            weights.depth / lanes, next);
      }
}
inline long plane_pitch(long tiles, int c, int out_c) {
  return tiles * how_many(std::max(c, out_c), panel) * panel + line;
}

// ---- forward ----
template <int M>
void forward(Context& context, const Source& s, const ConvGeometry& g, const float* w, const Target& target,
             float* stats) {
  const Tiling tiling(g);
  const Panels panels(g.c, g.out_c);
  const long parts = how_many(how_many(tiling.count, most_tiles), context.threads()) * context.threads();
  const long pitch = plane_pitch(how_many(tiling.count, parts), g.c, g.out_c);
  float* u = context.weights.at_least(planes * panels.plane());
  float* scratch = context.scratch.at_least((planes + 1) * pitch * context.threads());
  float* sums = stats ? context.partial.at_least(tiling.count * 2 * g.out_c) : nullptr;
  transform_weights<side + 1 - M>(context, g, false, w, u);
  context.pool.run(parts, [&](long part, int thread) {
    const long from = begin_of(part, parts, tiling.count),
               count = begin_of(part + 1, parts, tiling.count) - from;
    float* v = scratch + thread * (planes + 1) * pitch;
    for (long k = 0; k < count; ++k)
      gather_input(s, g, tiling, from + k, 0, g.c / lanes, count, pitch, v + pitch + k * lanes);
    multiply(panels, u, v, pitch, count);
    for (long k = 0; k < count; ++k)
      scatter_output<M>(v + k * lanes, count, pitch, g, tiling, from + k, target,
                        sums ? sums + (from + k) * 2 * g.out_c : nullptr);
  });
  if (!stats) return;
  const auto size = [&](long k) {
    const Tile t(tiling, k);
    return std::min(M, g.out_h - t.row * M) * std::min(M, g.out_w - t.col * M);
  };
  finish_moments(context, g.n, g.out_c, static_cast<long>(g.out_h) * g.out_w, tiling.count / g.n, size, sums,
                 stats);
}

// ---- input gradient ----
// Planes to gradients of inputs, which overlap those of the tiles beside and below. Within a row of tiles the
// two last columns are carried to the next tile; of a row of tiles the first two rows are added to what the
// row above left, or kept in `seam` where another thread has that row. So every sum has one order. If `folds`
// the borders of one pixel are added to what they mirror.
struct InputGradient {
  float* dx;
  int h, w, c, pad_top, pad_left;  // of dx
  bool folds;
};
template <int M>
void scatter_input(const float* in, long count, long pitch, const InputGradient& to, const Tiling& tiling,
                   long tile, float* carry, float* seam) {
  constexpr int shared = side - M;
  const Tile t(tiling, tile);
  const int y = t.row * M - to.pad_top, x = t.col * M - to.pad_left;
  const bool last_col = t.col + 1 == tiling.wide;
  const int top = std::max(0, -y), bottom = std::min(side, to.h - y), left = std::max(0, -x),
            right = std::min(last_col ? side : M, to.w - x);
  for (long c = 0; c < to.c; c += lanes, in += count * lanes) {
    Vector d[side][side];
    square<side, side>(
        input_transposed,
        [&](int i, int j) __attribute__((always_inline)) { return load(in + (i * side + j) * pitch); },
        [&](int i, int j, Vector v) __attribute__((always_inline)) { d[i][j] = v; });
    if (to.folds) {
      if (y < 0)
        for (int j = 0; j < side; ++j) d[2][j] += d[0][j];
      if (y + side > to.h)
        for (int j = 0; j < side; ++j) d[to.h - y - 2][j] += d[to.h - y][j];
      if (x < 0)
        for (int i = 0; i < side; ++i) d[i][2] += d[i][0];
    }
    float* kept = carry + c * shared * side;
    if (t.col > 0)
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < shared; ++j) d[i][j] += load(kept + (i * shared + j) * lanes);
    if (!last_col)
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < shared; ++j) store(kept + (i * shared + j) * lanes, d[i][M + j]);
    else if (to.folds && x + side > to.w)
      for (int i = 0; i < side; ++i) d[i][to.w - x - 2] += d[i][to.w - x];
    for (int i = top; i < bottom; ++i) {
      const bool adds = i < shared && t.row > 0;
      float* row = adds && seam ? seam + static_cast<long>(i) * to.w * to.c + c
                                : to.dx + ((static_cast<long>(t.sample) * to.h + y + i) * to.w) * to.c + c;
      for (int j = left; j < right; ++j) {
        float* at = row + static_cast<long>(x + j) * to.c;
        store(at, adds && !seam ? load(at) + d[i][j] : d[i][j]);
      }
    }
  }
}

template <int M>
void backward(Context& context, const ConvGeometry& g, const float* dy, const float* w,
              const InputGradient& to) {
  const Tiling tiling(g);
  const Panels panels(g.out_c, g.c);
  const long rows = static_cast<long>(g.n) * tiling.high, threads = context.threads();
  const long tasks = std::min(rows, std::clamp(tiling.count / (2 * most_tiles) / threads, 1l, 4l) * threads);
  const long pitch =
      plane_pitch(std::min<long>(most_tiles, how_many(rows, tasks) * tiling.wide), g.c, g.out_c);
  const long shared = side - M, own = (planes + 1) * pitch + whole_lines(shared * side * to.c);
  float* u = context.weights.at_least(planes * panels.plane());
  float* scratch = context.scratch.at_least(own * threads);
  float* seams = context.partial.at_least(tasks * shared * to.w * to.c);
  transform_weights<side + 1 - M>(context, g, true, w, u);
  context.pool.run(tasks, [&](long task, int thread) {
    const long first_row = begin_of(task, tasks, rows);
    const long begin = first_row * tiling.wide, end = begin_of(task + 1, tasks, rows) * tiling.wide;
    float* v = scratch + thread * own;
    const long parts = how_many(end - begin, most_tiles);
    for (long part = 0; part < parts; ++part) {
      const long from = begin + begin_of(part, parts, end - begin);
      const long count = begin + begin_of(part + 1, parts, end - begin) - from;
      for (long k = 0; k < count; ++k)
        gather_output<M>(dy, g, tiling, from + k, count, pitch, v + pitch + k * lanes);
      multiply(panels, u, v, pitch, count);
      for (long k = 0; k < count; ++k)
        scatter_input<M>(
            v + k * lanes, count, pitch, to, tiling, from + k, v + (planes + 1) * pitch,
            (from + k) / tiling.wide == first_row ? seams + task * shared * to.w * to.c : nullptr);
    }
  });
  for (long task = 1; task < tasks; ++task) {
    const long row = begin_of(task, tasks, rows);
    if (row % tiling.high == 0) continue;
    const long y = row % tiling.high * M - to.pad_top, first = std::max(0l, -y),
               last = std::clamp<long>(to.h - y, 0, shared);
    float* at = to.dx + (row / tiling.high * to.h + y) * to.w * to.c;
    const float* more = seams + task * shared * to.w * to.c;
    if (first < last)
      context.share((last - first) * to.w * to.c, [&](long from, long until) {
        sweep(
            from + first * to.w * to.c,
            until + first * to.w * to.c, [&](long k, auto some) __attribute__((always_inline)) {
              store(at + k, load(at + k, some) + load(more + k, some), some);
            });
      });
  }
}

// ---- weight gradient ----
// Sums over tiles are products too: transformed inputs, transposed, times transformed gradients. Those are
// made once for a run of tiles, the inputs by whoever has their channels. Sums stay in `planes_of` until the
// last run.
template <int R>
void add_filters(const ConvGeometry& g, long from, long to, const float* sums, long pitch, long width,
                 float* dw) {
  constexpr int taps = R * R;
  for (long o = 0; o < g.out_c; o += lanes)
    for (long c = from; c < to; c += lanes) {
      alignas(64) Vector filters[lanes * taps];  // (channel, tap)
      for (long k = 0; k < lanes; ++k) {
        const float* at = sums + (c - from + k) * width + o;
        square<side, R>(
            filter_transposed<R>,
            [&](int i, int j) __attribute__((always_inline)) { return load(at + (i * side + j) * pitch); },
            [&](int i, int j, Vector v)
                __attribute__((always_inline)) { filters[k * taps + i * R + j] = v; });
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

template <int M>
void weight_gradient(Context& context, const Source& s, const ConvGeometry& g, const float* dy, float* dw) {
  constexpr long longest = 512, together = 64;  // tiles of a run, and of a sum that stays in registers
  const Tiling tiling(g);
  const long run = std::min(tiling.count, longest), width = how_many(g.out_c, panel) * panel;
  const long channels = std::min<long>(2 * lanes, g.c), tasks = how_many(g.c, channels);
  const long z_pitch = run * width + line, v_pitch = run * channels + line,
             sums_pitch = channels * width + line;
  float* z = context.weights.at_least(planes * z_pitch);
  float* scratch = context.scratch.at_least(planes * v_pitch * context.threads());
  float* all_sums = context.partial.at_least(planes * sums_pitch * tasks);
  for (long first = 0; first < tiling.count; first += run) {
    const long tiles = std::min(run, tiling.count - first);
    context.pool.run(how_many(tiles, 8), [&](long task, int) {
      for (long k = task * 8; k < std::min(tiles, (task + 1) * 8); ++k) {
        gather_output<M>(dy, g, tiling, first + k, tiles, z_pitch, z + k * lanes);
        if (g.out_c < width)
          for (long f = 0; f < planes; ++f) store(z + f * z_pitch + (g.out_c * tiles) + k * lanes, Vector{});
      }
    });
    context.pool.run(tasks, [&](long task, int thread) {
      const long c0 = task * channels, c1 = std::min<long>(g.c, c0 + channels);
      float *v = scratch + thread * planes * v_pitch, *sums = all_sums + task * planes * sums_pitch;
      for (long k = 0; k < tiles; ++k)
        gather_input(s, g, tiling, first + k, c0 / lanes, c1 / lanes, tiles, v_pitch, v + k * lanes);
      for (long f = 0; f < planes; ++f)
        for (long o = 0; o < width; o += panel)
          for (long t = 0; t < tiles; t += together)
            for (long c = 0; c < c1 - c0; c += outer_rows) {
              const float* right = z + f * z_pitch + o * tiles + t * lanes;
              outer_product(v + f * v_pitch + c / lanes * lanes * tiles + t * lanes + c % lanes, right,
                            right + tiles * lanes, sums + f * sums_pitch + c * width + o, width,
                            std::min(together, tiles - t), first + t > 0);
            }
      if (first + tiles == tiling.count) add_filters<side + 1 - M>(g, c0, c1, sums, sums_pitch, width, dw);
    });
  }
}

}  // namespace guise::cpu::winograd
