// Overlays and their placements.
#include "scenes.hpp"
#include "support/stand_in_generators.hpp"
#include <guise/face/drawn_overlays.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

TEST_CASE("placements find the map that made the keypoints") {
  const Face face = face_at({100, 90}, 66, 0.4);  // 30 pixels between the eyes
  for (const Placement& p : {similarity_placement(face), affine_placement(face)}) {
    CHECK(std::hypot(p.x.x, p.x.y) == doctest::Approx(30));
    CHECK(std::atan2(p.x.y, p.x.x) == doctest::Approx(0.4));
    for (std::size_t k = 0; k < overlays::fitted; ++k) {
      CHECK(p.out(overlays::canonical[k]).x == doctest::Approx(face.points[k].x));
      CHECK(p.in(face.points[k]).y == doctest::Approx(overlays::canonical[k].y));
    }
  }
  Face narrow = face_at({100, 90}, 66, 0);  // seen from the side: half as wide
  for (Point& p : narrow.points) p.x = 100 + (p.x - 100) / 2;
  CHECK(affine_placement(narrow).x.x == doctest::Approx(15));
  CHECK(affine_placement(narrow).y.y == doctest::Approx(30));
  Face flat = face;  // all on a line: the similarity
  for (Point& p : flat.points) p = {p.x, 90};
  CHECK(affine_placement(flat).x == similarity_placement(flat).x);
}

TEST_CASE("overlays darken what they are over, follow the face and keep within their reach") {
  const std::array<float, 3> ink{20, 12, 8};
  const Face face = face_at({128, 110}, 110, 0.25);
  const Placement placement = affine_placement(face);
  for (const char* name : {"eyeliner", "beard", "hair"}) {
    INFO(name);
    const Overlay overlay = overlays::named(name, ink);
    Picture picture = blank(256, 256, 200);
    draw(picture, placement, overlay);
    double drawn = 0;
    for (int y = 0; y < 256; ++y)
      for (int x = 0; x < 256; ++x) {
        const int level = picture.rgb[std::size_t((y * 256 + x) * 3)];
        CHECK(level <= 200);
        const Point p = placement.in({x + 0.5, y + 0.5});
        if (p.x < overlay.reach.left - 0.05 || p.x > overlay.reach.right + 0.05 ||
            p.y < overlay.reach.top - 0.05)
          CHECK(level == 200);
        drawn += 200 - level;
      }
    CHECK(drawn > 1000);
    for (Point bare : {Point{0, 0.45}, {-0.35, 0.5}, {0, 1.12}})  // nose, cheek and mouth stay
      CHECK(picture.rgb[std::size_t((int(placement.out(bare).y) * 256 + int(placement.out(bare).x)) * 3)] >
            190);
    Picture none = blank(256, 256, 200);
    draw(none, placement, overlay, 0);
    CHECK(none == blank(256, 256, 200));
  }
  CHECK_THROWS_AS(overlays::named("moustache", ink), Error);
}

TEST_CASE("a picture of the user's is placed over the square around the eyes") {
  std::vector<unsigned char> rgba(10 * 10 * 4, 0);
  for (std::size_t k : {44, 45, 54, 55}) rgba[4 * k] = 250, rgba[4 * k + 3] = 255;  // red in the middle
  Picture picture = blank(200, 200, 100);
  draw(picture, {{100, 100}, {30, 0}, {0, 30}}, picture_overlay(10, 10, rgba, 2));
  CHECK(int(picture.rgb[3 * (100 * 200 + 100)]) == 250);
  CHECK(int(picture.rgb[3 * (100 * 200 + 100) + 1]) == 0);
  CHECK(int(picture.rgb[3 * (70 * 200 + 100)]) == 100);
  CHECK_THROWS_AS(picture_overlay(10, 10, std::vector<unsigned char>(7)), Error);
}

TEST_CASE("a face from the side wears no overlay") {
  Face face = face_at({128, 110}, 110, 0);
  CHECK(frontal(face) == 1);
  for (Point& p : face.points) p.x = 128 + 0.3 * (p.x - 128);
  CHECK(frontal(face) == 0);
  Picture picture = blank(256, 256, 200);
  draw(picture, face, overlays::hair({20, 12, 8}));
  CHECK(picture == blank(256, 256, 200));
}
