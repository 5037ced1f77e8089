// Faces smoothed over time.
#include "scenes.hpp"
#include "support/stand_in_generators.hpp"
#include <guise/face/smooth.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

TEST_CASE("what stands still does not tremble, what moves is followed, what is missed stays a moment") {
  FaceSmoother smooth;
  Random random(1);
  double raw = 0, smoothed = 0, last = 0;
  for (int k = 0; k < 120; ++k) {
    const Face seen = face_at({100 + random.normal(), 80 + random.normal()}, 60, 0);
    const auto face = smooth({seen}, 400, 200, 1 / 30.);
    REQUIRE(face);
    if (k >= 30) {
      raw += std::abs(seen.box.left - 70);
      smoothed += std::abs(face->box.left - last);
    }
    last = face->box.left;
  }
  CHECK(smoothed < 0.25 * raw);  // the tremble from frame to frame
  double behind = 0;
  for (int k = 0; k < 30; ++k) {  // 120 pixels in a second
    const double x = 100 + 4. * k;
    behind = std::abs(smooth({face_at({x, 80}, 60, 0)}, 400, 200, 1 / 30.)->box.centre().x - x);
  }
  CHECK(behind < 12);
  CHECK(smooth({}, 400, 200, 0.2));
  CHECK_FALSE(smooth({}, 400, 200, 0.4));
  CHECK(smooth({face_at({300, 80}, 60, 0)}, 400, 200, 1 / 30.)->box.left == doctest::Approx(270));
}

TEST_CASE("of two faces alike one is followed, and the other only when it has been away for long") {
  FaceSmoother smooth;
  Random random(5);
  const auto trembling = [&](double x) {
    return face_at({x + random.normal(), 100}, 60 + random.normal(), 0);
  };
  const double first = smooth({trembling(100), trembling(300)}, 400, 200, 1 / 30.)->box.centre().x;
  int dominant = 0;
  for (int k = 0; k < 120; ++k) {
    const std::vector<Face> found{trembling(100), trembling(300)};
    dominant += dominant_face(found, 400, 200)->box.centre().x < 200;
    CHECK(std::abs(smooth(found, 400, 200, 1 / 30.)->box.centre().x - first) < 10);
  }
  CHECK(dominant > 20);  // the dominant one does change
  CHECK(dominant < 100);
  const double other = 400 - first;
  for (int k = 0; k < 14; ++k)  // gone, for less than half a second
    CHECK(std::abs(smooth({trembling(other)}, 400, 200, 1 / 30.)->box.centre().x - first) < 10);
  for (int k = 0; k < 3; ++k) smooth({trembling(other)}, 400, 200, 1 / 30.);
  CHECK(std::abs(smooth({trembling(other)}, 400, 200, 1 / 30.)->box.centre().x - other) < 10);
}
