// Frames and crops.
#include "scenes.hpp"
#include "support/stand_in_generators.hpp"
#include <guise/face/frame.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

TEST_CASE("a frame is the widened box, upright by the eyes, and goes both ways") {
  const Frame frame = frame_of(face_at({50, 60}, 40, 0.3), 0.25);
  CHECK(frame.side == doctest::Approx(60));
  CHECK(frame.angle == doctest::Approx(0.3));
  const Point p = frame.in(frame.out({10, 20}, 64), 64);
  CHECK(p.x == doctest::Approx(10));
  CHECK(p.y == doctest::Approx(20));
  const Face face = face_at({50, 60}, 40, 0.3);
  const Point right = frame.in(face.points[right_eye], 64), left = frame.in(face.points[left_eye], 64);
  CHECK(right.y == doctest::Approx(left.y));
  CHECK(right.x < left.x);
  CHECK_THROWS_AS(frame_of({{5, 5, 5, 5}, {}, 0.9}), Error);
}

TEST_CASE("a crop of one pixel to one is the picture, reflected where it ends") {
  const Picture picture = scene(40, 30);
  const auto seen = crop<X>(picture, {{16, 16}, 48, 0}, 48);  // from (-8, -8) on
  const auto at = [&](int x, int y, int c) { return seen.data[std::size_t((y * 48 + x) * 3 + c)]; };
  const auto of = [&](int x, int y, int c) {
    return to_unit(picture.rgb[std::size_t((y * 40 + x) * 3 + c)]);
  };
  CHECK(at(8, 8, 1) == doctest::Approx(of(0, 0, 1)));
  CHECK(at(20, 13, 2) == doctest::Approx(of(12, 5, 2)));
  CHECK(at(5, 13, 0) == doctest::Approx(of(3, 5, 0)));
  CHECK(at(20, 45, 0) == doctest::Approx(of(12, 21, 0)));  // 37 of 30 rows
  CHECK_THROWS_AS(crop<X>(picture, {{16, 16}, 48, 0}, 0), Error);
}

TEST_CASE("a crop that shrinks averages all that lies under its pixels") {
  Picture stripes = blank(320, 320, 0);  // finer than the crop's pixels: grey, without beats
  for (std::size_t k = 0; k < stripes.rgb.size(); ++k) stripes.rgb[k] = k / 3 % 2 ? 255 : 0;
  for (double angle : {0., 0.4})
    for (float v : crop<X>(stripes, {{160, 160}, 200, angle}, 24).data) CHECK(std::abs(v) < 0.07);
}
