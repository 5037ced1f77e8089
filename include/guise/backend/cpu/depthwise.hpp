// Depthwise convolutions, a vector of channels at a time. A task is some rows of outputs: of every vector of channels it
// gathers the rows that their windows reach into its own cache, normalized, activated, reflected and with the zeros
// around, and so no window meets a border. The rows of a task depend on the shape alone, and so does the order of all
// sums. Where the channels are no whole vectors, the last vector reaches back over the one before.
#pragma once
#include <guise/backend/cpu/channelwise.hpp>
#include <guise/backend/cpu/moments.hpp>
#include <guise/backend/cpu/window.hpp>

namespace guise::cpu {

// How a depthwise convolution is cut into tasks, and where they gather.
struct DepthwiseTasks {
  const ConvGeometry& p;
  long together, blocks;     // rows of outputs of a task; tasks of a sample
  long span, pitch, floats;  // pixels of a gathered row; floats from one to the next, and of all

  explicit DepthwiseTasks(const ConvGeometry& of)
      : p(of),
        together(std::clamp<long>((1 << 14) / std::max(1l, long(p.out_w) * p.c), 1, 8)),
        blocks(how_many(p.out_h, together)),
        span(long(p.out_w - 1) * p.stride + p.kernel),
        pitch(span * lanes),
        floats(whole_lines(((together - 1) * p.stride + p.kernel) * pitch)) {}

  long taps() const { return long(p.kernel) * p.kernel; }
  long count() const { return p.n * blocks; }
  long first(long part) const { return part * together; }
  long rows(long part) const { return std::min<long>(together, p.out_h - first(part)); }
};

// The row y of what is read, from a window's first column on, of the channels from k on: out[pixel][lanes].
template <class Some>
GUISE_INLINE void gather_row(const Source& s, const ConvGeometry& p, long sample, long y, long span, long k,
                             Some some, float* out) {
  if (y < 0 || y >= p.h) return void(std::fill_n(out, span * lanes, 0.f));
  const float* row = s.row(static_cast<int>(sample), mirrored(static_cast<int>(y) - s.reflect, s.h)) + k;
  const float* centre = s.centres ? s.centres + sample * 2 * s.c + k : nullptr;
  const Vector mean = centre ? load(centre, some) : Vector{},
               inverse = centre ? load(centre + s.c, some) : fill(1);
  const auto put = [&](long q, long column) __attribute__((always_inline)) {
    const Vector v = load(row + column * s.c, some);
    store(out + q * lanes, activate(s.activation, (v - mean) * inverse));
  };
  const long before = p.pad_left + s.reflect;  // gathered pixels left of the picture's own
  const long from = std::clamp(before, 0l, span), to = std::clamp(before + s.w, from, span);
  const auto put_border = [&](long begin, long end) {
    for (long q = begin; q < end; ++q) {
      const long x = q - p.pad_left;
      if (x < 0 || x >= p.w)
        store(out + q * lanes, Vector{});
      else
        put(q, mirrored(static_cast<int>(x) - s.reflect, s.w));
    }
  };
  put_border(0, from);
  with_activation(
      s.activation, [&](auto active) __attribute__((always_inline)) {
        const float* at = row + (from - before) * s.c;
        for (long q = from; q < to; ++q, at += s.c)
          store(out + q * lanes, active((load(at, some) - mean) * inverse));
      });
  put_border(to, span);
}
template <class Some>
GUISE_INLINE void gather_rows_of(const DepthwiseTasks& t, const Source& s, long sample, long part, long k,
                                 Some some, float* out) {
  const long first = t.first(part) * t.p.stride - t.p.pad_top;
  const long count = (t.rows(part) - 1) * t.p.stride + t.p.kernel;
  for (long i = 0; i < count; ++i) gather_row(s, t.p, sample, first + i, t.span, k, some, out + i * t.pitch);
}

// `rows` neighbouring rows of windows of 3x3 at a stride of 1, so that what is loaded meets all of them.
template <int rows, class Put>
GUISE_INLINE void windows_of_three(const float* from, long pitch, long count, const Vector* w, Vector start,
                                   Put put) {
  for (long q = 0; q < count; ++q, from += lanes) {
    Vector sums[rows];
#pragma GCC unroll 4
    for (int o = 0; o < rows; ++o) sums[o] = start;
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j)
#pragma GCC unroll 6
      for (int i = 0; i < rows + 2; ++i) {
        const Vector v = load(from + i * pitch + j * lanes);
#pragma GCC unroll 4
        for (int o = 0; o < rows; ++o)
          if (i >= o && i < o + 3) sums[o] += v * w[(i - o) * 3 + j];
      }
#pragma GCC unroll 4
    for (int o = 0; o < rows; ++o) put(o, q, sums[o]);
  }
}

// Weights as (kernel, kernel, c); `flipped`: the last tap first.
inline const float* taps_first(Context& context, const ConvGeometry& p, const float* w, bool flipped) {
  const long taps = long(p.kernel) * p.kernel;
  float* turned = context.weights.at_least(taps * p.c);
  for (long k = 0; k < p.c; ++k)
    for (long tap = 0; tap < taps; ++tap)
      turned[(flipped ? taps - 1 - tap : tap) * p.c + k] = w[k * taps + tap];
  return turned;
}

// The outputs of a task whose rows are gathered, for the channels from k on.
template <class Some>
GUISE_INLINE void depthwise_block(const DepthwiseTasks& t, const float* gathered, const float* turned,
                                  const Epilogue<float>& e, long rows, long k, Some some, float* y) {
  const ConvGeometry& p = t.p;
  const long c = p.c, row = long(p.out_w) * c;
  const Vector start = e.bias ? load(e.bias + k, some) : Vector{};
  const FusedActivation activation = e.activation;
  if (p.kernel == 3 && p.stride == 1) {
    Vector w[9];
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) w[tap] = load(turned + tap * c + k, some);
    const auto some_rows = [&]<int count>(std::integral_constant<int, count>, long o) {
      windows_of_three<count>(
          gathered + o * t.pitch, t.pitch, p.out_w, w,
          start, [&](long i, long q, Vector v) __attribute__((always_inline)) {
            store(y + (o + i) * row + q * c + k, activate(activation, v), some);
          });
    };
    long o = 0;
    for (; o + 4 <= rows; o += 4) some_rows(std::integral_constant<int, 4>{}, o);
    for (; o < rows; ++o) some_rows(std::integral_constant<int, 1>{}, o);
    return;
  }
  for (long o = 0; o < rows; ++o)
    for (long q = 0; q < p.out_w; ++q) {
      const float* from = gathered + o * p.stride * t.pitch + q * p.stride * lanes;
      Vector sum = start;
      for (int i = 0; i < p.kernel; ++i)
        for (int j = 0; j < p.kernel; ++j)
          sum += load(from + i * t.pitch + j * lanes) * load(turned + (i * p.kernel + j) * c + k, some);
      store(y + o * row + q * c + k, activate(activation, sum), some);
    }
}

// p is of what the source gives, with its reflection.
inline void depthwise(Context& context, const Source& s, const ConvGeometry& p, const float* w, bool flipped,
                      const Epilogue<float>& e, float* y) {
  const DepthwiseTasks t(p);
  const float* turned = taps_first(context, p, w, flipped);
  float* scratch = context.scratch.at_least(t.floats * context.threads());
  float* sums = e.stats ? context.partial.at_least(t.count() * 2 * p.c) : nullptr;
  context.pool.run(t.count(), [&](long task, int thread) {
    const long sample = task / t.blocks, part = task % t.blocks, rows = t.rows(part);
    float *gathered = scratch + thread * t.floats,
          *to = y + (sample * p.out_h + t.first(part)) * p.out_w * p.c;
    each_channel(
        p.c, [&](long k, auto some) __attribute__((always_inline)) {
          gather_rows_of(t, s, sample, part, k, some, gathered);
          depthwise_block(t, gathered, turned, e, rows, k, some, to);
          if (sums) block_moments(to, p.c, rows * p.out_w, p.c, k, some, sums + task * 2 * p.c);
        });
  });
  if (e.stats)
    finish_moments(
        context, p.n, p.c, long(p.out_h) * p.out_w, e.epsilon, t.blocks,
        [&](long part) { return t.rows(part) * p.out_w; }, sums, e.stats);
}

inline void depthwise_dx(Context& context, const ConvGeometry& p, const float* dy, const float* w,
                         float* dx) {
  const Source source{dy, p.n, p.out_h, p.out_w, p.c};
  const int past = p.kernel - 1;
  if (p.stride == 1)
    return depthwise(
        context, source,
        {p.n, p.out_h, p.out_w, p.c, p.h, p.w, p.c, p.kernel, 1, past - p.pad_top, past - p.pad_left}, w,
        true, {}, dx);
  const float* turned = taps_first(context, p, w, false);
  const ConvGeometry back{p.n, p.out_h, p.out_w, p.c, p.h, p.w, p.c, p.kernel};
  const auto met = [&](long to, long tap, long pad,
                       long outputs) {  // the output that a tap leads back to, or -1
    const long at = to + pad - tap;
    return at >= 0 && at % p.stride == 0 && at / p.stride < outputs ? at / p.stride : -1l;
  };
  each_row(context, back, [&](long n, long r) {
    for (long q = 0; q < p.w; ++q)
      each_channel(
          p.c, [&](long k, auto some) __attribute__((always_inline)) {
            Vector sum{};
            for (long i = 0; i < p.kernel; ++i)
              for (long j = 0; j < p.kernel; ++j) {
                const long row = met(r, i, p.pad_top, p.out_h), col = met(q, j, p.pad_left, p.out_w);
                if (row < 0 || col < 0) continue;
                sum += load(dy + ((n * p.out_h + row) * p.out_w + col) * p.c + k, some) *
                       load(turned + (i * p.kernel + j) * p.c + k, some);
              }
            store(dx + ((n * p.h + r) * p.w + q) * p.c + k, sum, some);
          });
  });
}

// The sums of a task over its pixels, sums[tap][c].
template <class Some>
GUISE_INLINE void depthwise_sums(const DepthwiseTasks& t, const float* gathered, const float* dy, long rows,
                                 long k, Some some, float* sums) {
  const ConvGeometry& p = t.p;
  const long c = p.c, row = long(p.out_w) * c;
  const auto over_pixels = [&](auto add) __attribute__((always_inline)) {
    for (long o = 0; o < rows; ++o)
      for (long q = 0; q < p.out_w; ++q)
        add(load(dy + o * row + q * c + k, some), gathered + o * p.stride * t.pitch + q * p.stride * lanes);
  };
  if (p.kernel == 3) {
    Vector all[9] = {};
    over_pixels([&](Vector d, const float* from) __attribute__((always_inline)) {
#pragma GCC unroll 9
      for (int tap = 0; tap < 9; ++tap) all[tap] += d * load(from + tap / 3 * t.pitch + tap % 3 * lanes);
    });
    for (int tap = 0; tap < 9; ++tap) store(sums + tap * c + k, all[tap], some);
    return;
  }
  for (int i = 0; i < p.kernel; ++i)
    for (int j = 0; j < p.kernel; ++j) {
      Vector total{};
      over_pixels([&](Vector d, const float* from)
                      __attribute__((always_inline)) { total += d * load(from + i * t.pitch + j * lanes); });
      store(sums + (i * p.kernel + j) * c + k, total, some);
    }
}
inline void depthwise_dw(Context& context, const Source& s, const ConvGeometry& p, const float* dy,
                         float* dw) {
  const DepthwiseTasks t(p);
  const long of_task = t.taps() * p.c;
  float* scratch = context.scratch.at_least(t.floats * context.threads());
  float* sums = context.partial.at_least(t.count() * of_task);
  context.pool.run(t.count(), [&](long task, int thread) {
    const long sample = task / t.blocks, part = task % t.blocks;
    float* gathered = scratch + thread * t.floats;
    each_channel(
        p.c, [&](long k, auto some) __attribute__((always_inline)) {
          gather_rows_of(t, s, sample, part, k, some, gathered);
          depthwise_sums(t, gathered, dy + (sample * p.out_h + t.first(part)) * p.out_w * p.c, t.rows(part),
                         k, some, sums + task * of_task);
        });
  });
  for (long k = 0; k < p.c; ++k)
    for (long tap = 0; tap < t.taps(); ++tap) {
      double total = 0;
      for (long task = 0; task < t.count(); ++task)
        total += static_cast<double>(sums[task * of_task + tap * p.c + k]);
      dw[k * t.taps() + tap] += static_cast<float>(total);
    }
}

}  // namespace guise::cpu
