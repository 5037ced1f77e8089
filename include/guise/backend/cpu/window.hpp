// What a convolution reads: for every pixel of a grid a window of source pixels. A convolution, its input
// gradient (one grid for every output phase) and the rows of its weight gradient are all such windows.
//
// `pack` writes the windows of a run of grid pixels as the left factor of a micro-kernel, and on the way does
// what a gather says: normalize, activate, reflect. Columns are in the order (down, across, channel).
#pragma once
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/cpu/vector.hpp>
#include <guise/backend/geometry.hpp>

#include <algorithm>

namespace guise::cpu {

struct Source {  // pictures, and what is done to them before they are read; outside there are zeros
  const float* x = nullptr;
  int n = 0, h = 0, w = 0, c = 0;
  int reflect = 0;
  Activation activation = Activation::none;
  const float* centres = nullptr;  // (n, 2, c): means, then inverse deviations; null: not normalized
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

// Channels in whole vectors: pixel by pixel, any gather.
inline void pack_vectors(const Source& s, const Window& g, int sample, long begin, int count, long from,
                         long to, float* out) {
  constexpr int most = 64;
  const float* at[most];
  const long pitch = static_cast<long>(s.w) * s.c, chunks = s.c / lanes;
  const float* picture = s.x + sample * s.h * pitch;
  const float* mean = s.centres ? s.centres + 2l * sample * s.c : nullptr;
  const int height = s.h + 2 * s.reflect, width = s.w + 2 * s.reflect;
  for (int start = 0; start < count; start += most) {
    const int some = std::min(most, count - start);
    long chunk = 0;
    for (int i = 0; i < g.down.count; ++i)
      for (int j = 0; j < g.across.count; ++j, chunk += chunks) {
        if (chunk + chunks <= from || chunk >= to) continue;
        int r = static_cast<int>((begin + start) / g.cols), q = static_cast<int>((begin + start) % g.cols);
        for (int k = 0; k < some; ++k) {
          const int y = r * g.stride + g.down.first + i, x = q * g.stride + g.across.first + j;
          const bool inside = y >= 0 && y < height && x >= 0 && x < width;
          at[k] = !inside ? nullptr
                          : picture + mirrored(y - s.reflect, s.h) * pitch +
                                static_cast<long>(mirrored(x - s.reflect, s.w)) * s.c;
          if (++q == g.cols) q = 0, ++r;
        }
        for (long part = std::max(0l, from - chunk); part < std::min(chunks, to - chunk); ++part) {
          float* to_rows = out + ((chunk + part - from) * count + start) * lanes;
          const long c = part * lanes;
          if (!mean && s.activation == Activation::none) {
            for (int k = 0; k < some; ++k) store(to_rows + k * lanes, at[k] ? load(at[k] + c) : Vector{});
            continue;
          }
          const Vector centre = mean ? load(mean + c) : Vector{},
                       inverse = mean ? load(mean + s.c + c) : fill(1);
          for (int k = 0; k < some; ++k)
            store(to_rows + k * lanes,
                  at[k] ? activate(s.activation, (load(at[k] + c) - centre) * inverse) : Vector{});
        }
      }
  }
}

// Any number of channels: a window's rows are runs of memory. Nothing else is gathered.
inline void pack_runs(const Source& s, const Window& g, int sample, long begin, int count, long from, long to,
                      float* row, float* out) {
  const long pitch = static_cast<long>(s.w) * s.c, run = static_cast<long>(g.across.count) * s.c;
  const float *picture = s.x + sample * s.h * pitch, *end = s.x + s.n * s.h * pitch;
  std::fill_n(row, whole_vectors(g.depth(s.c)) + lanes, 0.f);
  int r = static_cast<int>(begin / g.cols), q = static_cast<int>(begin % g.cols);
  for (int k = 0; k < count; ++k) {
    const int x = q * g.stride + g.across.first;
    const int left = std::clamp(-x, 0, g.across.count), right = std::clamp(s.w - x, left, g.across.count);
    float* to_run = row;
    for (int i = 0; i < g.down.count; ++i, to_run += run) {
      const int y = r * g.stride + g.down.first + i;
      const float* from_run = picture + y * pitch + static_cast<long>(x) * s.c;
      if (y < 0 || y >= s.h || right <= left) {
        std::fill_n(to_run, run, 0.f);
      } else if (right - left == g.across.count && i + 1 < g.down.count && end - from_run >= run + lanes) {
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
  in_whole_vectors(s) ? pack_vectors(s, g, sample, begin, count, from, to, out)
                      : pack_runs(s, g, sample, begin, count, from, to, row, out);
}

}  // namespace guise::cpu
