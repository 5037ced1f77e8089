// The weight gradient as a product that sums over pixels: windows (pixels, taps and channels) transposed,
// times gradients (pixels, channels). Threads share its elements, never its sums. Where the outputs are few
// their windows are taken instead: every input pixel meets the output pixels that it went to.
#pragma once
#include <guise/backend/cpu/micro_kernel.hpp>
#include <guise/backend/cpu/weights.hpp>

namespace guise::cpu {

// dw += the block of sums of channels [from, to) of the windows, with `count` columns that begin at `first`:
// sums [tap][channel - from][columns]. `flipped`: columns are input channels and windows are of outputs.
inline void add_to_weights(const ConvGeometry& g, bool flipped, int from, int to, int first, int count,
                           const float* sums, float* dw) {
  const int taps = g.kernel * g.kernel, window_channels = to - from;
  const long width = how_many(count, panel) * panel;
  const long whole_run = flipped ? taps : static_cast<long>(window_channels) * taps;
  Vector rows[lanes];
  for (int column = 0; column < count; column += lanes) {
    const int some_columns = std::min(lanes, count - column);
    for (int channel = 0; channel < window_channels; channel += flipped ? 1 : window_channels)
      for (long k = 0; k < whole_run; k += lanes) {
        const int some = static_cast<int>(std::min<long>(lanes, whole_run - k));
        for (int i = 0; i < lanes; ++i) {
          const long c = channel + (k + i) / taps, tap = (k + i) % taps;
          rows[i] =
              i < some
                  ? load(sums + ((flipped ? taps - 1 - tap : tap) * window_channels + c) * width + column)
                  : Vector{};
        }
        transpose(rows);
        for (int i = 0; i < some_columns; ++i) {
          const long out = flipped ? from + channel : first + column + i,
                     in = flipped ? first + column + i : from + channel;
          float* to_run = dw + (out * g.c + in) * taps + k;
          if (some == lanes)
            store(to_run, load(to_run) + rows[i]);
          else
            store(to_run, load(to_run, some) + rows[i], some);
        }
      }
  }
}

inline void weight_gradient(Context& context, const Source& x, const ConvGeometry& g, const float* dy,
                            float* dw) {
  constexpr int pixels = 128,
                together = 4;  // pixels of a block and chunks of channels that stay in the caches
  const bool flipped = g.stride == 1 && g.out_c < lanes && g.c > g.out_c && x.reflect == 0 && !x.centres &&
                       x.activation == Activation::none;
  const int taps = g.kernel * g.kernel;
  const Source source = flipped ? Source{dy, g.n, g.out_h, g.out_w, g.out_c} : x;
  const Source columns = flipped ? x : Source{dy, g.n, g.out_h, g.out_w, g.out_c};
  const Window window =
      flipped
          ? Window{g.h, g.w, 1, {g.pad_top - g.kernel + 1, g.kernel}, {g.pad_left - g.kernel + 1, g.kernel}}
          : Window{g.out_h, g.out_w, g.stride, {-g.pad_top, g.kernel}, {-g.pad_left, g.kernel}};
  // A task is some channels of the windows, if they come in whole vectors, and some columns.
  const long groups = in_whole_vectors(source) ? source.c / lanes : 1;
  const long panels = how_many(columns.c, panel);
  const long wanted = 4l * context.threads();
  const long row_parts = std::min(groups, wanted),
             column_parts = std::min(panels, how_many(wanted, row_parts * 2));
  const long most_groups = how_many(groups, row_parts), most_panels = how_many(panels, column_parts);
  const long group = groups == 1 ? whole_vectors(window.depth(source.c)) : static_cast<long>(taps) * lanes;
  const long sums_floats = whole_lines(most_groups * group * most_panels * panel);
  const long left_floats = pixels * std::max<long>(together * lanes, groups == 1 ? group : 0);
  const long own = sums_floats + whole_lines(pixels * most_panels * panel) + left_floats +
                   whole_lines(row_floats(window, source.c));
  float* scratch = context.scratch.at_least(own * context.threads());

  context.pool.run(row_parts * column_parts, [&](long task, int thread) {
    const long g0 = begin_of(task % row_parts, row_parts, groups),
               g1 = begin_of(task % row_parts + 1, row_parts, groups);
    const long p0 = begin_of(task / row_parts, column_parts, panels),
               p1 = begin_of(task / row_parts + 1, column_parts, panels);
    float* sums = scratch + own * thread;
    float* right = sums + sums_floats;
    float* left = right + whole_lines(pixels * most_panels * panel);
    float* row = left + left_floats;
    const long width = (p1 - p0) * panel, area = static_cast<long>(window.rows) * window.cols;
    std::fill_n(sums, (g1 - g0) * group * width, 0.f);
    const auto multiply = [&](const float* a, float* to, int count) {
      for (long p = 0; p < p1 - p0; ++p)
        for (int i = 0; i < lanes; i += outer_rows)
          outer_product(a + i, right + p * panel * count, right + (p * panel + lanes) * count,
                        to + i * width + p * panel, width, count);
    };
    for (int sample = 0; sample < g.n; ++sample)
      for (long begin = 0; begin < area; begin += pixels) {
        const int count = static_cast<int>(std::min<long>(pixels, area - begin));
        for (int k = 0; k < count; ++k) {
          const float* at = columns.x + ((sample * area) + begin + k) * columns.c;
          for (long c = p0 * panel; c < p1 * panel; c += lanes)
            store(right + ((c - p0 * panel) * count + k * lanes),
                  c + lanes <= columns.c ? load(at + c)
                  : c < columns.c        ? load(at + c, static_cast<int>(columns.c - c))
                                         : Vector{});
        }
        if (groups == 1) {
          pack(source, window, sample, begin, count, 0, group / lanes, row, left);
          for (long chunk = 0; chunk < group / lanes; ++chunk)
            multiply(left + chunk * count * lanes, sums + chunk * lanes * width, count);
        } else {
          for (int tap = 0; tap < taps; ++tap)
            for (long k = g0; k < g1; k += together) {
              const long some = std::min<long>(together, g1 - k);
              pack(source, window, sample, begin, count, tap * groups + k, tap * groups + k + some, row,
                   left);
              for (long chunk = 0; chunk < some; ++chunk)
                multiply(left + chunk * count * lanes,
                         sums + (tap * (g1 - g0) + k + chunk - g0) * lanes * width, count);
            }
        }
      }
    const int from = static_cast<int>(g0 * lanes), to = groups == 1 ? source.c : static_cast<int>(g1 * lanes);
    const int first = static_cast<int>(p0 * panel),
              last = static_cast<int>(std::min<long>(p1 * panel, columns.c));
    add_to_weights(g, flipped, from, to, first, last - first, sums, dw);
  });
}

}  // namespace guise::cpu
