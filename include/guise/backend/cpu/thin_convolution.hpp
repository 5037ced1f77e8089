// Convolutions with a few output channels only, where vectors along them would be mostly empty. Every source
// pixel is multiplied with the weights of all taps at once, (source pixels, channels) x (channels, taps times
// outputs), and what belongs to one output pixel is summed after: along the rows at once, along the columns
// in a second pass. Columns are in the order (across, down, output), so that a sum along a row adds runs.
#pragma once
#include <guise/backend/band.hpp>
#include <guise/backend/cpu/matrix_convolution.hpp>

namespace guise::cpu {

// Of y's pixels along one axis: which source pixel meets them through a tap, -1: none.
struct Meeting {
  int stride, pad, source;
  bool transposed;
  int operator()(int to, int tap) const {
    int from = to * stride - pad + tap;
    if (transposed) {
      from = to + pad - tap;
      if (from % stride != 0) return -1;
      from /= stride;
    }
    return from >= 0 && from < source ? from : -1;
  }
};

inline bool is_thin(const ConvGeometry& g, bool transposed) {
  const int outputs = transposed ? g.c : g.out_c, depth = transposed ? g.out_c : g.c;
  return outputs * 4 <= panel && depth >= lanes && g.kernel > 1 && (transposed || g.stride == 1);
}

inline void thin_weights(const ConvGeometry& g, bool transposed, const float* w, long depth, float* out) {
  const int outputs = transposed ? g.c : g.out_c, inputs = transposed ? g.out_c : g.c, kernel = g.kernel;
  const long columns = static_cast<long>(kernel) * kernel * outputs;
  std::fill_n(out, how_many(columns, panel) * panel * depth, 0.f);
  long column = 0;
  for (int j = 0; j < kernel; ++j)
    for (int i = 0; i < kernel; ++i)
      for (int o = 0; o < outputs; ++o, ++column) {
        float* to = out + column / panel * panel * depth + column % panel;
        for (int c = 0; c < inputs; ++c) {
          const long pair = transposed ? static_cast<long>(c) * g.c + o : static_cast<long>(o) * g.c + c;
          to[static_cast<long>(c) * panel] = w[(pair * kernel + i) * kernel + j];
        }
      }
}

struct
    ThinFloats {  // that the two workspaces hold: weights and the map of meetings; sums along rows, and what
  long weights, map, rows, of_thread;  // every thread needs besides
  ThinFloats(const ConvGeometry& g, bool transposed, int width, int c, long source_rows) {
    const int to_w = transposed ? g.w : g.out_w, to_c = transposed ? g.c : g.out_c, kernel = g.kernel;
    const long depth = whole_vectors(c), down = static_cast<long>(kernel) * to_c;
    const long columns = how_many(down * kernel, panel) * panel;
    weights = columns * depth, map = whole_lines(static_cast<long>(to_w) * kernel);
    rows = whole_lines(source_rows * to_w * down + lanes);
    of_thread = whole_lines(width * columns + lanes + block * depth +
                            row_floats(Window{1, width, 1, {0, 1}, {0, 1}}, c) + down + lanes);
  }
};

// The rows of y in [wanted), of every sample, from the source's rows in [met).
inline void thin_convolution(Context& context, const Source& s, const ConvGeometry& g, bool transposed,
                             const float* w, const Target& t, Rows wanted, Rows met) {
  const int width = s.w + 2 * s.reflect, height = s.h + 2 * s.reflect, kernel = g.kernel;
  const long depth = whole_vectors(s.c), down = static_cast<long>(kernel) * t.c;
  const long panels = how_many(down * kernel, panel), columns = panels * panel;
  const Window pixels{height, width, 1, {0, 1}, {0, 1}};
  const Meeting across{g.stride, g.pad_left, width, transposed},
      along{g.stride, g.pad_top, height, transposed};
  const ThinFloats floats(g, transposed, width, s.c, static_cast<long>(s.n) * met.count());

  float* weights = context.weights.at_least(floats.weights + floats.map);
  thin_weights(g, transposed, w, depth, weights);
  int* from = reinterpret_cast<int*>(weights + floats.weights);
  for (int q = 0; q < t.w; ++q)
    for (int j = 0; j < kernel; ++j) from[q * kernel + j] = across(q, j);
  const long run = static_cast<long>(t.w) * down;
  float* along_rows = context.scratch.at_least(floats.rows + floats.of_thread * context.threads());

  context.pool.run(static_cast<long>(s.n) * met.count(), [&](long task, int thread) {
    const int sample = static_cast<int>(task / met.count()),
              r = met.from + static_cast<int>(task % met.count());
    float* product = along_rows + floats.rows + floats.of_thread * thread;
    float *packed = product + width * columns + lanes, *row = packed + block * depth;
    const long parts = how_many(width, block);
    for (long part = 0; part < parts; ++part) {
      const long begin = begin_of(part, parts, width), count = begin_of(part + 1, parts, width) - begin;
      pack(s, pixels, sample, r * static_cast<long>(width) + begin, static_cast<int>(count), 0, depth / lanes,
           row, packed);
      for (long p = 0; p < panels; ++p)
        products[static_cast<std::size_t>(count)](packed, count * lanes, weights + p * panel * depth,
                                                  product + begin * columns + p * panel, columns, lanes,
                                                  depth / lanes, packed, lanes * lanes);
    }
    float* to = along_rows + task * run;
    for (int q = 0; q < t.w; ++q, to += down)
      sweep(
          0, down, [&](long k, auto some) __attribute__((always_inline)) {
            Vector total{};
            for (int j = 0; j < kernel; ++j)
              if (const int pixel = from[q * kernel + j]; pixel >= 0)
                total += load(product + pixel * columns + j * down + k);
            store(to + k, total, some);
          });
  });
  context.pool.run(static_cast<long>(s.n) * wanted.count(), [&](long task, int) {
    const long sample = task / wanted.count(), r = wanted.from + task % wanted.count();
    float* y = t.y + (sample * t.h + r - t.first) * t.w * t.c;
    std::fill_n(y, static_cast<long>(t.w) * t.c, 0.f);
    for (int i = 0; i < kernel; ++i) {
      const int source = along(static_cast<int>(r), i);
      if (source < 0) continue;
      const float* sums =
          along_rows + (sample * met.count() + source - met.from) * run + static_cast<long>(i) * t.c;
      for (int q = 0; q < t.w; ++q)
        for (int o = 0; o < t.c; ++o) y[q * t.c + o] += sums[q * down + o];
    }
    if (t.bias)
      for (int q = 0; q < t.w; ++q)
        for (int o = 0; o < t.c; ++o) y[q * t.c + o] += t.bias[o];
    sweep(
        0, static_cast<long>(t.w) * t.c, [&](long k, auto some) __attribute__((always_inline)) {
          store(y + k, activate(t.activation, load(y + k, some)), some);
        });
  });
}

}  // namespace guise::cpu
