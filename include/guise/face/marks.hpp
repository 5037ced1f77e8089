// Marks are lines, frames and dots that are drawn on a picture, smooth at their edges, to show faces and
// frames. mask_picture shows the mask of a Blend.
#pragma once
#include <guise/face/frame.hpp>
#include <guise/face/pixels.hpp>
#include <guise/face/screened_poisson.hpp>

#include <array>

namespace guise {

using Colour = std::array<unsigned char, 3>;

inline void mark_line(Picture& picture, Point a, Point b, double width, Colour colour) {
  const Point direction = b - a;
  const double length = direction.x * direction.x + direction.y * direction.y, around = width / 2 + 1;
  const Box box{std::min(a.x, b.x) - around, std::min(a.y, b.y) - around, std::max(a.x, b.x) + around,
                std::max(a.y, b.y) + around};
  each_pixel_in(picture, box, [&](int x, int y) {
    const Point p = Point{x + 0.5, y + 0.5} - a;
    const double along =
        length > 0 ? std::clamp((p.x * direction.x + p.y * direction.y) / length, 0., 1.) : 0;
    const Point away = p - along * direction;
    const double part = std::clamp(width / 2 + 0.5 - std::hypot(away.x, away.y), 0., 1.);
    unsigned char* rgb = pixel(picture, x, y);
    for (int c = 0; c < 3; ++c)
      rgb[c] = static_cast<unsigned char>(std::lround(rgb[c] * (1 - part) + colour[c] * part));
  });
}
inline void mark_frame(Picture& picture, const Frame& frame, double width, Colour colour) {
  for (int k = 0; k < 4; ++k) {
    const auto corner = [](int j) -> Point {
      return {j % 4 == 1 || j % 4 == 2 ? 1. : 0., j % 4 > 1 ? 1. : 0.};
    };
    mark_line(picture, frame.out(corner(k), 1), frame.out(corner(k + 1), 1), width, colour);
  }
}
inline void mark_face(Picture& picture, const Face& face, double width, Colour colour) {
  const Box& b = face.box;
  mark_line(picture, {b.left, b.top}, {b.right, b.top}, width, colour);
  mark_line(picture, {b.right, b.top}, {b.right, b.bottom}, width, colour);
  mark_line(picture, {b.right, b.bottom}, {b.left, b.bottom}, width, colour);
  mark_line(picture, {b.left, b.bottom}, {b.left, b.top}, width, colour);
  for (const Point& p : face.points) mark_line(picture, p, p, 3 * width, colour);
}

inline Picture mask_picture(int side, const Blend& blend = {}) {
  Picture mask = blank(side, side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const double depth = mask_depth((2 * x + 1.) / side - 1, (2 * y + 1.) / side - 1, blend);
      std::fill_n(pixel(mask, x, y), 3, to_byte(static_cast<float>(2 * depth - 1)));
    }
  return mask;
}

}  // namespace guise
