// A placement is the affine map from a face's own coordinates to the picture. Here are the two that fit eyes,
// nose and mouth best, by least squares: the similarity (Umeyama 1991, Eigen::umeyama) and the affine map.
//
// In a face's own coordinates the origin lies between the eyes, the left eye at (0.5, 0), the right one at
// (-0.5, 0), y points to the chin, the mouth lies near (0, 1.1).
#pragma once
#include <guise/detail/eigen_core.hpp>
#include <guise/face/face.hpp>

#include <Eigen/Geometry>
#include <algorithm>
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

using Points = Eigen::Matrix<double, 2, fitted>;  // a point is a column
static_assert(sizeof(Point) == 2 * sizeof(double));
inline Eigen::Map<const Points> columns(const Point* first) { return Eigen::Map<const Points>(&first->x); }
template <class Map> Placement placement(const Map& map) {  // of the columns of (2, 3): x, y, origin
  const auto column = [&](int k) { return Point{map(0, k), map(1, k)}; };
  return {column(2), column(0), column(1)};
}

}  // namespace overlays

inline Placement similarity_placement(const Face& face) {
  return overlays::placement(
      Eigen::umeyama(overlays::columns(overlays::canonical.data()), overlays::columns(face.points.data())));
}
inline Placement affine_placement(const Face& face) {
  const Eigen::Matrix<double, 3, overlays::fitted> from =
      overlays::columns(overlays::canonical.data()).colwise().homogeneous();
  const Eigen::Matrix<double, 2, 3> map =
      overlays::columns(face.points.data()) * from.transpose() * (from * from.transpose()).inverse();
  // Where the keypoints lie on a line, or are mirrored, a map of all four says little.
  const double area = map.leftCols<2>().determinant();
  const double longest = map.leftCols<2>().colwise().squaredNorm().maxCoeff();
  return area > 0.25 * longest ? overlays::placement(map) : similarity_placement(face);
}

}  // namespace guise
