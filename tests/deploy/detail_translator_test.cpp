// Large pictures by a generator that sees them small: what is carried, and what is kept.
#include <guise/deploy/detail_translator.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <tuple>
#include <utility>

using namespace guise;

namespace {

struct Summer;
struct Winter;
using Detail = DetailTranslator<Summer, Winter>;

Picture noise(int width, int height) {
  Picture picture = blank(width, height);
  std::uint32_t state = 7;
  for (unsigned char& byte : picture.rgb)
    byte = static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24);
  return picture;
}
// A generator that sees every pixel by itself.
Detail::Translate each(const std::function<void(float*)>& change) {
  return [=](const Images<Summer>& x) {
    auto y = as<Winter>(x);
    for (std::size_t k = 0; k < y.data.size(); k += 3) change(y.data.data() + k);
    return y;
  };
}
double farthest(const Picture& x, const Picture& y, const std::function<bool(int x, int y)>& at) {
  REQUIRE(x.rgb.size() == y.rgb.size());
  int most = 0;
  for (int r = 0; r < x.height; ++r)
    for (int q = 0; q < x.width; ++q)
      for (int c = 0; at(q, r) && c < 3; ++c) {
        const std::size_t k = static_cast<std::size_t>((r * x.width + q) * 3 + c);
        most = std::max(most, std::abs(x.rgb[k] - y.rgb[k]));
      }
  return most;
}
std::string complaint(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) { return error.what(); }
  return "nothing";
}
bool everywhere(int, int) { return true; }

}  // namespace

TEST_CASE("a generator that changes nothing gives back every byte, whatever the size") {
  const Detail same(each([](float*) {}), {.side = 8});
  for (const auto& [width, height] :
       {std::pair{8, 8}, {9, 9}, {64, 64}, {33, 50}, {101, 17}, {1, 40}, {7, 300}, {1, 1}})
    CHECK(same(noise(width, height)) == noise(width, height));
  const Images<Summer> x = to_images<Summer>(noise(40, 30));
  const Images<Winter> y = same(x);
  CHECK(y.shape == x.shape);
  CHECK(std::equal(x.data.begin(), x.data.end(), y.data.begin()));
}

TEST_CASE("the generator sees the mean of what each pixel covers, at the side that was asked for") {
  Shape seen{};
  std::vector<float> values;
  const Detail look(
      [&](const Images<Summer>& x) {
        seen = x.shape, values.assign(x.data.begin(), x.data.end());
        return as<Winter>(x);
      },
      {.side = 2});
  Picture picture =
      blank(5, 3, 0);  // the middle column white, of which both of the middle pixels have a part
  for (std::size_t y = 0; y < 3; ++y) std::fill_n(picture.rgb.begin() + std::ptrdiff_t(15 * y + 6), 3, 255);
  look(picture);
  CHECK(seen == Shape{3, 2, 3});
  for (int c = 0; c < 3; ++c) {
    CHECK(values[std::size_t(c)] == doctest::Approx(-1));
    CHECK(values[std::size_t(3 + c)] == doctest::Approx(2 / (5 / 3.) - 1));  // one column of five thirds
    CHECK(values[std::size_t(6 + c)] == doctest::Approx(-1));
  }
}

TEST_CASE("a constant change is carried to every pixel, and the detail stays") {
  Picture picture = noise(70, 50);
  for (unsigned char& byte : picture.rgb) byte = static_cast<unsigned char>(60 + byte / 4);
  Picture brighter = picture;
  for (unsigned char& byte : brighter.rgb) byte = static_cast<unsigned char>(byte + 51);
  CHECK(Detail(each([](float* p) {
                 for (int c = 0; c < 3; ++c) p[c] += 0.4f;
               }),
               {.side = 10})(picture) == brighter);
}

TEST_CASE("a linear change of the colours is carried to the detail that the generator did not see") {
  // Stripes of two pixels, of which a small picture shows less and less of the contrast, in two colours.
  Picture picture = blank(64, 64), expected = picture;
  for (int k = 0; k < 64 * 64; ++k) {
    const bool on = (k % 64 / 4 + k / 64 / 4) % 2;
    unsigned char *p = &picture.rgb[std::size_t(3 * k)], *e = &expected.rgb[std::size_t(3 * k)];
    p[0] = on ? 220 : 40, p[1] = on ? 90 : 160, p[2] = on ? 120 : 100;
    e[0] = p[2], e[1] = p[0], e[2] = p[1];
  }
  const Detail turned(each([](float* p) { std::tie(p[0], p[1], p[2]) = std::tuple(p[2], p[0], p[1]); }),
                      {.side = 24, .ridge = 1e-5});
  const Picture result = turned(picture);
  CHECK(farthest(picture, expected, everywhere) > 100);
  CHECK(farthest(result, expected, everywhere) <= 2);
}

TEST_CASE("a change on one side of an edge has the edge of the large picture") {
  // An oblique edge; the generator makes the dark side red and leaves the bright one.
  Picture picture = blank(128, 128, 220), expected = picture;
  const auto dark = [](int x, int y) { return 3 * x + y < 260; };
  for (int y = 0; y < 128; ++y)
    for (int x = 0; x < 128; ++x)
      if (unsigned char* p = &picture.rgb[std::size_t(3 * (128 * y + x))],
          *e = &expected.rgb[std::size_t(3 * (128 * y + x))];
          dark(x, y)) {
        p[0] = p[1] = p[2] = 60;
        e[0] = 160, e[1] = e[2] = 60;
      }
  const Detail red(
      each([](float* p) { p[0] += 100 / 127.5f * (to_unit(220) - p[0]) / (to_unit(220) - to_unit(60)); }),
      {.side = 16, .ridge = 3e-4});
  const Picture result = red(picture);
  CHECK(farthest(result, expected, everywhere) <= 12);
  // What is enlarged without the edge is wrong by half of the change beside it.
  CHECK(farthest(picture, expected, everywhere) == 100);
}

TEST_CASE("detail goes where the translation has painted over it") {
  Picture picture = noise(64, 64);
  const Detail grey(each([](float* p) { p[0] = p[1] = p[2] = 0; }), {.side = 32, .ridge = 3e-4});
  CHECK(farthest(grey(picture), blank(64, 64, 128), everywhere) <= 10);
}

TEST_CASE("what the picture does not explain is carried as far as it is asked for") {
  // One small pixel in the middle of a flat picture is made white: nothing in the picture tells where.
  const Picture picture = blank(72, 72, 100);
  const auto dot = [](const Images<Summer>& x) {
    auto y = as<Winter>(x);
    std::fill_n(y.data.data() + 3 * (4 * 9 + 4), 3, 1.f);
    return y;
  };
  const auto middle = [&](double unexplained) {
    const Picture made = Detail(dot, {.side = 9, .unexplained = unexplained})(picture);
    return int{made.rgb[std::size_t(3 * (36 * 72 + 36))]};
  };
  CHECK(middle(1) > 250);
  CHECK(middle(0.5) < middle(1) - 30);
  CHECK(middle(0) < middle(0.5) - 30);
  CHECK(middle(0) > 105);
}

TEST_CASE("of a batch each picture is translated by itself") {
  const Detail negative(each([](float* p) {
                          for (int c = 0; c < 3; ++c) p[c] = -p[c];
                        }),
                        {.side = 6});
  Images<Summer> two{2, {3, 20, 30}};
  const Images<Summer> first = to_images<Summer>(noise(30, 20));
  std::copy(first.data.begin(), first.data.end(), two.data.begin());
  std::fill(two.data.begin() + std::ptrdiff_t(first.data.size()), two.data.end(), 0.5f);
  const Images<Winter> both = negative(two), alone = negative(first);
  CHECK(std::equal(alone.data.begin(), alone.data.end(), both.data.begin()));
  for (std::size_t k = first.data.size(); k < both.data.size(); ++k)
    REQUIRE(both.data[k] == doctest::Approx(-0.5));
  for (const float value : both.data) REQUIRE(std::abs(value) <= 1);
}

TEST_CASE("what a translator of detail does not take") {
  const auto same = each([](float*) {});
  CHECK(complaint([&] { Detail(same, {.side = 0}); }) ==
        "a picture to translate has a side of 0: expected at least one pixel");
  CHECK(complaint([&] { Detail(same, {.ridge = 0}); }) ==
        "a translator of detail with a ridge of 0.000000: expected above 0, at most 1");
  CHECK(complaint([&] { Detail(same, {.ridge = std::nan("")}); }).ends_with("expected above 0, at most 1"));
  CHECK(complaint([&] { Detail(same, {.unexplained = 1.5}); }) ==
        "a translator of detail with a share of 1.500000 of what is unexplained: expected 0 to 1");
  CHECK(complaint([&] { Detail(nullptr); }) == "a translator of detail without a generator: expected one");
  const Detail small(same, {.side = 4});
  CHECK(complaint([&] { small(Picture{8, 8, {}}); }).starts_with("picture of 8x8 with 0 bytes: expected"));
  CHECK(complaint([&] {
          small(Images<Summer>{1, {1, 8, 8}});
        }) == "a picture to translate has channels in a number of 1: expected 3");
  CHECK(complaint([&] { small(Images<Summer>{0, {3, 8, 8}}); }).ends_with("expected at least one"));
  const Detail cut([](const Images<Summer>&) { return Images<Winter>{1, {3, 2, 2}}; }, {.side = 4});
  CHECK(complaint([&] { cut(noise(9, 8)); }) ==
        "a picture of 5x4 and 3 channels became one of 2x2 and 3 channels: expected a generator that keeps "
        "size and channels");
  CHECK(
      complaint([&] { cut(noise(3, 4)); }).starts_with("a picture of 3x4 and 3 channels became one of 2x2"));
}
