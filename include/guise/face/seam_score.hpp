// The seam score measures how visible the rim of a blended face is: the jump in colour across the rim over
// the jumps beside it, between points that are a pixel apart along the rim's normal. 1 means that the rim is
// no more visible than what is beside it.
//
// At each of 2048 points of the rim it takes log(v + jump at the rim) less the mean of log(v + jump) at 2, 3,
// ..., 8 pixels from it, on both sides. A jump is the sum of absolute differences over the channels, and v is
// two levels a channel, which is hardly visible. The score is the exponential of the mean over all points
// whose neighbourhood is within the picture. It is a geometric mean, so that the few strong edges of any
// photograph do not outweigh all else, as they would in a mean of jumps. 1 where no point is left.
#pragma once
#include <guise/face/frame.hpp>
#include <guise/face/screened_poisson.hpp>

#include <cmath>
#include <numbers>

namespace guise {

inline double seam_score(const Picture& picture, const Frame& frame, const Blend& blend = {}) {
  constexpr int points = 2048, nearest = 2, farthest = 8;
  constexpr double hardly_visible = 3 * 2;
  double sum = 0;
  int measured = 0;
  for (int k = 0; k < points; ++k) {
    const double angle = k * 2 * std::numbers::pi / points, c = std::cos(angle), s = std::sin(angle);
    const double reach = blend.radius / std::pow(c * c * c * c + s * s * s * s, 0.25) / 2;
    const Point rim = frame.out({0.5 + reach * c, 0.5 + reach * s}, 1);
    const Point normal = frame.out({0.5 + c * c * c, 0.5 + s * s * s}, 1) - frame.centre;
    const Point pixel = 1 / std::hypot(normal.x, normal.y) * normal;
    const auto inside = [&](double at) {
      const Point p = rim + at * pixel;
      return p.x > 1 && p.y > 1 && p.x < picture.width - 1 && p.y < picture.height - 1;
    };
    if (!inside(-farthest - 1) || !inside(farthest + 1)) continue;
    const auto jump = [&](double at) {
      float a[3] = {}, b[3] = {};
      sampling::add_bilinear(picture, rim + (at - 0.5) * pixel, a);
      sampling::add_bilinear(picture, rim + (at + 0.5) * pixel, b);
      return std::log(hardly_visible + std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]));
    };
    double beside = 0;
    for (int at = nearest; at <= farthest; ++at) beside += jump(-at) + jump(at);
    sum += jump(0) - beside / (2 * (farthest - nearest + 1));
    ++measured;
  }
  return measured ? std::exp(sum / measured) : 1;
}

}  // namespace guise
