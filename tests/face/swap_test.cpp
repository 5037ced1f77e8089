// Swapping a face, blending, and the measure of a seam.
#include "scenes.hpp"
#include "support/scratch_folder.hpp"
#include "support/stand_in_generators.hpp"
#include <guise/face/face_swapper.hpp>
#include <guise/face/named_overlay.hpp>
#include <guise/face/seam_score.hpp>
#include <guise/face/swap.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

TEST_CASE("an unchanged face leaves the picture as it was, at any scale and angle") {
  const Picture picture = scene(150, 120);
  for (int side : {16, 64, 100})
    for (double angle : {0., -0.7, 2.}) {
      Picture result = picture;
      swap_face<X>(result, face_at({70, 55}, 45, angle), unchanged, {.side = side});
      CHECK(most_different(result, picture) <= 1);
    }
}

TEST_CASE(
    "a translation that shifts colours shows no seam, is itself in the middle and changes nothing outside") {
  const Picture picture = scene(400, 360);
  for (double angle : {0., 0.5})
    for (int side : {64, 128, 256}) {
      INFO("side " << side << ", angle " << angle);
      Picture result = picture;
      const Face face = face_at({200, 180}, 120, angle);
      const auto swap = swap_face<X>(result, face, shifted, {.side = side});
      const double score = seam_score(result, swap.frame);
      CHECK(score > 0.9);
      CHECK(score < 1.1);
      CHECK(std::abs(score - seam_score(picture, swap.frame)) < 0.05);
      int outside = 0;
      double warmer = 0, pixels = 0;
      for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
          const Point p = swap.frame.in({x + 0.5, y + 0.5}, 1);
          const auto at = std::size_t((y * picture.width + x) * 3);
          const int red = int(result.rgb[at]) - int(picture.rgb[at]);
          if (std::abs(p.x - 0.5) > 0.5 || std::abs(p.y - 0.5) > 0.5)
            outside = std::max(outside, std::abs(red));
          if (std::hypot(p.x - 0.5, p.y - 0.5) < 0.2) warmer += red, ++pixels;
        }
      CHECK(outside == 0);
      CHECK(warmer / pixels > 25);  // of about 33
    }
}

TEST_CASE("a seam that is there is seen") {
  Picture picture = scene(400, 360);
  const Frame frame{{200, 180}, 240, 0.2};
  CHECK(std::abs(seam_score(picture, frame) - 1) < 0.1);
  each_pixel_in(picture, box_of(frame), [&](int x, int y) {
    const Point p = frame.in({x + 0.5, y + 0.5}, 2);
    if (mask_depth(p.x - 1, p.y - 1, {}) <= 0) return;
    unsigned char& red = picture.rgb[std::size_t((y * picture.width + x) * 3)];
    red = static_cast<unsigned char>(std::min(255, red + 40));
  });
  CHECK(seam_score(picture, frame) > 1.3);
}

TEST_CASE("crops that do not fit each other are refused") {
  const Images<X> square{1, {3, 8, 8}}, wide{1, {3, 8, 9}};
  const Images<Y> other{1, {3, 9, 9}}, wide_too{1, {3, 8, 9}};
  CHECK_THROWS_AS(seamless_layer(square, other), Error);
  CHECK_THROWS_AS(seamless_layer(wide, wide_too), Error);
}

TEST_CASE("a face that was painted over leaves nothing of itself, nor does one that was mirrored") {
  const Picture picture = scene(400, 360);  // finer than its crop
  const Face face = face_at({200, 180}, 120, 0);
  Picture result = picture;
  const Frame frame = swap_face<X>(result, face, grey, {.side = 64}).frame;
  Picture other = picture;
  const auto swap = swap_face<X>(other, face, mirrored_face, {.side = 64});
  Picture expected = blank(400, 360);
  composite(
      expected, frame,
      [&] {
        std::vector<float> all;
        for (std::size_t k = 0; k < swap.translation.data.size(); ++k) {
          all.push_back(swap.translation.data[k]);
          if (k % 3 == 2) all.push_back(1);
        }
        return all;
      }(),
      64);
  double away = 0, pixels = 0;
  each_pixel_in(result, box_of(frame), [&](int x, int y) {
    const Point p = frame.in({x + 0.5, y + 0.5}, 1);
    if (std::hypot(p.x - 0.5, p.y - 0.5) > 0.15) return;
    CHECK(std::abs(int(*pixel(result, x, y)) - 127) <= 3);
    away += std::abs(int(*pixel(other, x, y)) - int(*pixel(expected, x, y))), ++pixels;
  });
  CHECK(away / pixels < 1.5);
}

TEST_CASE("a blend out of its ranges is refused") {
  const Images<X> before{1, {3, 8, 8}};
  const Images<Y> after{1, {3, 8, 8}};
  CHECK_THROWS_AS(seamless_layer(before, after, {.feather = 0}), Error);
  CHECK_THROWS_AS(seamless_layer(before, after, {.radius = 1.5}), Error);
  CHECK_THROWS_AS(seamless_layer(before, after, {.hold = std::nan("")}), Error);
}

TEST_CASE("a swapper swaps the dominant face and draws over it, and changes nothing where there is no face") {
  const Picture picture = scene(200, 160);
  const Face face = face_at({100, 80}, 60, 0.2), small = face_at({30, 30}, 20, 0);
  std::vector<Face> found{small, face};
  FaceSwapper<X, Y> swapper{.detect = [&](const Picture&) { return found; }, .options = {.side = 32}};
  Picture result = picture;
  CHECK(swapper(result)->box == face.box);
  CHECK(most_different(result, picture) <= 1);  // without a generator

  swapper.translate = shifted;
  swapper.overlays = {named_overlay("beard", {0, 0, 0})};
  Picture expected = picture;
  swap_face<X>(expected, face, shifted, {.side = 32});
  CHECK(swapper(result = picture));
  CHECK(result != expected);
  draw(expected, face, overlays::beard({0, 0, 0}));
  CHECK(result == expected);

  found.clear();
  CHECK_FALSE(swapper(result = picture));
  CHECK(result == picture);
}

TEST_CASE("an overlay has the name of what code draws, or of a PNG file") {
  const ScratchFolder folder;
  write_picture(folder / "red.PNG", blank(4, 4, 250));
  CHECK(named_overlay((folder / "red.PNG").string(), {}).at({0, 0}).rgb[0] == 250);
  CHECK(named_overlay("hair", {9, 9, 9}).reach == overlays::hair({9, 9, 9}).reach);
  CHECK(holds(message<Error>([] { named_overlay("", {}); }), "overlay without a name"));
  CHECK(holds(message<Error>([] { named_overlay("moustache", {}); }), "overlay moustache: expected"));
  CHECK(holds(message<Error>([] { named_overlay("none.png", {}); }), "none.png: no such file"));
}
