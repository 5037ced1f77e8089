// Frames, crops, blending, overlays and smoothing over time, on made pictures.
#include "support/stand_in_generators.hpp"
#include <guise/core/random.hpp>
#include <guise/face/marks.hpp>
#include <guise/face/overlay.hpp>
#include <guise/face/seam_score.hpp>
#include <guise/face/smooth.hpp>
#include <guise/face/swap.hpp>

#include <doctest/doctest.h>

#include <numbers>

using namespace guise;
using namespace guise::testing;

namespace {

// A scene as rough as a photograph: waves of many lengths, those that are half as long half as high.
Picture scene(int width, int height, std::uint64_t seed = 3) {
  Random random(seed);
  struct Wave {
    double x, y, phase, height;
    int channel;
  };
  std::vector<Wave> waves;
  for (int k = 0; k < 60; ++k) {
    const double length = 4 * std::pow(2, 6 * random.uniform()),
                 angle = 2 * std::numbers::pi * random.uniform();
    const double turn = 2 * std::numbers::pi / length;
    waves.push_back({turn * std::cos(angle), turn * std::sin(angle), 7 * random.uniform(),
                     0.22 * std::sqrt(length) * 3, static_cast<int>(random.below(4))});
  }
  Picture picture = blank(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      double rgb[3] = {120, 110, 100};
      for (const Wave& w : waves) {
        const double v = w.height * std::sin(w.x * x + w.y * y + w.phase);
        for (int c = 0; c < 3; ++c)
          if (w.channel == 3 || w.channel == c) rgb[c] += v;
      }
      for (int c = 0; c < 3; ++c)
        picture.rgb[std::size_t((y * width + x) * 3 + c)] =
            static_cast<unsigned char>(std::clamp(std::lround(rgb[c]), 0l, 255l));
    }
  return picture;
}
Face face_at(Point centre, double size, double angle) {
  const double h = size / 2, d = size / 4.4;  // between the centre and an eye
  const Point across{std::cos(angle), std::sin(angle)}, down{-across.y, across.x};
  const auto place = [&](double x, double y) {
    return centre + 2 * d * x * across + 2 * d * (y - 0.5) * down;
  };
  return {{centre.x - h, centre.y - h, centre.x + h, centre.y + h},
          {place(-0.5, 0), place(0.5, 0), place(0, 0.62), place(0, 1.1), place(-1, 0.2), place(1, 0.2)},
          0.9};
}
int most_different(const Picture& a, const Picture& b) {
  int most = 0;
  for (std::size_t k = 0; k < a.rgb.size(); ++k)
    most = std::max(most, std::abs(int(a.rgb[k]) - int(b.rgb[k])));
  return most;
}

}  // namespace

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

TEST_CASE("an unchanged face leaves the picture as it was, at any scale and turn") {
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
  each_pixel_in(picture, frame, [&](int x, int y) {
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
  CHECK_THROWS_AS(seamless_change(square, other), Error);
  CHECK_THROWS_AS(seamless_change(wide, wide_too), Error);
}

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
  Face narrow = face_at({100, 90}, 66, 0);  // turned aside: half as wide
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

TEST_CASE("what stands still does not tremble, what moves is followed, what is missed stays a moment") {
  FaceSmoother smooth;
  Random random(1);
  double raw = 0, smoothed = 0, last = 0;
  for (int k = 0; k < 120; ++k) {
    const Face seen = face_at({100 + random.normal(), 80 + random.normal()}, 60, 0);
    const auto face = smooth(seen, 1 / 30.);
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
    behind = std::abs(smooth(face_at({x, 80}, 60, 0), 1 / 30.)->box.centre().x - x);
  }
  CHECK(behind < 12);
  CHECK(smooth(std::nullopt, 0.2));
  CHECK_FALSE(smooth(std::nullopt, 0.4));
  CHECK(smooth(face_at({300, 80}, 60, 0), 1 / 30.)->box.left == doctest::Approx(270));
}

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
