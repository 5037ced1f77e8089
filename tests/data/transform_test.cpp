#include <guise/data/transform.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <set>

using namespace guise;
using namespace guise::testing;

namespace {

struct Any;

Picture ramp(int width, int height) {  // red says the column, green the row
  Picture picture = blank(width, height, 40);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(3 * (y * width + x));
      picture.rgb[at] = static_cast<unsigned char>(10 * x);
      picture.rgb[at + 1] = static_cast<unsigned char>(10 * y);
    }
  return picture;
}

}  // namespace

TEST_CASE("a crop of the picture becomes its sample of the batch, flipped where drawn so") {
  Images<Any> batch{.n = 3, .shape = {3, 4, 4}};
  const Transform transform{.load = 8, .crop = 4};
  const Raster picture = loaded(to_raster(ramp(8, 8)), transform);
  write_sample(picture, transform, {.left = 3, .top = 1, .flipped = false}, batch, 0);
  write_sample(picture, transform, {.left = 3, .top = 1, .flipped = true}, batch, 2);
  const Picture plain = to_picture(batch, 0), flipped = to_picture(batch, 2);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x) {
      const auto at = static_cast<std::size_t>(3 * (4 * y + x));
      CHECK(plain.rgb[at] == 10 * (3 + x));
      CHECK(flipped.rgb[at] == 10 * (3 + 3 - x));
      for (const Picture* each : {&plain, &flipped}) {
        CHECK(each->rgb[at + 1] == 10 * (1 + y));
        CHECK(each->rgb[at + 2] == 40);
      }
    }
  CHECK(batch.data[0] == 30 / 127.5f - 1);
  for (std::size_t k = 48; k < 96; ++k) CHECK(batch.data[k] == 0);  // the one between is untouched
}

TEST_CASE("any shape is resized, up or down, to load by load") {
  Images<Any> batch{.n = 1, .shape = {3, 6, 6}};
  const Transform transform{.load = 6, .crop = 6};
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 9}, {100, 3}, {6, 6}}) {
    write_sample(loaded(to_raster(blank(width, height, 77)), transform), transform, {}, batch, 0);
    CHECK(to_picture(batch) == blank(6, 6, 77));
  }
  const Picture half = resized(ramp(20, 20), 10, 10);
  for (int x = 2; x < 8; ++x)  // a ramp stays one, but at the borders
    CHECK(std::abs(half.rgb[static_cast<std::size_t>(3 * (50 + x))] - (20 * x + 5)) <= 1);
  CHECK(holds(message<Error>([] { resized(blank(2, 2), 0, 2); }), "0x2: expected at least 1x1"));
}

TEST_CASE("the box filter makes each pixel of a smaller picture the mean of the pixels that it covers") {
  Picture columns = blank(6, 4);
  constexpr unsigned char levels[] = {0, 0, 200, 0, 60, 100};
  for (std::size_t k = 0; k < columns.rgb.size(); ++k) columns.rgb[k] = levels[k / 3 % 6];
  const auto row = [](const Picture& p) {
    std::vector<int> values;
    for (int x = 0; x < p.width; ++x)
      values.push_back(p.rgb[std::size_t(3 * (p.width * (p.height - 1) + x) + 1)]);
    return values;
  };
  CHECK(row(resized(columns, 3, 2, ResizeFilter::box)) == std::vector{0, 100, 80});
  CHECK(row(resized(columns, 4, 3, ResizeFilter::box)) ==
        std::vector{0, 133, 20, 87});  // one and a half to one
  CHECK(row(resized(columns, 1, 1, ResizeFilter::box)) == std::vector{60});
}

TEST_CASE("random crops cover every offset and both directions, and no flip means none") {
  Random random(1);
  std::set<int> left, top;
  int flips = 0;
  for (int k = 0; k < 1000; ++k) {
    const Crop d = random_crop({.load = 12, .crop = 9}, {12, 12}, random);
    left.insert(d.left);
    top.insert(d.top);
    flips += d.flipped;
    CHECK(!random_crop({.load = 9, .crop = 9, .flip = false}, {9, 9}, random).flipped);
  }
  CHECK(left == std::set{0, 1, 2, 3});
  CHECK(top == left);
  CHECK(flips > 400);
  CHECK(flips < 600);
}
