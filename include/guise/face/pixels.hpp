// The pixels of a picture: the bytes of one, and all that a box covers. Boxes may reach beyond the border.
#pragma once
#include <guise/core/index.hpp>
#include <guise/face/face.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace guise {

template <class P> auto* pixel(P& picture, int x, int y) {  // its red; green and blue follow
  return picture.rgb.data() + 3 * (Index{y} * picture.width + x);
}

// Calls f(x, y) for every pixel of the picture that the box touches, row by row.
template <class F> void each_pixel_in(const Picture& picture, const Box& box, F f) {
  picture.check();
  if (!std::isfinite(box.left + box.top + box.right + box.bottom))
    throw Error("a box without numbers: expected four");
  const auto clipped = [](double v, int n) {
    return static_cast<int>(std::clamp(std::floor(v), 0., double(n)));
  };
  const int bottom = clipped(box.bottom + 1, picture.height), right = clipped(box.right + 1, picture.width);
  for (int y = clipped(box.top, picture.height); y < bottom; ++y)
    for (int x = clipped(box.left, picture.width); x < right; ++x) f(x, y);
}

// The box around the images of a box's corners under `map`.
template <class Map> Box box_around(const Box& box, Map map) {
  Box around{1e300, 1e300, -1e300, -1e300};
  for (const double x : {box.left, box.right})
    for (const double y : {box.top, box.bottom}) {
      const Point p = map(Point{x, y});
      around = {std::min(around.left, p.x), std::min(around.top, p.y), std::max(around.right, p.x),
                std::max(around.bottom, p.y)};
    }
  return around;
}

}  // namespace guise
