// What face/fit.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/detail/eigen_core.hpp>
#include <guise/face/fit.hpp>

#include <Eigen/Geometry>

namespace guise {

namespace overlays {

using Points = Eigen::Matrix<double, 2, fitted>;  // a point is a column
static_assert(sizeof(Point) == 2 * sizeof(double));
inline Eigen::Map<const Points> columns(const Point* first) { return Eigen::Map<const Points>(&first->x); }
template <class Map> Placement placement(const Map& map) {  // of the columns of (2, 3): x, y, origin
  const auto column = [&](int k) { return Point{map(0, k), map(1, k)}; };
  return {column(2), column(0), column(1)};
}

}  // namespace overlays

GUISE_FUNCTION Placement similarity_placement(const Face& face) {
  return overlays::placement(
      Eigen::umeyama(overlays::columns(overlays::canonical.data()), overlays::columns(face.points.data())));
}
GUISE_FUNCTION Placement affine_placement(const Face& face) {
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
