// Convolutions of few channels to fewer outputs, the last of a narrow generator: vectors run along the pixels of a row,
// whose channels are laid apart in planes before. A task is some rows of outputs and gathers the rows that they see,
// normalized, activated, reflected and with the zeros around, into its own cache. Every output is a sum of its own, in
// the order (channel, down, across), and so the rows of a task do not matter to it.
#pragma once
#include <guise/backend/band.hpp>
#include <guise/backend/cpu/matrix_convolution.hpp>

namespace guise::cpu {

inline constexpr int most_planar_outputs = 4, most_planar_channels = 32;
inline bool is_planar(const ConvGeometry& g, bool transposed) {
  return !transposed && g.stride == 1 && g.kernel > 1 && g.out_c <= most_planar_outputs &&
         g.c <= most_planar_channels && g.out_w >= 2 * lanes;
}

struct PlanarFloats {
  long wide, pitch, row;  // floats of a plane's row of outputs, and of what they see; of all planes of a row
  long together;          // rows of outputs of a task
  long weights, made,
      of_thread;  // of the workspaces: weights; outputs that a thread makes, and all that it needs
  explicit PlanarFloats(const ConvGeometry& g)
      : wide(whole_vectors(g.out_w)),
        pitch(wide + whole_vectors(g.kernel)),
        row(whole_vectors(g.c) * pitch),
        together(std::clamp<long>((1 << 17) / row - g.kernel, 1, 16)),
        weights(whole_lines(long(g.c) * g.kernel * g.kernel * g.out_c)),
        made(wide * g.out_c),
        of_thread(whole_lines((together + g.kernel - 1) * row + made)) {}
};

// The row y of what is read, out[channel][pixel], from a window's first column on.
inline void gather_planes(const Source& s, const ConvGeometry& g, int sample, int y, long pitch, float* out) {
  if (y < 0 || y >= g.h) return void(std::fill_n(out, whole_vectors(g.c) * pitch, 0.f));
  const float* row = s.row(sample, mirrored(y - s.reflect, s.h));
  for (int k = 0; k < s.c; k += lanes) {
    const int some = std::min(lanes, s.c - k);
    const float* centre = s.centres ? s.centres + 2l * sample * s.c + k : nullptr;
    const Vector mean = centre ? load(centre, some) : Vector{},
                 inverse = centre ? load(centre + s.c, some) : fill(1);
    for (long q = 0; q < pitch; q += lanes) {
      Vector pixels[lanes];
      for (int i = 0; i < lanes; ++i) {
        const int x = static_cast<int>(q) + i - g.pad_left;
        if (x < 0 || x >= g.w) {
          pixels[i] = Vector{};
          continue;
        }
        const float* from = row + static_cast<long>(mirrored(x - s.reflect, s.w)) * s.c + k;
        pixels[i] =
            activate(s.activation, ((some == lanes ? load(from) : load(from, some)) - mean) * inverse);
      }
      transpose(pixels);
      for (int i = 0; i < lanes; ++i) store(out + (k + i) * pitch + q, pixels[i]);
    }
  }
}

// `vectors` neighbouring vectors of pixels of one row, made[output][wide]; weights [channel][down][across][output].
template <int outputs, int vectors>
void planar_product(const ConvGeometry& g, const PlanarFloats& f, const float* planes, const float* w,
                    const Target& t, float* made) {
  Vector sums[outputs][vectors] = {};
  for (int c = 0; c < g.c; ++c)
    for (int i = 0; i < g.kernel; ++i) {
      const float* x = planes + i * f.row + c * f.pitch;
#pragma GCC unroll 1
      for (int j = 0; j < g.kernel; ++j, ++x, w += outputs) {
        Vector weights[outputs];
#pragma GCC unroll 4
        for (int o = 0; o < outputs; ++o) weights[o] = fill(w[o]);
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) {
          const Vector pixels = load(x + v * lanes);
#pragma GCC unroll 4
          for (int o = 0; o < outputs; ++o) sums[o][v] += pixels * weights[o];
        }
      }
    }
  for (int o = 0; o < outputs; ++o)
    for (int v = 0; v < vectors; ++v)
      store(made + o * f.wide + v * lanes,
            activate(t.activation, t.bias ? sums[o][v] + fill(t.bias[o]) : sums[o][v]));
}
template <int outputs>
void planar_row(const ConvGeometry& g, const PlanarFloats& f, const float* planes, const float* w,
                const Target& t, float* made, float* y) {
  constexpr int most = 2 * block / outputs >= 8 ? 8 : 2 * block / outputs >= 4 ? 4 : 2;
  long q = 0;
  for (; q + most * lanes <= f.wide; q += most * lanes)
    planar_product<outputs, most>(g, f, planes + q, w, t, made + q);
  for (; q < f.wide; q += lanes) planar_product<outputs, 1>(g, f, planes + q, w, t, made + q);
  for (long p = 0; p < g.out_w; ++p)
    for (int o = 0; o < outputs; ++o) y[p * outputs + o] = made[o * f.wide + p];
}

// The rows of y in `wanted`, of every sample.
inline void planar_convolution(Context& context, const Source& s, const ConvGeometry& g, const float* w,
                               const Target& t, Rows wanted) {
  const PlanarFloats f(g);
  const long taps = long(g.kernel) * g.kernel;
  float* weights = context.weights.at_least(f.weights);
  for (long o = 0; o < g.out_c; ++o)
    for (long k = 0; k < g.c * taps; ++k) weights[k * g.out_c + o] = w[o * g.c * taps + k];
  float* scratch = context.scratch.at_least(f.of_thread * context.threads());
  const auto row_of = g.out_c == 1   ? planar_row<1>
                      : g.out_c == 2 ? planar_row<2>
                      : g.out_c == 3 ? planar_row<3>
                                     : planar_row<4>;
  const long parts = how_many(wanted.count(), f.together);
  context.pool.run(s.n * parts, [&](long task, int thread) {
    const int sample = static_cast<int>(task / parts);
    const int from = wanted.from + static_cast<int>(begin_of(task % parts, parts, wanted.count())),
              to = wanted.from + static_cast<int>(begin_of(task % parts + 1, parts, wanted.count()));
    float *planes = scratch + thread * f.of_thread, *made = planes + (f.together + g.kernel - 1) * f.row;
    for (int y = from; y < to + g.kernel - 1; ++y)
      gather_planes(s, g, sample, y - g.pad_top, f.pitch, planes + (y - from) * f.row);
    for (int r = from; r < to; ++r)
      row_of(g, f, planes + (r - from) * f.row, weights, t, made,
             t.y + (static_cast<long>(sample) * t.h + r - t.first) * t.w * t.c);
  });
}

}  // namespace guise::cpu
