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
  Vector rows[lanes] = {};
  for (int column = 0; column < count; column += lanes) {
    const int some_columns = std::min(lanes, count - column);
    for (int channel = 0; channel < window_channels; channel += flipped ? 1 : window_channels)
      for (long k = 0, c = channel, tap = 0; k < whole_run; k += lanes) {
        const int some = static_cast<int>(std::min<long>(lanes, whole_run - k));
        for (int i = 0; i < some; ++i) {
          rows[i] = load(sums + ((flipped ? taps - 1 - tap : tap) * window_channels + c) * width + column);
          if (++tap == taps) tap = 0, ++c;
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

// The columns [first, last) of some pixels as right factors: [panel][vector][pixel][lanes].
inline void pack_columns(const Source& s, const Window& pixels, int sample, long begin, int count, long first,
                         long last, float* out) {
  if (in_whole_vectors(s)) {
    const long there = std::min<long>(last, s.c);
    pack_vectors(s, pixels, sample, begin, count, first / lanes, there / lanes, out);
    std::fill_n(out + (there - first) * count, (last - there) * count, 0.f);
    return;
  }
  const float* at = s.x + (static_cast<long>(sample) * s.h * s.w + begin) * s.c;
  for (long c = first; c < last; c += lanes)
    for (int k = 0; k < count; ++k)
      store(out + (c - first) * count + k * lanes,
            load(at + k * s.c + c, static_cast<int>(std::clamp<long>(s.c - c, 0, lanes))));
}

inline void matrix_weight_gradient(Context& context, const Source& x, const ConvGeometry& g, const Source& dy,
                                   float* dw) {
  constexpr int pixels = 128, together = 4;  // of a block; chunks of channels that are packed at once
  const bool flipped = g.stride == 1 && g.out_c < lanes && g.c > g.out_c;
  const int taps = g.kernel * g.kernel, past = g.kernel - 1;
  const Source &windows = flipped ? dy : x, &columns = flipped ? x : dy;
  const Window window =
      flipped ? Window{g.h, g.w, 1, {g.pad_top - past, g.kernel}, {g.pad_left - past, g.kernel}}
              : Window{g.out_h, g.out_w, g.stride, {-g.pad_top, g.kernel}, {-g.pad_left, g.kernel}};
  const Window single{window.rows, window.cols, 1, {0, 1}, {0, 1}};

  // A task is some chunks of rows and some panels of columns. Where channels come in whole vectors, a chunk
  // is all taps of some channels, else any vector of the windows.
  const bool split = in_whole_vectors(windows) && windows.c > lanes;
  const long depth = split ? static_cast<long>(taps) * lanes : lanes;  // rows of a chunk
  const long chunks = split ? windows.c / lanes : how_many(window.depth(windows.c), lanes);
  const long panels = how_many(columns.c, panel), wanted = (split ? 2l : 1l) * context.threads();
  const long row_parts = std::min(chunks, wanted),
             column_parts = std::min(panels, how_many(wanted, row_parts * 2));
  const long right_floats = pixels * how_many(panels, column_parts) * panel;
  const long left_floats = pixels * lanes * (split ? together : how_many(chunks, row_parts));
  const long own = right_floats + left_floats + whole_lines(row_floats(window, windows.c));
  float* scratch = context.scratch.at_least(own * context.threads());
  float* all_sums = context.partial.at_least(chunks * depth * panels * panel);
  const auto column_of = [&](long part) { return begin_of(part, column_parts, panels) * panel; };
  const auto add = [&](long from, long to, long column_part, const float* sums) {
    const long first = column_of(column_part), last = std::min<long>(column_of(column_part + 1), columns.c);
    add_to_weights(g, flipped, static_cast<int>(from), static_cast<int>(to), static_cast<int>(first),
                   static_cast<int>(last - first), sums, dw);
  };

  context.pool.run(row_parts * column_parts, [&](long task, int thread) {
    const long row_part = task % row_parts, column_part = task / row_parts;
    const long from = begin_of(row_part, row_parts, chunks), to = begin_of(row_part + 1, row_parts, chunks);
    const long first = column_of(column_part), last = column_of(column_part + 1), width = last - first;
    float* sums = all_sums + (chunks * first + from * width) * depth;
    float *right = scratch + own * thread, *left = right + right_floats, *row = left + left_floats;
    const long area = static_cast<long>(window.rows) * window.cols;
    std::fill_n(sums, (to - from) * depth * width, 0.f);
    const auto multiply = [&](long some, float* rows, int count) {  // the chunks in `left`
      for (long chunk = 0; chunk < some; ++chunk)
        for (long c = 0; c < width; c += panel)
          for (int i = 0; i < lanes; i += outer_rows)
            outer_product(left + chunk * count * lanes + i, right + c * count, right + (c + lanes) * count,
                          rows + (chunk * lanes + i) * width + c, width, count, true,
                          right + (c + panel) % width * count + (i == 0 ? 0 : lanes * count));
    };
    for (int sample = 0; sample < g.n; ++sample)
      for (long begin = 0; begin < area; begin += pixels) {
        const int count = static_cast<int>(std::min<long>(pixels, area - begin));
        pack_columns(columns, single, sample, begin, count, first, last, right);
        if (!split) {
          pack(windows, window, sample, begin, count, from, to, row, left);
          multiply(to - from, sums, count);
          continue;
        }
        for (int tap = 0; tap < taps; ++tap)
          for (long k = from; k < to; k += together) {
            const long some = std::min<long>(together, to - k);
            pack(windows, window, sample, begin, count, tap * chunks + k, tap * chunks + k + some, row, left);
            multiply(some, sums + (tap * (to - from) + k - from) * lanes * width, count);
          }
      }
    if (split) add(from * lanes, to * lanes, column_part, sums);
  });
  if (!split)
    context.pool.run(column_parts, [&](long part, int) {
      add(0, windows.c, part, all_sums + chunks * column_of(part) * depth);
    });
}

}  // namespace guise::cpu
