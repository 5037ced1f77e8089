// What a convolution reads: for every pixel of a grid a window of source pixels. A convolution, its input
// gradient (one grid for every output phase) and the rows of its weight gradient are all such windows.
//
// `pack` writes the windows of a run of grid pixels as the left factor of a micro-kernel, and on the way does
// what a prologue says: normalize, activate, reflect. Columns are in the order (down, across, channel).
#pragma once
#include <guise/backend/cpu/activate.hpp>
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/geometry.hpp>

#include <algorithm>

namespace guise::cpu {

struct Source {  // pictures, and what is done to them before they are read; outside there are zeros
  const float* x = nullptr;
  int n = 0, h = 0, w = 0, c = 0;
  int reflect = 0;
  FusedActivation activation{};
  const float* centres = nullptr;  // (n, 2, c): means, then inverse deviations; null: not normalized
  int first = 0, missing = 0;      // rows before and behind those in memory, of a band of one picture

  const float* row(int sample, int y) const {
    return x + (static_cast<long>(sample) * h + y - first) * w * c;
  }
  const float* end() const { return x + (static_cast<long>(n) * h - first - missing) * w * c; }
};

struct Taps {  // along one axis: grid pixel p meets source pixels p stride + first ... + count - 1
  int first = 0, count = 0;
};
struct Window {
  int rows = 0, cols = 0, stride = 1;  // of the grid
  Taps down, across;

  long depth(int channels) const { return static_cast<long>(down.count) * across.count * channels; }
};

inline long whole_vectors(long floats) { return (floats + lanes - 1) / lanes * lanes; }
inline int mirrored(int k, int n) { return k < 0 ? -k : k >= n ? 2 * n - 2 - k : k; }

// Statistics (n, c, 2) as means and inverse deviations apart.
inline void separate(const float* stats, int n, int c, float* centres) {
  for (int s = 0; s < n; ++s, stats += 2 * c, centres += 2 * c)
    for (int k = 0; k < c; ++k) {
      centres[k] = stats[2 * k];
      centres[c + k] = stats[2 * k + 1];
    }
}

// How many steps lead from x to `bound` or behind it.
inline int steps(int x, int step, int bound) {
  return x >= bound ? 0 : static_cast<int>(how_many(bound - x, step));
}

// Where packed vectors go: some chunks of some pixels, out[chunk][pixel][lanes].
struct Chunks {
  float* out;
  long first, count, pitch;  // chunks of a source pixel; from one to the next in `out`
};
inline void pack_zeros(const Chunks& to, long pixel, long count) {
  for (long k = 0; k < to.count; ++k) std::fill_n(to.out + k * to.pitch + pixel * lanes, count * lanes, 0.f);
}
// `count` source pixels, one every `step` floats.
inline void pack_pixels(const Source& s, const float* centres, const float* from, long step, const Chunks& to,
                        long pixel, long count) {
  for (long k = 0; k < to.count; ++k) {
    const long c = (to.first + k) * lanes;
    const float* at = from + c;
    float *out = to.out + k * to.pitch + pixel * lanes, *end = out + count * lanes;
    if (!centres && s.activation.nothing()) {
      for (; out != end; out += lanes, at += step) store(out, load(at));
      continue;
    }
    const Vector mean = centres ? load(centres + c) : Vector{},
                 inverse = centres ? load(centres + s.c + c) : fill(1);
    with_activation(
        s.activation, [&](auto active) __attribute__((always_inline)) {
          for (; out != end; out += lanes, at += step) store(out, active((load(at) - mean) * inverse));
        });
  }
}

// Channels in whole vectors, any prologue: a tap's source pixels in a row of the grid are evenly spaced.
inline void pack_vectors(const Source& s, const Window& g, int sample, long begin, int count, long from,
                         long to, float* out) {
  const long chunks = s.c / lanes;
  const float* centres = s.centres ? s.centres + 2l * sample * s.c : nullptr;
  const int height = s.h + 2 * s.reflect, width = s.w + 2 * s.reflect;
  for (long tap = from / chunks; tap * chunks < to; ++tap) {
    const long first = std::max(0l, from - tap * chunks), last = std::min(chunks, to - tap * chunks);
    const Chunks target{out + (tap * chunks + first - from) * count * lanes, first, last - first,
                        count * lanes};
    const int i = static_cast<int>(tap) / g.across.count, j = static_cast<int>(tap) % g.across.count;
    for (int k = 0, r = static_cast<int>(begin / g.cols), q = static_cast<int>(begin % g.cols); k < count;
         q = 0, ++r) {
      const int run = std::min(count - k, g.cols - q), y = r * g.stride + g.down.first + i;
      if (y < 0 || y >= height) {
        pack_zeros(target, k, run);
        k += run;
        continue;
      }
      const float* row = s.row(sample, mirrored(y - s.reflect, s.h));
      const int x =
          q * g.stride + g.across.first + j - s.reflect;  // of the first, from the picture's own border
      const int left = std::min(run, steps(x, g.stride, 0)),
                right = std::clamp(steps(x, g.stride, s.w), left, run);
      for (int p = 0; p < run; p += p == left && right > left ? right - left : 1) {
        const int at = x + p * g.stride;
        if (p == left && right > left)
          pack_pixels(s, centres, row + static_cast<long>(at) * s.c, static_cast<long>(g.stride) * s.c,
                      target, k + p, right - left);
        else if (at + s.reflect >= 0 && at + s.reflect < width)
          pack_pixels(s, centres, row + static_cast<long>(mirrored(at, s.w)) * s.c, 0, target, k + p, 1);
        else
          pack_zeros(target, k + p, 1);
      }
      k += run;
    }
  }
}

// Any number of channels: a window's rows are runs of memory. Nothing else is gathered.
inline void pack_runs(const Source& s, const Window& g, int sample, long begin, int count, long from, long to,
                      float* row, float* out) {
  const long run = static_cast<long>(g.across.count) * s.c;
  const float* end = s.end();
  const int first = static_cast<int>(from * lanes / run);  // of the runs that are wanted
  const int last = static_cast<int>(std::min<long>(g.down.count, how_many(to * lanes, run)));
  std::fill_n(row, whole_vectors(g.depth(s.c)) + lanes, 0.f);
  int r = static_cast<int>(begin / g.cols), q = static_cast<int>(begin % g.cols);
  for (int k = 0; k < count; ++k) {
    const int x = q * g.stride + g.across.first;
    const int left = std::clamp(-x, 0, g.across.count), right = std::clamp(s.w - x, left, g.across.count);
    float* to_run = row + first * run;
    for (int i = first; i < last; ++i, to_run += run) {
      const int y = r * g.stride + g.down.first + i;
      const float* from_run = s.row(sample, y) + static_cast<long>(x) * s.c;
      if (y < 0 || y >= s.h || right <= left) {
        std::fill_n(to_run, run, 0.f);
      } else if (right - left == g.across.count && i + 1 < last && end - from_run >= run + lanes) {
        for (long f = 0; f < run; f += lanes)
          store(to_run + f, load(from_run + f));  // the next run covers the rest
      } else {
        std::fill_n(to_run, left * s.c, 0.f);
        std::copy(from_run + left * s.c, from_run + right * s.c, to_run + left * s.c);
        std::fill(to_run + right * s.c, to_run + run, 0.f);
      }
    }
    for (long chunk = from; chunk < to; ++chunk)
      store(out + ((chunk - from) * count + k) * lanes, load(row + chunk * lanes));
    if (++q == g.cols) q = 0, ++r;
  }
}
inline bool in_whole_vectors(const Source& s) { return s.c % lanes == 0; }
inline long row_floats(const Window& g, int channels) { return whole_vectors(g.depth(channels)) + 2 * lanes; }

// Pixels [begin, begin + count) of the grid of one sample, chunks [from, to) of their windows:
// out [chunk][pixel][lanes]. `row` is scratch of row_floats.
inline void pack(const Source& s, const Window& g, int sample, long begin, int count, long from, long to,
                 float* row, float* out) {
  if (from == to) return;  // a phase that no tap meets
  in_whole_vectors(s) ? pack_vectors(s, g, sample, begin, count, from, to, out)
                      : pack_runs(s, g, sample, begin, count, from, to, row, out);
}

}  // namespace guise::cpu
