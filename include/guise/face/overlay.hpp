// What is drawn over a face where its keypoints are: hair, a beard, eyeliner, all drawn by code, or a picture
// of the user's. An overlay says colour and coverage of every place in a face's own coordinates: the origin
// lies between the eyes, the left eye at (0.5, 0), the right one at (-0.5, 0), y points to the chin, the
// mouth lies near (0, 1.1). A placement takes them to the picture: the similarity or the affine map that fits
// eyes, nose and mouth best (least squares). Edges are smooth, coverage is averaged over each pixel.
//
// Throws Error for a name that is no overlay's, and for a picture that is no RGBA picture.
#pragma once
#include <guise/face/pixels.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace guise {

struct Ink {
  std::array<float, 3> rgb{};  // [0, 255]
  float coverage = 0;          // [0, 1]
};
struct Overlay {
  std::function<Ink(Point)> at;
  Box reach;  // nothing lies outside
};

// ---- from a face's coordinates to the picture ----
struct Placement {
  Point origin, x, y;  // where (0, 0) goes, and what the axes become

  Point out(Point p) const { return origin + p.x * x + p.y * y; }
  Point in(Point p) const {
    const Point d = p - origin;
    const double area = x.x * y.y - x.y * y.x;
    return {(d.x * y.y - d.y * y.x) / area, (x.x * d.y - x.y * d.x) / area};
  }
};

namespace overlays {
inline constexpr std::size_t fitted = 4;  // the ears move too much with the head
inline constexpr std::array<Point, fitted> canonical{{{-0.5, 0}, {0.5, 0}, {0, 0.62}, {0, 1.1}}};
}  // namespace overlays

inline Placement similarity_placement(const Face& face) {
  Point from{}, to{};
  for (std::size_t k = 0; k < overlays::fitted; ++k)
    from = from + 0.25 * overlays::canonical[k], to = to + 0.25 * face.points[k];
  double along = 0, turned = 0, size = 0;  // of the complex number that turns and scales
  for (std::size_t k = 0; k < overlays::fitted; ++k) {
    const Point a = overlays::canonical[k] - from, b = face.points[k] - to;
    along += a.x * b.x + a.y * b.y, turned += a.x * b.y - a.y * b.x, size += a.x * a.x + a.y * a.y;
  }
  const Point x{along / size, turned / size}, y{-x.y, x.x};
  return {to - from.x * x - from.y * y, x, y};
}
inline Placement affine_placement(const Face& face) {
  Point from{}, to{};
  for (std::size_t k = 0; k < overlays::fitted; ++k)
    from = from + 0.25 * overlays::canonical[k], to = to + 0.25 * face.points[k];
  double xx = 0, xy = 0, yy = 0;
  Point bx{}, by{};
  for (std::size_t k = 0; k < overlays::fitted; ++k) {
    const Point a = overlays::canonical[k] - from, b = face.points[k] - to;
    xx += a.x * a.x, xy += a.x * a.y, yy += a.y * a.y;
    bx = bx + a.x * b, by = by + a.y * b;
  }
  const double area = xx * yy - xy * xy;
  const Point x = 1 / area * (yy * bx - xy * by), y = 1 / area * (xx * by - xy * bx);
  const double turn = x.x * y.y - x.y * y.x, width = x.x * x.x + x.y * x.y, height = y.x * y.x + y.y * y.y;
  // Where the keypoints lie on a line, or are mirrored, a map of all four says little.
  if (!(turn > 0.25 * std::max(width, height))) return similarity_placement(face);
  return {to - from.x * x - from.y * y, x, y};
}

// Draws it over the picture, in place. `strength` in [0, 1].
inline void draw(Picture& picture, const Placement& placement, const Overlay& overlay, double strength = 1) {
  const double area = placement.x.x * placement.y.y - placement.x.y * placement.y.x;
  if (!(area > 1e-6)) return;  // smaller than any pixel
  // A large face is drawn smoothly without: the finest strand is wider than a pixel.
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

// 1 for a face from the front, 0 from the side, where a frontal drawing would lie over the cheek: by the
// distance between the eyes over the width of the box.
inline double frontal(const Face& face) {
  const Point eyes = face.points[left_eye] - face.points[right_eye];
  return std::clamp((std::hypot(eyes.x, eyes.y) / face.box.width() - 0.2) / 0.1, 0., 1.);
}
inline void draw(Picture& picture, const Face& face, const Overlay& overlay, double strength = 1) {
  if (const double part = strength * frontal(face); part > 0)
    draw(picture, affine_placement(face), overlay, part);
}

// ---- the library's own ----
namespace overlays {

inline double smooth(double from, double to, double v) {  // 0 up to `from`, 1 from `to` on; either way round
  const double t = std::clamp((v - from) / (to - from), 0., 1.);
  return t * t * (3 - 2 * t);
}
inline double ellipse(Point p, Point centre, double rx, double ry) {  // 1 on its rim, less inside
  return std::hypot((p.x - centre.x) / rx, (p.y - centre.y) / ry);
}
// Smooth noise in [0, 1], a value of its own at every whole place.
inline double noise(double x, double y) {
  const double left = std::floor(x), top = std::floor(y), u = smooth(0, 1, x - left),
               v = smooth(0, 1, y - top);
  const auto value = [&](int i, int j) {
    std::uint32_t bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(left) + i) * 0x9e3779b1u ^
                         static_cast<std::uint32_t>(static_cast<std::int32_t>(top) + j) * 0x85ebca77u;
    bits = (bits ^ bits >> 15) * 0x2c1b3c6du;
    bits = (bits ^ bits >> 12) * 0x297a2d39u;
    return (bits >> 8) / double(1 << 24);
  };
  return (1 - v) * ((1 - u) * value(0, 0) + u * value(1, 0)) + v * ((1 - u) * value(0, 1) + u * value(1, 1));
}
// Light and dark of strands that run along the second coordinate, in [0, 1].
inline double strands(double across, double along) {
  return 0.4 * noise(9 * across, 0.9 * along) + 0.35 * noise(31 * across, 1.3 * along) +
         0.25 * noise(83 * across, 2.1 * along);
}
inline Ink inked(const std::array<float, 3>& colour, double light, double coverage) {
  Ink ink{colour, static_cast<float>(std::clamp(coverage, 0., 1.))};
  for (float& level : ink.rgb) level = static_cast<float>(std::clamp(level * (0.5 + 0.75 * light), 0., 255.));
  return ink;
}

// A line on each upper lid, thickest outside, with a wing.
inline Overlay eyeliner(std::array<float, 3> colour) {
  return {[=](Point p) -> Ink {
            const double side = p.x < 0 ? -1 : 1, x = side * p.x - 0.5;  // of an eye, outwards
            const double lid = x < 0.19 ? -0.10 + 1.9 * x * x : -0.031 - 0.75 * (x - 0.19);
            const double thickness = x < 0.19 ? 0.012 + 0.05 * (x + 0.2) : 0.032 * (0.34 - x) / 0.15;
            const double ends = smooth(-0.21, -0.17, x) * smooth(0.34, 0.31, x);
            const double away = std::abs(p.y - lid) - thickness;
            return inked(colour, 0.5, ends * smooth(0.014, -0.006, away));
          },
          {-0.9, -0.25, 0.9, 0.12}};
}
// Jaw, chin and upper lip around the mouth; thin towards the cheeks.
inline Overlay beard(std::array<float, 3> colour) {
  return {
      [=](Point p) -> Ink {
        const double x = std::abs(p.x), grain = strands(1.3 * p.x + 0.3 * p.x * p.y, 5 * p.y);
        const double rough = 0.12 * (grain - 0.5);
        const double jaw = smooth(1.04, 0.8, ellipse(p, {0, 0.6}, 1.0, 1.22) + rough);
        const double cheek = 1.02 - 0.95 * std::max(0., x - 0.34) + 0.1 * std::max(0., 0.4 - x);
        const double below = smooth(cheek - 0.2, cheek + 0.16, p.y + rough);
        const double moustache = smooth(1.25, 0.6, ellipse(p, {0, 0.85 + 0.5 * x * x}, 0.54, 0.13) + rough);
        const double mouth = smooth(1.2, 0.85, ellipse(p, {0, 1.12}, 0.4, 0.16));
        const double sides = 1 - 0.5 * smooth(0.4, 0.9, x);
        const double area = std::max(jaw * below * sides, moustache) * (1 - mouth);
        return inked(colour, grain, area * (0.7 + 0.4 * grain));
      },
      {-1.1, 0.3, 1.1, 2}};
}
// Long hair, parted: combed from the crown around the face, a fall on both sides of it.
inline Overlay hair(std::array<float, 3> colour) {
  return {[=](Point p) -> Ink {
            constexpr double temples = 0.3, parting = 0.1;
            const double x = std::abs(p.x), above = std::min(p.y - temples, 0.),
                         fall = std::max(p.y - temples, 0.);
            // around the face, which is what strands follow: how far out, and how far along
            const double out = std::hypot(x / 1.25, above / 1.7), side = p.x < parting ? -1 : 1;
            const double along = std::atan2(x, -above) + fall, light = strands(out + 7 * side, along);
            const double rough = light - 0.5;
            const double width = 1.9 + 0.12 * std::sin(1.9 * fall), end = 2.5 - 0.3 * x + 0.6 * rough;
            const double outer = p.y < temples
                                     ? smooth(1.04, 0.86, std::hypot(x / 1.9, above / 2.5) + 0.06 * rough)
                                     : smooth(width + 0.08, width - 0.27, x + 0.12 * rough);
            const double open = 1.02 - 0.1 * smooth(0.9, 2, p.y);
            const double face = std::pow(std::pow(std::abs(p.x - parting * smooth(0, -1, p.y)) / open, 1.9) +
                                             std::pow(-above / 1.25, 1.9),
                                         1 / 1.9);
            const double around = smooth(0.9, 1.06, face + 0.1 * rough) * outer * smooth(end, end - 0.5, p.y);
            const double sheen = 0.5 * std::exp(-8 * (along - 0.8) * (along - 0.8));
            const double depth = 0.4 * smooth(1.3, 0.95, face) +
                                 0.4 * smooth(0.06, 0, std::abs(p.x - parting)) * smooth(-0.7, -1, p.y);
            return inked(colour, 0.2 + 1.3 * light + sheen - depth, 0.97 * around);
          },
          {-2.1, -2.4, 2.1, 2.9}};
}

inline Overlay named(std::string_view name, std::array<float, 3> colour) {
  if (name == "eyeliner") return eyeliner(colour);
  if (name == "beard") return beard(colour);
  if (name == "hair") return hair(colour);
  throw Error("overlay " + std::string(name) + ": expected eyeliner, beard, hair or a PNG file");
}

}  // namespace overlays

// A picture of the user's, rows of RGBA from the top, over the square of `reach` eye distances around the
// point between the eyes.
inline Overlay picture_overlay(int width, int height, std::vector<unsigned char> rgba, double reach = 2.5) {
  if (width < 1 || height < 1 || rgba.size() != std::size_t(width) * std::size_t(height) * 4)
    throw Error("overlay of " + std::to_string(width) + "x" + std::to_string(height) +
                ": expected rows of red, green, blue and coverage");
  return {[=, rgba = std::move(rgba)](Point p) -> Ink {
            const double x = (p.x / reach + 1) / 2 * width - 0.5, y = (p.y / reach + 1) / 2 * height - 0.5;
            const double left = std::floor(x), top = std::floor(y);
            Ink ink;
            for (int k = 0; k < 4; ++k) {
              const double column = left + k % 2, row = top + k / 2;
              if (column < 0 || row < 0 || column >= width || row >= height) continue;
              const unsigned char* at =
                  rgba.data() + (std::size_t(row) * std::size_t(width) + std::size_t(column)) * 4;
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
