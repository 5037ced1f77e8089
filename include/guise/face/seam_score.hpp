// How much the rim of a blended face shows: the step across the rim against the steps beside it, between
// points a pixel apart along the rim's normal; 1: no more than what lies beside it.
//
// At each of 2048 places on the rim: log(v + step on the rim), less the mean of log(v + step) 2, 3, ..., 8
// pixels beside it on both sides. A step is the sum over the channels of absolute differences, v is two
// levels a channel, hardly seen. The score is the exponential of the mean of that over all places whose
// neighbourhood lies in the picture: a geometric mean, so that the few strong edges that any photograph has
// do not outweigh all else, as they would in a mean of steps. 1 where no place is left.
#pragma once
#include <guise/face/frame.hpp>
#include <guise/face/screened_poisson.hpp>

#include <cmath>
#include <numbers>

namespace guise {

inline double seam_score(const Picture& picture, const Frame& frame, const Blend& blend = {}) {
  constexpr int places = 2048, nearest = 2, farthest = 8;
  constexpr double hardly_seen = 3 * 2;
  double sum = 0;
  int measured = 0;
  for (int k = 0; k < places; ++k) {
    const double angle = k * 2 * std::numbers::pi / places, c = std::cos(angle), s = std::sin(angle);
    const double reach = blend.radius / std::pow(c * c * c * c + s * s * s * s, 0.25) / 2;
    const Point rim = frame.out({0.5 + reach * c, 0.5 + reach * s}, 1);
    const Point normal = frame.out({0.5 + c * c * c, 0.5 + s * s * s}, 1) - frame.centre;
    const Point pixel = 1 / std::hypot(normal.x, normal.y) * normal;
    const auto inside = [&](double at) {
      const Point p = rim + at * pixel;
      return p.x > 1 && p.y > 1 && p.x < picture.width - 1 && p.y < picture.height - 1;
    };
    if (!inside(-farthest - 1) || !inside(farthest + 1)) continue;
    const auto step = [&](double at) {
      float a[3] = {}, b[3] = {};
      resample::add_bilinear(picture, rim + (at - 0.5) * pixel, a);
      resample::add_bilinear(picture, rim + (at + 0.5) * pixel, b);
      return std::log(hardly_seen + std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]));
    };
    double beside = 0;
    for (int at = nearest; at <= farthest; ++at) beside += step(-at) + step(at);
    sum += step(0) - beside / (2 * (farthest - nearest + 1));
    ++measured;
  }
  return measured ? std::exp(sum / measured) : 1;
}

}  // namespace guise
