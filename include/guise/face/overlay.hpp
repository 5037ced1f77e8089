// An Overlay is a drawing that is put over a face by its keypoints: a picture of the user's, or what code draws
// (face/drawn_overlays.hpp). It gives the colour and the coverage of every point in a face's own coordinates,
// and a Placement maps these to the picture (face/fit.hpp). Edges are smooth, coverage is averaged over each
// pixel.
//
// Throws Error for bytes that are not an RGBA picture.
#pragma once
#include <guise/face/fit.hpp>
#include <guise/face/pixels.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct Ink {
  std::array<float, 3> rgb{};  // [0, 255]
  float coverage = 0;          // [0, 1]
};
struct Overlay {
  std::function<Ink(Point)> at;
  Box reach;  // coverage is 0 outside
};

// Draws an overlay on the picture, in place. `strength` is in [0, 1].
inline void draw(Picture& picture, const Placement& placement, const Overlay& overlay, double strength = 1) {
  const double area = placement.x.x * placement.y.y - placement.x.y * placement.y.x;
  if (!(area > 1e-6)) return;  // smaller than any pixel
  // A small face needs several samples a pixel. On a large one the finest strand is wider than a pixel.
  const int across = std::clamp(static_cast<int>(300 / std::sqrt(area)), 1, 3);
  each_pixel_in(
      picture, box_around(overlay.reach, [&](Point p) { return placement.out(p); }), [&](int x, int y) {
        float sum[3] = {}, covered = 0;
        for (int k = 0; k < across * across; ++k) {
          const Ink ink =
              overlay.at(placement.in({x + (k % across + 0.5) / across, y + (k / across + 0.5) / across}));
          covered += ink.coverage;
          for (std::size_t c = 0; c < 3; ++c) sum[c] += ink.coverage * ink.rgb[c];
        }
        if (covered <= 0) return;
        const float part = static_cast<float>(strength / (across * across));
        unsigned char* rgb = pixel(picture, x, y);
        for (int c = 0; c < 3; ++c)
          rgb[c] = static_cast<unsigned char>(
              std::clamp(float(rgb[c]) * (1 - covered * part) + sum[c] * part + 0.5f, 0.f, 255.f));
      });
}

// 1 for a face from the front, 0 from the side, where a frontal drawing would cover the cheek. It is computed
// from the distance between the eyes over the width of the box.
inline double frontal(const Face& face) {
  const Point eyes = face.points[left_eye] - face.points[right_eye];
  return std::clamp((std::hypot(eyes.x, eyes.y) / face.box.width() - 0.2) / 0.1, 0., 1.);
}
inline void draw(Picture& picture, const Face& face, const Overlay& overlay, double strength = 1) {
  if (const double part = strength * frontal(face); part > 0)
    draw(picture, affine_placement(face), overlay, part);
}

// A picture of the user's, rows of RGBA from the top, over the square that reaches `reach` eye distances from
// the point between the eyes to every side.
inline Overlay picture_overlay(int width, int height, std::vector<unsigned char> rgba, double reach = 2.5) {
  if (width < 1 || height < 1 || std::ssize(rgba) != Index{4} * width * height)
    throw Error("overlay of " + std::to_string(width) + "x" + std::to_string(height) +
                ": expected rows of red, green, blue and coverage");
  return {[=, rgba = std::move(rgba)](Point p) -> Ink {
            const double x = (p.x / reach + 1) / 2 * width - 0.5, y = (p.y / reach + 1) / 2 * height - 0.5;
            const double left = std::floor(x), top = std::floor(y);
            Ink ink;
            for (int k = 0; k < 4; ++k) {
              const double column = left + k % 2, row = top + k / 2;
              if (column < 0 || row < 0 || column >= width || row >= height) continue;
              const unsigned char* at = rgba.data() + (Index(row) * width + Index(column)) * 4;
              const auto part =
                  static_cast<float>((1 - std::abs(x - column)) * (1 - std::abs(y - row)) * at[3] / 255.);
              ink.coverage += part;
              for (std::size_t c = 0; c < 3; ++c) ink.rgb[c] += part * at[c];
            }
            for (float& level : ink.rgb) level /= std::max(ink.coverage, 1e-6f);
            return ink;
          },
          {-reach, -reach, reach, reach}};
}

}  // namespace guise
