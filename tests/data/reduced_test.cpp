// Photographs that are decoded at a part of their size.
#include <guise/data/transform.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

Picture noisy(int width, int height, std::uint64_t seed) {
  Picture picture = blank(width, height);
  Random random(seed);
  for (auto& byte : picture.rgb) byte = static_cast<unsigned char>(random.below(256));
  return picture;
}
// A photograph without fine detail.
Picture smooth(int width, int height) {
  Picture picture = blank(width, height);
  auto byte = picture.rgb.begin();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c, ++byte)
        *byte = static_cast<unsigned char>(128 + 100 * std::sin(x * 0.05 * (c + 1)) * std::cos(y * 0.06));
  return picture;
}

}  // namespace

TEST_CASE("a photograph that stays twice as large as is wanted is decoded at a part of its size") {
  const ScratchFolder folder;
  write_picture(folder / "1.jpg", smooth(232, 120));
  write_picture(folder / "1.png", smooth(232, 120));
  const Raster whole = read_raster(folder / "1.jpg");
  const auto reduced = [&](const char* name, PictureSize wanted) {
    return read_reduced(folder / name, [=](PictureSize) { return wanted; });
  };
#ifdef GUISE_LIBJPEG
  for (const auto& [wanted, parts] : {std::pair{PictureSize{14, 7}, 1},
                                      {{15, 7}, 2},
                                      {{14, 8}, 2},
                                      {{28, 15}, 2},
                                      {{28, 16}, 4},
                                      {{57, 30}, 4},
                                      {{59, 30}, 8},
                                      {{57, 31}, 8},
                                      {{500, 1}, 8}}) {
    const ReducedPicture found = reduced("1.jpg", wanted);
    CHECK(found.whole == PictureSize{232, 120});
    CHECK(found.raster.width == 232 * parts / 8);
    CHECK(found.raster.height == 120 * parts / 8);
    if (parts == 8) CHECK(found.raster == whole);  // bit for bit what it is without
  }
  const Raster half = reduced("1.jpg", {57, 30}).raster, other = resized(whole, 116, 60);
  double difference = 0;
  for (std::size_t k = 0; k < half.bytes.size(); ++k) difference += std::abs(half.bytes[k] - other.bytes[k]);
  CHECK(difference / double(half.bytes.size()) < 2);
#endif
  CHECK(reduced("1.png", {8, 8}).raster == read_raster(folder / "1.png"));

  // What a training makes of one is nearly the same, of the size that the whole picture asks for; where a half or a quarter
  // would be no whole number of pixels it is the same.
  const Transform transform{.load = 46, .crop = 20, .preprocess = Preprocess::scale_width_and_crop};
  for (const PictureSize size : {PictureSize{224, 112}, {221, 115}}) {
    write_picture(folder / "2.jpg", smooth(size.width, size.height));
    const Raster found = load_picture(folder / "2.jpg", transform),
                 expected = loaded(read_raster(folder / "2.jpg"), transform);
    REQUIRE((found.width == 46 && found.height == 23));
    REQUIRE(found.bytes.size() == expected.bytes.size());
    const int bound = size.width == 224 ? 6 : 0;
    for (std::size_t k = 0; k < found.bytes.size(); ++k)
      CHECK(std::abs(found.bytes[k] - expected.bytes[k]) <= bound);
  }
}

TEST_CASE("a photograph on its side is reduced by the sides that are shown") {
  const ScratchFolder folder;
  write_picture(folder / "plain.jpg", blank(200, 100, 90));
  std::string jpeg = bytes_of(folder / "plain.jpg");
  const std::string exif = std::string(
      "\xff\xe1\x00\x22"
      "Exif\0\0"
      "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
      36);
  put(folder / "turned.jpg", jpeg.substr(0, 2) + exif + jpeg.substr(2));
  PictureSize asked;
  const ReducedPicture found = read_reduced(folder / "turned.jpg", [&](PictureSize whole) {
    asked = whole;
    return PictureSize{25, 50};
  });
  CHECK(found.whole == PictureSize{100, 200});
#ifdef GUISE_LIBJPEG
  CHECK(asked == PictureSize{100, 200});
  CHECK(found.raster.width == 50);
  CHECK(found.raster.height == 100);
#endif
}

TEST_CASE("whatever is in a photograph, it is reduced or refused in a line that names it") {
  const ScratchFolder folder;
  write_picture(folder / "whole.jpg", noisy(96, 80, 4));
  const std::string whole = bytes_of(folder / "whole.jpg");
  Random random(9);
  int read = 0, refused = 0;
  for (int k = 0; k < 600; ++k) {
    std::string bytes = whole.substr(0, random.chance(0.3) ? random.below(whole.size()) : whole.size());
    for (std::uint64_t changes = random.below(4); changes > 0 && !bytes.empty(); --changes)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    put(folder / "hostile.jpg", bytes);
    try {
      read_reduced(folder / "hostile.jpg", [](PictureSize) { return PictureSize{8, 8}; }).raster.check();
      ++read;
    } catch (const Error& error) {
      ++refused;
      CHECK(holds(error.what(), "hostile.jpg: "));
    }
  }
  CHECK(read > 50);
  CHECK(refused > 100);
}
