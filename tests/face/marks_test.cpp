// Lines, dots and the mask as pictures.
#include "scenes.hpp"
#include "support/stand_in_generators.hpp"
#include <guise/face/marks.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

TEST_CASE("marks are drawn where they should be") {
  Picture picture = blank(60, 60, 0);
  mark_line(picture, {10.5, 20.5}, {40.5, 20.5}, 1, {255, 0, 0});
  CHECK(int(picture.rgb[3 * (20 * 60 + 25)]) == 255);
  CHECK(int(picture.rgb[3 * (23 * 60 + 25)]) == 0);
  mark_line(picture, {-50, -50}, {-10, 900}, 3, {255, 0, 0});  // outside: nothing happens
  const Picture mask = mask_picture(64);
  CHECK(int(mask.rgb[3 * (32 * 64 + 32)]) == 255);
  CHECK(int(mask.rgb[0]) == 0);
}
