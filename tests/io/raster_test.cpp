// Pictures that other programs wrote (tests/fuzz/make_rasters.py), each of a known formula, and what is written read back.
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/raster_rows.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

struct Any;
const fs::path corpus = GUISE_SOURCE_DIR "/tests/fuzz/corpus/raster";

std::vector<fs::directory_entry> seeds() {
  std::vector<fs::directory_entry> files;
  for (const auto& entry : fs::directory_iterator(corpus))
    if (entry.is_regular_file()) files.push_back(entry);
  return files;
}
double expected(Depth depth, int x, int y, int c) {
  if (depth == Depth::float32) return (x + 2 * y + c) / 64.0;
  if (depth == Depth::bits16) return (2711 * x + 5003 * y + 9001 * c) % 65536;
  return (29 * x + 7 * y * y + 50 * c) % 256;
}
Raster formula(int channels, Depth depth, bool alpha = false) {
  Raster raster = blank_raster(19, 13, channels, depth, alpha);
  guise::detail::with_number(depth, [&]<class T>(T) {
    for (int y = 0, k = 0; y < 13; ++y)
      for (int x = 0; x < 19; ++x)
        for (int c = 0; c < channels; ++c, ++k) raster.put(k, static_cast<T>(expected(depth, x, y, c)));
  });
  return raster;
}
// The raster that the beginning of a name says: "rgb16_tiles.tif".
Raster promised(const std::string& name) {
  const auto digit = name.find_first_of("0123456789");
  const std::string kind = name.substr(0, digit);
  const Depth depth = name[digit] == '8' ? Depth::bits8 : name[digit] == '1' ? Depth::bits16 : Depth::float32;
  const bool alpha = kind == "rgba" && !name.ends_with(".npy");
  return formula(kind == "grey" ? 1 : kind == "rgb" ? 3 : kind == "rgba" ? 4 : 5, depth, alpha);
}
struct Difference {
  double largest = 0, mean = 0;
};
Difference difference(const Raster& a, const Raster& b) {
  Difference result;
  guise::detail::with_number(a.depth, [&]<class T>(T) {
    for (Index k = 0; k < a.numbers(); ++k) {
      const double here = std::abs(double(a.at<T>(k)) - double(b.at<T>(k)));
      result.largest = std::max(result.largest, here);
      result.mean += here / double(a.numbers());
    }
  });
  return result;
}
bool is_read_here(const fs::path& path) { return image_file::lacking(image_file::kind_named(path)).empty(); }
std::string refused(const fs::path& path) {
  return message<Error>([&] { read_raster(path); });
}

}  // namespace

TEST_CASE("pictures that other programs wrote are read with their channels and their depth") {
  int files = 0;
  std::set<std::string> kinds;
  for (const auto& entry : seeds()) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    if (!is_read_here(entry.path())) {
      CHECK(holds(refused(entry.path()), " picture: expected a build with lib"));
      continue;
    }
    ++files;
    kinds.insert(entry.path().extension().string());
    const Raster found = read_raster(entry.path());
    Raster wanted = promised(name);
    if (name.find("turned") != name.npos) wanted = upright(wanted, 6);
    REQUIRE(found.width == wanted.width);
    REQUIRE(found.height == wanted.height);
    REQUIRE(found.channels == wanted.channels);
    CHECK(found.depth == wanted.depth);
    CHECK(found.alpha == wanted.alpha);
    const bool lossy = name.find("lossy") != name.npos || name.find("jpeg") != name.npos;
    if (lossy)
      CHECK(difference(found, wanted).mean < 50);  // a pattern that no such codec likes; 85 by chance
    else
      CHECK(found == wanted);
  }
  CHECK(files >= 16);
  CHECK(kinds.contains(".npy"));
}

TEST_CASE("a picture cut off anywhere is read whole or refused in one line") {
  const ScratchFolder folder;
  for (const auto& entry : seeds()) {
    const std::string bytes = bytes_of(entry.path());
    for (std::size_t length = 1; length < bytes.size(); length += 1 + bytes.size() / 60) {
      put(folder / "cut", bytes.substr(0, length));
      const std::string text = refused(folder / "cut");
      CAPTURE(entry.path());
      CAPTURE(length);
      CHECK((holds(text, "cut: ") || text == "nothing was thrown"));
      // Of a PNG the last four bytes are a checksum of no pixels; of a TIFF the last may belong to a tag.
      if (entry.path().extension() != ".tif" && length + 4 < bytes.size())
        CHECK(text != "nothing was thrown");
    }
  }
}

TEST_CASE("what a fuzzer found is refused in one line of plain text") {
  for (const auto& entry : fs::directory_iterator(corpus / "refused")) {
    const std::string text = refused(entry.path());
    CAPTURE(text);
    CHECK(text.starts_with(entry.path().string() + ": "));
    CHECK(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_CASE("what is written is read back the same, in every format, depth and number of channels") {
  const ScratchFolder folder;
  for (const char* name : {"a.png", "a.tif", "a.npy", "a.pgm", "a.bmp"})
    for (const Depth depth : {Depth::bits8, Depth::bits16, Depth::float32})
      for (const int channels : {1, 3, 4, 5}) {
        const image_file::Kind kind = image_file::kind_named(name);
        const bool alpha = channels == 4 && kind != image_file::Kind::npy;
        const Raster raster = formula(channels, depth, alpha);
        CAPTURE(name);
        CAPTURE(channels);
        CAPTURE(static_cast<int>(depth));
        const std::string text = message<Error>([&] { write_raster(folder / name, raster); });
        if (!is_read_here(name)) {
          CHECK(holds(text, "a TIFF picture: expected a build with libtiff"));
        } else if (!image_file::channels_refused(name, channels, alpha).empty()) {
          CHECK(holds(text,
                      std::string(name) + ": cannot be written: " + std::to_string(channels) + " channels"));
        } else {
          CHECK(text == "nothing was thrown");
          const Raster held = converted(raster, image_file::depth_within(kind, depth));
          CHECK(read_raster(folder / name) == (kind == image_file::Kind::bmp ? in_colour(held) : held));
        }
      }
  if (!is_read_here("a.webp")) return;
  Raster flat = blank_raster(40, 30, 4, Depth::bits8, true);
  for (std::size_t k = 0; k < flat.bytes.size(); ++k) flat.bytes[k] = k % 4 == 3 ? 200 : 90;
  write_raster(folder / "a.webp", flat);
  CHECK(difference(read_raster(folder / "a.webp"), flat).largest <= 4);
  write_raster(folder / "b.webp", formula(3, Depth::bits8), 20);
  write_raster(folder / "c.webp", formula(3, Depth::bits8), 95);
  CHECK(fs::file_size(folder / "b.webp") < fs::file_size(folder / "c.webp"));
  CHECK(holds(message<Error>([&] { write_raster(folder / "b.webp", formula(3, Depth::bits8), 101); }),
              "quality 101: expected 1 to 100"));
}

TEST_CASE("rows are those of the whole picture, read and written, in every format") {
  const ScratchFolder folder;
  for (const auto& entry : seeds()) {
    if (!is_read_here(entry.path())) continue;
    CAPTURE(entry.path());
    const Raster whole = read_raster(entry.path());
    RasterReader from(entry.path());
    const fs::path copy = folder / ("copy" + entry.path().extension().string());
    RasterWriter to(copy, from.form());
    CHECK(message<Error>([&] { to.commit(); }).find("0 rows: expected ") != std::string::npos);
    for (int y = 0; y < from.form().height; ++y) {
      const Raster row = from.next();
      CHECK(row == row_of(whole, y));
      to.put(row);
    }
    CHECK(holds(message<Error>([&] { from.next(); }), "no row behind the last"));
    CHECK(holds(message<Error>([&] { to.put(row_of(whole, 0)); }), "of another form"));
    to.commit();
    write_raster(folder / ("whole" + entry.path().extension().string()), whole);
    CHECK(bytes_of(copy) == bytes_of(folder / ("whole" + entry.path().extension().string())));
  }
  { const RasterWriter unfinished(folder / "never.png", formula(3, Depth::bits8)); }
  CHECK(!fs::exists(folder / "never.png"));
  CHECK(holds(message<Error>([&] { RasterWriter(folder / "x.jpg", formula(4, Depth::bits16, true)); }),
              "x.jpg: cannot be written: 4 channels with transparency: expected grey or RGB"));
  if (is_read_here("x.webp"))
    CHECK(holds(message<Error>([&] { write_raster(folder / "x.webp", blank_raster(16384, 1, 3)); }),
                "16384x1 pixels: expected at most 16383 in a row or column"));
  CHECK(holds(message<Error>([&] { write_raster(folder / "x.pgm", formula(3, Depth::bits8)); }),
              "x.pgm: cannot be written: 3 channels: expected grey, without transparency (.ppm takes RGB)"));
  write_raster(folder / "grey.ppm", formula(1, Depth::bits16));
  CHECK(read_raster(folder / "grey.ppm") == repeated(formula(1, Depth::bits16), 3));
}

TEST_CASE("a batch of any depth comes back exactly, and a range says what its numbers mean") {
  for (const Depth depth : {Depth::bits8, Depth::bits16}) {
    Raster all = blank_raster(256, depth == Depth::bits8 ? 1 : 256, 1, depth);
    guise::detail::with_number(depth, [&]<class T>(T) {
      for (Index k = 0; k < all.numbers(); ++k) all.put(k, static_cast<T>(k));
    });
    const auto images = to_images<Any>(all);
    CHECK(images.data[0] == -1.f);
    CHECK(images.data[images.data.size() - 1] == 1.f);
    CHECK(to_raster(images, depth) == all);
    CHECK(row_of(all, all.height - 1).bytes ==
          to_raster(to_images<Any>(row_of(all, all.height - 1)), depth).bytes);
  }
  Raster real = blank_raster(3, 1, 1, Depth::float32);
  const float values[] = {10, 15, 30};
  for (int k = 0; k < 3; ++k) real.put(k, values[k]);
  const auto images = to_images<Any>(real, Range{10, 20});
  CHECK(images.data[0] == -1.f);
  CHECK(images.data[1] == 0.f);
  CHECK(images.data[2] == 3.f);
  CHECK(to_raster(images, Depth::float32, Range{10, 20}) == real);
  CHECK(to_raster(images, Depth::bits8).at<std::uint8_t>(2) == 255);
  CHECK(holds(message<Error>([&] { to_images<Any>(real, {}, "x.tif"); }),
              "x.tif: float numbers outside [0, 1]"));
  CHECK(holds(message<Error>([&] { to_picture(real, "x.tif"); }), "x.tif: float numbers outside [0, 1]"));
  real.put(1, std::numeric_limits<float>::quiet_NaN());
  CHECK(holds(message<Error>([&] {
                to_images<Any>(real, Range{0, 40}, "x.tif");
              }),
              "x.tif: numbers that are not finite"));
}

TEST_CASE("channels become those of a network, or are refused with both counts") {
  const Raster rgba = formula(4, Depth::bits16, true), grey = formula(1, Depth::float32);
  CHECK(fitted(rgba, 4) == rgba);
  CHECK(fitted(rgba, 3) == on_white(rgba));
  CHECK(fitted(grey, 1) == grey);
  CHECK(channels_of(fitted(grey, 3), 2, 1) == grey);
  CHECK(with_alpha(channels_of(rgba, 0, 3), channels_of(rgba, 3, 1)) == rgba);
  Raster clear = blank_raster(2, 1, 4, Depth::bits16, true);
  clear.put<std::uint16_t>(7, 65535);
  CHECK(on_white(clear).at<std::uint16_t>(0) == 65535);
  CHECK(on_white(clear).at<std::uint16_t>(3) == 0);
  CHECK(holds(message<Error>([&] { fitted(formula(5, Depth::bits8), 3, "x.tif"); }),
              "x.tif: a picture of 5 channels: expected 3, as many as the network takes"));
  CHECK(holds(message<Error>([&] { fitted(formula(5, Depth::bits8), 1, "x.png"); }),
              "x.png: a picture of 5 channels: expected 1, as many as the network takes, or RGB"));
  Raster colours = blank_raster(3, 1, 3);
  colours.bytes = {255, 0, 0, 10, 200, 30, 255, 255, 255};
  CHECK(fitted(colours, 1).bytes == std::vector<unsigned char>{76, 124, 255});  // as Pillow's convert("L")
  Raster deep = blank_raster(1, 1, 3, Depth::float32);
  for (int c = 0; c < 3; ++c) deep.put(c, 0.25f * float(c));
  CHECK(fitted(deep, 1).at<float>(0) == doctest::Approx(0.587 * 0.25 + 0.114 * 0.5).epsilon(1e-4));
}

TEST_CASE("every format becomes 8-bit RGB where a picture is asked for, the same as its PNG") {
  const ScratchFolder folder;
  const auto same = [](const fs::path& a, const fs::path& b) { return read_picture(a) == read_picture(b); };
  CHECK(same(corpus / "rgb16.png", corpus / "rgb16.ppm"));
  CHECK(same(corpus / "rgb16.png", corpus / "rgb16.npy"));
  CHECK(same(corpus / "grey8.pgm", corpus / "grey8.npy"));
  CHECK(same(corpus / "rgb8.ppm", corpus / "rgb8.bmp"));
  CHECK(holds(message<Error>([] { read_picture(corpus / "five32.npy"); }),
              "five32.npy: a picture of 5 channels"));
  if (!is_read_here("a.tif")) return;
  CHECK(same(corpus / "rgb16.png", corpus / "rgb16.tif"));
  CHECK(same(corpus / "rgba16.png", corpus / "rgba16.tif"));
  CHECK(same(corpus / "grey8.pgm", corpus / "grey8_white.tif"));
  CHECK(read_transparent_picture(corpus / "rgba16.tif").rgba ==
        read_transparent_picture(corpus / "rgba16.png").rgba);
}

TEST_CASE("hostile headers are refused before memory is taken, and variants by name") {
  const ScratchFolder folder;
  const auto npy = [&](const std::string& header) {
    std::string bytes = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header;
    put(folder / "x.npy", bytes + std::string(24, '\1'));
    return refused(folder / "x.npy");
  };
  const std::string type = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  CHECK(npy(type + "(2, 3), }") == "nothing was thrown");
  CHECK(holds(npy(type + "(2, 4), }"), "x.npy: truncated or corrupt (too short for 4x2 pixels)"));
  CHECK(holds(npy(type + "(60000, 60000), }"), "60000x60000 pixels: expected at most 268435456 in all"));
  CHECK(holds(npy(type + "(9223372036854775807, 1), }"), "expected at most 65536 in a row or column"));
  CHECK(holds(npy(type + "(99999999999999999999, 1), }"), "an .npy shape that is none"));
  CHECK(holds(npy(type + "(-1, 3), }"), "a picture without pixels"));
  CHECK(holds(npy(type + "(2, 1, 1000), }"), "2 pixels of 1000 channels: expected at most 64 channels"));
  CHECK(holds(npy(type + "(3,), }"), "an array of 1 axes, which is not read"));
  CHECK(holds(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }"), "an array of <f8"));
  CHECK(holds(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"), "Fortran's order"));
  CHECK(holds(npy("{'descr': [('r', '<f4')], 'fortran_order': False, 'shape': (2, 3), }"),
              "a structured array"));
  const auto pnm = [&](const std::string& bytes) {
    put(folder / "x.pgm", bytes);
    return refused(folder / "x.pgm");
  };
  CHECK(pnm("P5 2 1 255\nab") == "nothing was thrown");
  CHECK(holds(pnm("P5 2 1 65535\nab"), "too short for 2x1 pixels"));
  CHECK(holds(pnm("P5 99999999999 99999999999 255\nab"), "expected at most 65536 in a row or column"));
  CHECK(holds(pnm("P5 2 1 70000\nab"), "a PNM header that is none"));
  CHECK(holds(pnm("P5 2 -1 255\nab"), "a PNM header that is none"));
  CHECK(holds(pnm("P3 1 1 255\n1 2 3"), "a PNM picture of kind P3, which is not read: expected P5 or P6"));
  const std::string bmp = bytes_of(corpus / "rgb8.bmp");
  const auto changed = [&](std::size_t at, const std::string& bytes) {
    put(folder / "x.bmp", std::string(bmp).replace(at, bytes.size(), bytes));
    return refused(folder / "x.bmp");
  };
  CHECK(changed(18, "\x13") == "nothing was thrown");
  CHECK(holds(changed(18, "\x23"), "x.bmp: truncated or corrupt (too short for 35x13 pixels)"));
  CHECK(holds(changed(22, "\xff\xff\xff\x7f"), "19x2147483647 pixels: expected at most 65536 in a row"));
  CHECK(holds(changed(14, "\x10"), "a BMP header that is none"));
  CHECK(holds(changed(10, "\x10"), "a BMP header that is none"));
  CHECK(holds(changed(30, "\x01"), "a compressed BMP picture, which is not read: expected an uncompressed"));
  // Headers of other lengths, and a gap before the rows.
  const Raster plain = read_raster(corpus / "rgb8.bmp");
  const auto with_header = [&](int length, int gap) {
    std::string bytes =
        bmp.substr(0, 54) + std::string(std::size_t(length - 40 + gap), '\0') + bmp.substr(54);
    bytes[10] = char(14 + length + gap), bytes[14] = char(length);
    put(folder / "x.bmp", bytes);
    return read_raster(folder / "x.bmp");
  };
  for (const int length : {40, 52, 56, 64, 108, 124})
    for (const int gap : {0, 1, 60}) CHECK(with_header(length, gap) == plain);
  const auto masks = [&](const std::string& each) {
    std::string bytes = bmp.substr(0, 54) + each + std::string(32, '\x55');
    bytes[10] = 66, bytes[18] = 4, bytes[22] = 2, bytes[28] = 32, bytes[30] = 3;
    put(folder / "x.bmp", bytes);
    return refused(folder / "x.bmp");
  };
  CHECK(masks({"\xff\0\0\0\0\xff\0\0\0\0\xff\0", 12}) == "nothing was thrown");
  CHECK(holds(masks({"\xff\x3\0\0\0\xfc\xf\0\0\0\xf0\x3f", 12}),
              "a BMP picture of more than 8 bits a channel"));
  put(folder / "x.pgm", "P5 # ten of fifteen\n1 1 15\n\x0a");
  CHECK(read_raster(folder / "x.pgm").bytes[0] == 170);
  CHECK(read_raster(folder / "x.pgm", Numbers::stored).bytes[0] == 10);
}
