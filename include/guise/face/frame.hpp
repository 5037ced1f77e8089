// The square that a generator sees of a face: its box widened by a margin, turned upright by the eyes, and
// how pictures go there. `margin` is added on every side, as a part of the box's longer side; 0.5 frames a
// face as the lowest square of an aligned CelebA picture does. What lies beyond the picture's border is its
// reflection. A crop is resampled once: bilinear, averaged over all that lies under one of its pixels.
// Throws Error for a side below 1 or a face without area.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/face/face.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace guise {

struct Frame {
  Point centre;
  double side = 0;   // pixels of the picture
  double angle = 0;  // radians, from the picture's x axis to the frame's, y pointing down

  // Between pixels of a crop of n x n and those of the picture.
  Point out(Point p, int n) const {
    const double x = (p.x / n - 0.5) * side, y = (p.y / n - 0.5) * side, c = std::cos(angle),
                 s = std::sin(angle);
    return {centre.x + c * x - s * y, centre.y + s * x + c * y};
  }
  Point in(Point p, int n) const {
    const double x = p.x - centre.x, y = p.y - centre.y, c = std::cos(angle), s = std::sin(angle);
    return {((c * x + s * y) / side + 0.5) * n, ((c * y - s * x) / side + 0.5) * n};
  }
};

inline Frame frame_of(const Face& face, double margin = 0.5) {
  const double side = std::max(face.box.width(), face.box.height()) * (1 + 2 * margin);
  if (!(side >= 1) || !std::isfinite(side))
    throw Error("face with a frame of " + std::to_string(side) + " pixels: expected at least one");
  const Point eyes = face.points[left_eye] - face.points[right_eye];
  return {face.box.centre(), side, eyes == Point{} ? 0 : std::atan2(eyes.y, eyes.x)};
}

// The largest square at the lower border of a picture: of an aligned CelebA picture (178x218) rows 40 to 217,
// with the eyes at 0.40 of its height and the mouth at 0.63.
inline Frame lowest_square(const Picture& picture) {
  const double side = std::min(picture.width, picture.height);
  return {{picture.width / 2., picture.height - side / 2}, side, 0};
}

namespace sampling {

inline int mirrored(long k, int n) {  // reflected without the edge, as often as it takes
  if (n == 1) return 0;
  const long period = 2l * n - 2;
  k = (k % period + period) % period;
  return static_cast<int>(k < n ? k : period - k);
}

// How many places in a row a pixel is averaged over that is so many pixels of the other picture wide.
inline int places_across(double pixels) {
  return std::clamp(static_cast<int>(std::ceil(pixels - 1e-9)), 1, 64);
}

// Adds what is at a place of the picture, [0, 255], to rgb.
inline void add_bilinear(const Picture& picture, Point p, float* rgb) {
  const double x = p.x - 0.5, y = p.y - 0.5, left = std::floor(x), top = std::floor(y);
  const auto fx = static_cast<float>(x - left), fy = static_cast<float>(y - top);
  const int x0 = mirrored(long(left), picture.width), x1 = mirrored(long(left) + 1, picture.width);
  const int y0 = mirrored(long(top), picture.height), y1 = mirrored(long(top) + 1, picture.height);
  const auto row = [&](int k) { return picture.rgb.data() + std::ptrdiff_t{3} * picture.width * k; };
  const unsigned char *a = row(y0) + 3 * x0, *b = row(y0) + 3 * x1, *c = row(y1) + 3 * x0,
                      *d = row(y1) + 3 * x1;
  for (int k = 0; k < 3; ++k)
    rgb[k] += (1 - fy) * ((1 - fx) * a[k] + fx * b[k]) + fy * ((1 - fx) * c[k] + fx * d[k]);
}

}  // namespace sampling

// What the frame shows of a picture, in [-1, 1]: (1, side, side, 3).
template <class Domain> Images<Domain> crop(const Picture& picture, const Frame& frame, int side) {
  picture.check();
  if (side < 1) refuse("a crop has a side", side, "at least 1");
  constexpr double most = 1e9;  // pixels
  for (const double number : {frame.centre.x, frame.centre.y, frame.side, frame.angle})
    if (!(std::abs(number) <= most))
      throw Error("a frame of numbers beyond 1e9: expected one near a picture");
  Images<Domain> result{1, {3, side, side}};
  const int across = sampling::places_across(frame.side / side);
  const float weight = 1 / (127.5f * static_cast<float>(across * across));
  float* to = result.data.data();
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x, to += 3) {
      float sum[3] = {};
      for (int k = 0; k < across * across; ++k)
        sampling::add_bilinear(
            picture, frame.out({x + (k % across + 0.5) / across, y + (k / across + 0.5) / across}, side),
            sum);
      for (int c = 0; c < 3; ++c) to[c] = sum[c] * weight - 1;
    }
  return result;
}

}  // namespace guise
