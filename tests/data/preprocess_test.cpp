// How a picture of any size becomes one of a size that a training takes.
#include <guise/data/unpaired.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <set>

using namespace guise;
using namespace guise::testing;

namespace {

struct Man;
struct Woman;

// Numbers that say where they are: in 8 bits the column, the row and the channel.
Raster marked(int width, int height, int channels = 3) {
  Raster raster = blank_raster(width, height, channels);
  for (int y = 0, k = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c, ++k)
        raster.bytes[static_cast<std::size_t>(k)] = static_cast<unsigned char>(3 * x + 5 * y + 50 * c);
  return raster;
}
std::string refused(const Raster& raster, const Transform& transform) {
  return message<Error>([&] { loaded(raster, transform, "him.png"); });
}

}  // namespace

TEST_CASE("each way gives the size that the reference's gives") {
  using enum Preprocess;
  const auto size = [](Preprocess how, int load, int crop, PictureSize of) {
    return loaded_size(how, load, crop, of);
  };
  for (const PictureSize of : {PictureSize{640, 480}, {30, 1000}, {286, 286}})
    CHECK(size(resize_and_crop, 286, 256, of) == PictureSize{286, 286});
  CHECK(size(crop, 286, 256, {641, 483}) == PictureSize{641, 483});
  // int(max(load * height / width, crop)), of which fractions are cut off
  CHECK(size(scale_width_and_crop, 286, 100, {641, 483}) == PictureSize{286, 215});
  CHECK(size(scale_width_and_crop, 286, 256, {641, 483}) == PictureSize{286, 256});
  CHECK(size(scale_width_and_crop, 286, 256, {143, 300}) == PictureSize{286, 600});
  CHECK(size(scale_shortside_and_crop, 286, 256, {641, 483}) == PictureSize{379, 286});
  CHECK(size(scale_shortside_and_crop, 286, 256, {483, 641}) == PictureSize{286, 379});
  CHECK(size(scale_shortside_and_crop, 286, 256, {100, 100}) == PictureSize{286, 286});
  // What is not cropped has sides that are multiples of 4, rounded as Python's round() does: halves to even.
  CHECK(size(scale_width, 286, 100, {641, 483}) == PictureSize{288, 216});
  CHECK(size(scale_width, 256, 300, {641, 483}) == PictureSize{256, 300});
  CHECK(size(scale_shortside, 256, 1, {641, 483}) == PictureSize{340, 256});
  CHECK(size(none, 286, 256, {6, 10}) == PictureSize{8, 8});
  CHECK(size(none, 286, 256, {641, 483}) == PictureSize{640, 484});
  CHECK(size(none, 286, 256, {1, 64}) == PictureSize{4, 64});
  CHECK(holds(message<Error>([&] {
                size(none, 286, 256, {0, 3});
              }),
              "picture of 0x3: expected at least 1x1"));
}

TEST_CASE("every way has a name, and no other name is one") {
  for (const auto name : preprocess_names) CHECK(name_of(preprocess_named(name).value()) == name);
  CHECK(!preprocess_named("zoom"));
  CHECK(!preprocess_named(""));
}

TEST_CASE("a crop comes from anywhere in the picture and has its pixels; the middle is the middle") {
  const Transform transform{.load = 1, .crop = 4, .preprocess = Preprocess::crop};
  const Raster picture = loaded(marked(9, 6), transform);
  CHECK(picture == marked(9, 6));
  Random random(5);
  std::set<std::pair<int, int>> found;
  for (int k = 0; k < 500; ++k) {
    const Crop at = random_crop(transform, {9, 6}, random);
    found.insert({at.left, at.top});
    const Raster part = cut_out(picture, at, {4, 4});
    CHECK(part.bytes[0] == 3 * (at.flipped ? at.left + 3 : at.left) + 5 * at.top);
    CHECK(part.bytes[3 * 15 + 1] == 3 * (at.flipped ? at.left : at.left + 3) + 5 * (at.top + 3) + 50);
  }
  CHECK(found.size() == 6 * 3);
  const Crop middle = middle_crop(transform, {9, 6});
  CHECK((middle.left == 2 && middle.top == 1 && !middle.flipped));
  CHECK(holds(message<Error>([&] {
                cut_out(picture, {6, 0, false}, {4, 4});
              }),
              "a crop of 4x4 at 6, 0 of a picture of 9x6: expected one that lies in it"));
  CHECK(holds(message<Error>([&] {
                random_crop(transform, {3, 9}, random);
              }),
              "expected one that is not smaller"));
}

TEST_CASE(
    "held-out pictures show as much as the crop can, and those that are not cropped are as in the training") {
  const Transform resized{.load = 20, .crop = 16};
  CHECK(resized.held_out().loaded({100, 50}) == PictureSize{16, 16});
  CHECK(!resized.held_out().flip);
  const Transform scaled{.load = 20, .crop = 16, .preprocess = Preprocess::scale_shortside_and_crop};
  CHECK(scaled.held_out().loaded({100, 50}) == PictureSize{32, 16});
  const Transform whole{.load = 20, .crop = 16, .preprocess = Preprocess::scale_shortside};
  CHECK(whole.held_out().loaded({100, 50}) == whole.loaded({100, 50}));
}

TEST_CASE("a picture that is smaller than its crop, and one that would be too large, are named") {
  CHECK(holds(refused(marked(9, 6), {.load = 8, .crop = 8, .preprocess = Preprocess::crop}),
              "him.png: 9x6 pixels: expected at least 8x8, which are cut out of it"));
  CHECK(holds(
      refused(marked(1, 200), {.load = 8192, .crop = 8, .preprocess = Preprocess::scale_width_and_crop}),
      "him.png: 1x200 pixels would become 8192x1638400: expected at most 268435456 in all"));
  for (const Preprocess how : {Preprocess::scale_width_and_crop, Preprocess::scale_shortside_and_crop})
    CHECK(holds(message<Error>([&] { Transform{.load = 8, .crop = 9, .preprocess = how}.check(); }),
                "load of 8 and crop of 9: expected"));
  CHECK_NOTHROW(Transform{.load = 8, .crop = 9, .preprocess = Preprocess::crop}.check());
  CHECK_NOTHROW(Transform{.load = 8, .crop = 9, .preprocess = Preprocess::scale_width}.check());
}

TEST_CASE("pictures of several sizes come one by one, and in a batch of more are refused by name") {
  const ScratchFolder folder;
  for (const char* sub : {"a", "b"}) std::filesystem::create_directory(folder / sub);
  for (int k = 0; k < 6; ++k) {
    write_picture(folder / ("a/" + std::to_string(k) + ".png"), blank(16 + 4 * k, 12));
    write_picture(folder / ("b/" + std::to_string(k) + ".png"), blank(20, 18));
  }
  const Transform whole{.preprocess = Preprocess::none};
  const ImageFolder<Man> men{folder / "a", whole};
  const ImageFolder<Woman> women{folder / "b", whole};
  std::set<int> widths;
  for (auto [a, b] : unpaired(men, women, {.seed = 2})) {
    CHECK(a.shape.h == 12);
    CHECK(b.shape == Shape{3, 16, 20});  // 18 / 4 is rounded to even
    widths.insert(a.shape.w);
  }
  CHECK(widths.size() == 6);
  const auto refused = message<Error>([&] {
    for (auto [a, b] : unpaired(men, women, {.batch = 2, .seed = 2})) static_cast<void>(a.n + b.n);
  });
  CHECK(holds(refused, ".png: loaded as "));
  CHECK(holds(refused, "x12 in a batch of 2 whose first is "));
  CHECK(holds(refused, ": expected pictures of one size, a batch of 1, or a preprocess that crops"));
  const Transform cropped{.crop = 12, .preprocess = Preprocess::crop};
  for (auto [a, b] : unpaired(men.with(cropped), women.with(cropped), {.batch = 2, .seed = 2}))
    CHECK(a.shape == Shape{3, 12, 12});
  CHECK(unpaired(men, women).text() ==
        "load 286, crop 256, flipped, none and load 286, crop 256, flipped, none, seed 0");
}
