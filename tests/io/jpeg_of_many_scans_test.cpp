// JPEGs of many scans, whose coefficients are kept packed: pixels as libjpeg makes them when it keeps them
// itself, in every kind of file, whole or cut.
#ifdef GUISE_LIBJPEG
#include <guise/io/picture/image_file.hpp>

#include <doctest/doctest.h>
#include <support/jpeg_files.hpp>
#include <support/scratch_folder.hpp>

using namespace guise;
using namespace guise::testing;

namespace {

using Bytes = std::vector<unsigned char>;

// Smooth, with hard edges and a patch of noise: coefficients small and large, few and many.
Picture scene(int width, int height) {
  Picture picture = blank(width, height);
  unsigned seed = 1;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        seed = seed * 1664525u + 1013904223u;
        const int level = (x / 24 + y / 20) % 3 == 0   ? (x % 2 == c % 2 ? 255 : 0)
                          : (x / 24 + y / 20) % 3 == 1 ? (2 * x + 3 * y + 40 * c) / 4
                                                       : int(seed >> 24);
        picture.rgb[std::size_t((y * width + x) * 3 + c)] = static_cast<unsigned char>(level);
      }
  return picture;
}

const std::vector<JpegKind> kinds{{"4:4:4", JCS_YCbCr},
                                  {"4:2:0", JCS_YCbCr, true, true},
                                  {"best", JCS_YCbCr, true, false, 0, 100},
                                  {"with restarts", JCS_YCbCr, true, false, 2},
                                  {"RGB", JCS_RGB},
                                  {"grey", JCS_GRAYSCALE},
                                  {"CMYK", JCS_CMYK},
                                  {"YCCK", JCS_YCCK, true, true},
                                  {"sequential", JCS_YCbCr, false},
                                  {"sequential 4:2:0", JCS_YCbCr, false, true},
                                  {"arithmetic", JCS_YCbCr, true, true, 0, 92, false, true},
                                  {"sequential arithmetic", JCS_YCbCr, false, false, 0, 92, true, true}};

// As the reader makes them; nothing where it refuses.
Bytes decoded(std::span<const unsigned char> bytes) {
  image_file::EncodedBytes encoded(bytes, 100);
  image_file::JpegReader reader(encoded);
  if (!reader.reads_header()) return {};
  const std::size_t width = std::size_t(reader.width());
  Bytes pixels(3 * width * std::size_t(reader.height())), row(4 * width);
  return reader.reads_pixels(pixels.data(), row.data()) ? pixels : Bytes{};
}

}  // namespace

TEST_CASE("a JPEG of many scans has the pixels that libjpeg makes of it, in every kind") {
  const ScratchFolder folder;
  for (const JpegKind& kind : kinds)
    for (const auto& [width, height] : {std::pair{137, 91}, {16, 16}, {1, 70}, {70, 1}}) {
      INFO(kind.name << ", " << width << "x" << height);
      write_jpeg(folder / "a.jpg", scene(width, height), kind);
      const Bytes bytes = read_file(folder / "a.jpg", 1 << 20), plain = plainly_decoded(bytes);
      REQUIRE(!plain.empty());
      CHECK(decoded(bytes) == plain);
      CHECK(read_picture(folder / "a.jpg").rgb == plain);
    }
}

TEST_CASE("a JPEG with arithmetic coding may have many blocks in a bit") {
  const ScratchFolder folder;
  write_jpeg(folder / "flat.jpg", blank(2000, 2000, 255),
             {"flat", JCS_YCbCr, false, true, 0, 92, true, true});
  CHECK(std::filesystem::file_size(folder / "flat.jpg") < 1000);
  CHECK(read_picture(folder / "flat.jpg") == blank(2000, 2000, 255));
}

TEST_CASE("a JPEG of many scans that was cut is taken or refused as libjpeg does") {
  const ScratchFolder folder;
  for (const JpegKind& kind : kinds) {
    INFO(kind.name);
    write_jpeg(folder / "whole.jpg", scene(61, 45), kind);
    const Bytes whole = read_file(folder / "whole.jpg", 1 << 20);
    int taken = 0, refused = 0;
    for (std::size_t length = 2; length < whole.size(); ++length) {
      Bytes cut(whole.begin(), whole.begin() + std::ptrdiff_t(length));
      cut.insert(cut.end(), {0xff, 0xd9});  // an end of the picture, where it ended early
      const Bytes plain = plainly_decoded(cut);
      CAPTURE(length);
      CHECK((decoded(cut) == plain));
      ++(plain.empty() ? refused : taken);
    }
    CHECK(refused > 100);
    if (kind.progressive) CHECK(taken > 0);  // between two scans
  }
}
#endif
