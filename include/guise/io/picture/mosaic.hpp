// A mosaic is many pictures of one size as one picture: rows from the top, `columns` pictures to a row, `gap`
// white pixels between them. The last row may have fewer. Throws Error where there is no picture, the sizes
// differ or a number is out of range.
#pragma once
#include <guise/core/error.hpp>
#include <guise/core/index.hpp>
#include <guise/io/picture/picture.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace guise {

inline Picture mosaic(const std::vector<Picture>& pictures, int columns, int gap = 2) {
  if (pictures.empty()) throw Error("mosaic of no pictures: expected at least one");
  if (columns < 1 || gap < 0)
    throw Error("mosaic of " + std::to_string(columns) + " columns with a gap of " + std::to_string(gap) +
                ": expected at least one column, and a gap of 0 or more");
  const int width = pictures[0].width, height = pictures[0].height;
  const int count = narrow<int>(pictures.size(), "mosaic: pictures");
  const int across = std::min(columns, count), down = (count - 1) / columns + 1;
  pictures[0].check();
  const auto side = [&](int parts, int part) {
    return narrow<int>(Index{parts} * (Index{part} + gap) - gap, "mosaic: pixels in a side");
  };
  Picture whole = blank(side(across, width), side(down, height));
  for (int k = 0; k < count; ++k) {
    const Picture& part = pictures[k];
    part.check();
    if (part.width != width || part.height != height)
      throw Error("mosaic: picture " + std::to_string(k) + " is " + std::to_string(part.width) + "x" +
                  std::to_string(part.height) + ": expected " + std::to_string(width) + "x" +
                  std::to_string(height) + " as the first");
    const int left = k % columns * (width + gap), top = k / columns * (height + gap);
    for (int y = 0; y < height; ++y)
      std::copy_n(part.rgb.begin() + Index{3} * y * width, 3 * width,
                  whole.rgb.begin() + 3 * (Index{top + y} * whole.width + left));
  }
  return whole;
}

}  // namespace guise
