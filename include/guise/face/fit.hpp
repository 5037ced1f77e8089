// A placement is the affine map from a face's own coordinates to the picture. Here are the two that fit eyes,
// nose and mouth best, by least squares: the similarity (Umeyama 1991, Eigen::umeyama) and the affine map.
//
// In a face's own coordinates the origin lies between the eyes, the left eye at (0.5, 0), the right one at
// (-0.5, 0), y points to the chin, the mouth lies near (0, 1.1).
#pragma once
#include <guise/face/face.hpp>

#include <array>
#include <cstddef>

namespace guise {

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

Placement similarity_placement(const Face& face);
Placement affine_placement(const Face& face);

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/face/detail/fit_by_eigen.hpp>
#endif
