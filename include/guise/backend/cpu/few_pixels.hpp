// Convolutions of a few pixels and many weights, as in the depth of a U-Net, where the time goes into the memory of the
// weights: they are read (or added to) once, in the order that they have, and never packed. A row of them is all channels
// and taps of an output.
//
//   y (pixels, outputs) = windows (pixels, channels and taps) times w^T
//   columns (pixels, channels and taps) = x (pixels, outputs) times w, each added to the pixel that it meets: transposed
//   dw += dy^T (outputs, pixels) times windows
#pragma once
#include <guise/backend/cpu/matrix_convolution.hpp>

namespace guise::cpu {

inline constexpr int few_together = 8;  // rows of weights that meet the pixels at once
inline bool has_few_pixels(const ConvGeometry& g, long most) {
  const long pixels = static_cast<long>(g.n) * g.out_h * g.out_w,
             weights = static_cast<long>(g.out_c) * g.c * g.kernel * g.kernel;
  return pixels <= most && weights >= 1 << 18 && g.c % lanes == 0 && g.out_c % few_together == 0;
}

struct FewFloats {  // of the workspaces: what all threads read, and what each needs besides
  long wide, pixels, seen, shared, columns, of_thread;
  explicit FewFloats(const ConvGeometry& g)
      : wide(static_cast<long>(lanes) * g.kernel * g.kernel),
        pixels(static_cast<long>(g.n) * g.out_h * g.out_w),
        seen(static_cast<long>(g.n) * g.h * g.w),
        shared(pixels * g.out_c),
        columns(pixels * wide),
        of_thread(columns + seen * lanes) {}
};

// f(pixel of the grid, {sample, row, column} of the input, tap) for each two that meet.
struct Place {
  int sample, row, col;
};
template <class F> void each_meeting(const ConvGeometry& g, F f) {
  long pixel = 0;
  for (int sample = 0; sample < g.n; ++sample)
    for (int r = 0; r < g.out_h; ++r)
      for (int q = 0; q < g.out_w; ++q, ++pixel)
        for (int i = 0; i < g.kernel; ++i)
          for (int j = 0; j < g.kernel; ++j) {
            const Place to{sample, r * g.stride - g.pad_top + i, q * g.stride - g.pad_left + j};
            if (to.row >= 0 && to.row < g.h && to.col >= 0 && to.col < g.w) f(pixel, to, i * g.kernel + j);
          }
}
// Channels [c, c + lanes) of a pixel of a source, as its prologue leaves them.
inline Vector value_of(const Source& s, long pixel, long c) {
  const Vector v = load(s.x + pixel * s.c + c);
  if (!s.centres) return activate(s.activation, v);
  const float* centre = s.centres + pixel / (static_cast<long>(s.h) * s.w) * 2 * s.c + c;
  return activate(s.activation, (v - load(centre)) * load(centre + s.c));
}
// All pixels of a source: out[pixel][channel], or out[channel][pixel] if `transposed`.
inline void values_of(Context& context, const Source& s, bool transposed, float* out) {
  const long pixels = static_cast<long>(s.n) * s.h * s.w;
  context.share(
      how_many(s.c, lanes),
      [&](long begin, long end) {
        for (long c = begin * lanes; c < end * lanes && c < s.c; c += lanes)
          for (long p = 0; p < pixels; ++p) {
            const Vector v = value_of(s, p, c);
            if (!transposed) {
              store(out + p * s.c + c, v);
              continue;
            }
            for (int k = 0; k < lanes; ++k) out[(c + k) * pixels + p] = v[k];
          }
      },
      8);
}

// `out` (pixels, wide) += x (pixels, depth) times rows of w, one every `pitch`.
inline void multiply_few(const float* x, long pixels, long depth, const float* w, long pitch, long wide,
                         float* out) {
  for (long d = 0; d < depth; d += few_together, w += few_together * pitch)
    for (long k = 0; k < wide; k += lanes) {
      Vector rows[few_together];
#pragma GCC unroll 8
      for (int i = 0; i < few_together; ++i) {
        rows[i] = load(w + i * pitch + k);
        __builtin_prefetch(w + (i + few_together) * pitch + k);
      }
      for (long p = 0; p < pixels; ++p) {
        Vector sum{};
#pragma GCC unroll 8
        for (int i = 0; i < few_together; ++i) sum += fill(x[p * depth + d + i]) * rows[i];
        store(out + p * wide + k, load(out + p * wide + k) + sum);  // a sum of sums errs less
      }
    }
}
// Rows of dw, one every `pitch`, += dy (rows, pixels) times `windows` (pixels, wide).
inline void outer_few(const float* dy, long rows, const float* windows, long pixels, long wide, long pitch,
                      float* dw) {
  constexpr int together = few_together / 2;
  for (long o = 0; o < rows; o += together, dy += together * pixels, dw += together * pitch)
    for (long k = 0; k < wide; k += lanes) {
      Vector sums[together];
#pragma GCC unroll 8
      for (int i = 0; i < together; ++i) {
        sums[i] = load(dw + i * pitch + k);
        __builtin_prefetch(dw + (i + together) * pitch + k, 1);
      }
      for (long p = 0; p < pixels; ++p) {
        const Vector window = load(windows + p * wide + k);
#pragma GCC unroll 8
        for (int i = 0; i < together; ++i) sums[i] += fill(dy[i * pixels + p]) * window;
      }
#pragma GCC unroll 8
      for (int i = 0; i < together; ++i) store(dw + i * pitch + k, sums[i]);
    }
}

// The sums of a few rows of w times a few windows, both `depth` long, to y at [row][pixel of `to`].
template <int rows, int pixels>
void dot_few(const float* w, long depth, const float* windows, float* y, long y_pixel) {
  Vector sums[rows][pixels];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int p = 0; p < pixels; ++p) sums[i][p] = Vector{};
  for (long k = 0; k < depth; k += lanes) {
    Vector window[pixels];
#pragma GCC unroll 8
    for (int p = 0; p < pixels; ++p) window[p] = load(windows + p * depth + k);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const Vector row = load(w + i * depth + k);
#pragma GCC unroll 8
      for (int p = 0; p < pixels; ++p) sums[i][p] += row * window[p];
    }
  }
  for (int i = 0; i < rows; ++i)
    for (int p = 0; p < pixels; ++p) y[p * y_pixel + i] = static_cast<float>(sum(sums[i][p]));
}
inline constexpr int few_rows = 4, few_windows = lanes == 16 ? 4 : 2;

// Channels [c, c + lanes) of the windows: out[pixel][channel - c][tap], pixels `pitch` apart.
inline void windows_of(const Source& x, const ConvGeometry& g, long c, long pitch, float* out) {
  const int taps = g.kernel * g.kernel;
  const long pixels = static_cast<long>(g.n) * g.out_h * g.out_w;
  for (long p = 0; p < pixels; ++p) std::fill_n(out + p * pitch, lanes * taps, 0.f);
  each_meeting(g, [&](long to, Place from, int tap) {
    const int row = mirrored(from.row - x.reflect, x.h), col = mirrored(from.col - x.reflect, x.w);
    const Vector v = value_of(x, (static_cast<long>(from.sample) * x.h + row) * x.w + col, c);
    for (int k = 0; k < lanes; ++k) out[to * pitch + k * taps + tap] = v[k];
  });
}

inline void few_convolution(Context& context, const Source& x, const ConvGeometry& g, const float* w,
                            const Target& target) {
  const FewFloats floats(g);
  const int taps = g.kernel * g.kernel;
  const long depth = static_cast<long>(g.c) * taps;
  float* windows = context.weights.at_least(floats.pixels * depth);
  context.pool.run(g.c / lanes, [&](long task, int) {
    windows_of(x, g, task * lanes, depth, windows + task * lanes * taps);
  });
  context.pool.run(how_many(g.out_c, lanes), [&](long task, int) {
    const long first = task * lanes, last = std::min<long>(g.out_c, first + lanes);
    for (long o = first; o < last; o += few_rows) {
      long p = 0;
      for (; p + few_windows <= floats.pixels; p += few_windows)
        dot_few<few_rows, few_windows>(w + o * depth, depth, windows + p * depth, target.y + p * g.out_c + o,
                                       g.out_c);
      for (; p < floats.pixels; ++p)
        dot_few<few_rows, 1>(w + o * depth, depth, windows + p * depth, target.y + p * g.out_c + o, g.out_c);
    }
    for (long p = 0; p < floats.pixels; ++p)
      sweep(
          first, last, [&](long c, auto some) __attribute__((always_inline)) {
            float* y = target.y + p * g.out_c + c;
            const Vector bias = target.bias ? load(target.bias + c, some) : Vector{};
            store(y, activate(target.activation, load(y, some) + bias), some);
          });
  });
}

// The transposed convolution of g: x is what its output was.
inline void few_transposed(Context& context, const Source& x, const ConvGeometry& g, const float* w,
                           const Target& target) {
  const FewFloats floats(g);
  const int taps = g.kernel * g.kernel;
  const long pitch = static_cast<long>(g.c) * taps;
  float* values = context.weights.at_least(floats.shared);
  float* scratch = context.scratch.at_least(floats.of_thread * context.threads());
  values_of(context, x, false, values);
  context.pool.run(g.c / lanes, [&](long task, int thread) {
    const long c = task * lanes;
    float *columns = scratch + floats.of_thread * thread, *y = columns + floats.columns;
    std::fill_n(columns, floats.of_thread, 0.f);
    multiply_few(values, floats.pixels, g.out_c, w + c * taps, pitch, floats.wide, columns);
    each_meeting(g, [&](long from, Place to, int tap) {
      float* at = y + ((static_cast<long>(to.sample) * g.h + to.row) * g.w + to.col) * lanes;
      for (int k = 0; k < lanes; ++k) at[k] += columns[from * floats.wide + k * taps + tap];
    });
    const Vector bias = target.bias ? load(target.bias + c) : Vector{};
    for (long p = 0; p < floats.seen; ++p)
      store(target.y + p * g.c + c, activate(target.activation, load(y + p * lanes) + bias));
  });
}

inline void few_weight_gradient(Context& context, const Source& x, const ConvGeometry& g, const Source& dy,
                                float* dw) {
  const FewFloats floats(g);
  const int taps = g.kernel * g.kernel;
  const long pitch = static_cast<long>(g.c) * taps;
  float* values = context.weights.at_least(floats.shared);
  float* scratch = context.scratch.at_least(floats.of_thread * context.threads());
  values_of(context, dy, true, values);
  context.pool.run(g.c / lanes, [&](long task, int thread) {
    const long c = task * lanes;
    float* windows = scratch + floats.of_thread * thread;
    windows_of(x, g, c, floats.wide, windows);
    outer_few(values, g.out_c, windows, floats.pixels, floats.wide, pitch, dw + c * taps);
  });
}

}  // namespace guise::cpu
