// Bands: some rows of one picture at a time, with the bits of the whole picture. An operation on a band is told the
// geometry of the whole, so that it decides as the whole would, and memory that holds the rows that it reads and
// writes and no others. Sums over all pixels are taken in blocks, whose moments are kept and added in the whole's
// order at the end.
//
// What a backend that is `Banded` (backend/concept.hpp) says of a convolution; n is 1 everywhere.
#pragma once
#include <guise/backend/geometry.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace guise {

struct Rows {  // [from, to)
  int from = 0, to = 0;
  constexpr int count() const { return to - from; }
  friend constexpr bool operator==(const Rows&, const Rows&) = default;
};
struct BlockRange {  // of blocks of moments
  long first = 0, count = 0;
};

struct ConvBands {  // the pieces, from the top to the bottom, that the backend cuts a convolution into
  int count = 0;    // 0: it cannot
  long blocks = 0;  // of its moments; 0: they are taken from y, by an operation of their own
};
struct ConvBand {                          // some neighbouring pieces
  Rows read, written;                      // of the input, its reflected border with it, and of y
  std::vector<BlockRange> blocks;          // whose moments it leaves, one range after the other
  std::size_t shared = 0, of_threads = 0;  // bytes of the workspaces that the backend keeps for it
};

// Rows of a picture of height h, all those among them that show in these rows of it with a mirrored border.
constexpr Rows behind_border(int reflect, int h, Rows rows) {
  const int first = rows.from - reflect, last = rows.to - 1 - reflect;
  Rows seen{std::clamp(first, 0, h - 1), std::clamp(last, 0, h - 1) + 1};
  if (first < 0) seen.to = std::max(seen.to, 1 - first);
  if (last >= h) seen.from = std::min(seen.from, 2 * h - 2 - last);
  return seen;
}

// The input rows of a convolution that these rows of its output meet; `transposed`: of one that runs backwards.
constexpr Rows rows_met(const ConvGeometry& g, bool transposed, Rows y) {
  const int s = g.stride, pad = g.pad_top, past = g.kernel - 1;
  if (!transposed)
    return {std::clamp(y.from * s - pad, 0, g.h), std::clamp((y.to - 1) * s - pad + past + 1, 0, g.h)};
  const int before = y.from + pad - past;  // rounded up
  return {std::clamp(before > 0 ? (before + s - 1) / s : 0, 0, g.out_h),
          std::clamp((y.to - 1 + pad) / s + 1, 0, g.out_h)};
}

}  // namespace guise
