// The overlays that are drawn by code, in one colour: eyeliner, a beard, long hair, in a face's own
// coordinates (face/overlay.hpp). Numbers are in distances between the eyes and were chosen by looking at the
// result. Throws Error for a name that is none of theirs.
#pragma once
#include <guise/core/error.hpp>
#include <guise/face/overlay.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace guise::overlays {

inline double smooth(double from, double to, double v) {  // 0 up to `from`, 1 from `to` on; either way round
  const double t = std::clamp((v - from) / (to - from), 0., 1.);
  return t * t * (3 - 2 * t);
}
inline double ellipse(Point p, Point centre, double rx, double ry) {  // 1 on its rim, less inside
  return std::hypot((p.x - centre.x) / rx, (p.y - centre.y) / ry);
}
// Smooth noise in [0, 1], interpolated between values at whole coordinates.
inline double noise(double x, double y) {
  const double left = std::floor(x), top = std::floor(y), u = smooth(0, 1, x - left),
               v = smooth(0, 1, y - top);
  const auto value = [&](int i, int j) {
    std::uint32_t bits = std::uint32_t(std::int32_t(left) + i) * 0x9e3779b1u ^
                         std::uint32_t(std::int32_t(top) + j) * 0x85ebca77u;
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
            const double side = p.x < 0 ? -1 : 1, x = side * p.x - 0.5;  // from the eye, outwards
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
// Long hair with a parting, from the crown around the face and down on both sides of it.
inline Overlay hair(std::array<float, 3> colour) {
  return {[=](Point p) -> Ink {
            constexpr double temples = 0.3, parting = 0.1;
            const double x = std::abs(p.x), above = std::min(p.y - temples, 0.),
                         fall = std::max(p.y - temples, 0.);
            // Strands follow the face's outline: `out` is the distance across them, `along` the one along
            // them.
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

}  // namespace guise::overlays
