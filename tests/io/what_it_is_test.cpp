// Files that are not what their names say are named by what they are.
#include "support/scratch_folder.hpp"
#include <guise/io/bytes/what_it_is.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/weights/weights_file.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;
using namespace std::literals;

namespace {

std::string png() {
  const ScratchFolder folder;
  write_picture(folder / "a.png", blank(2, 2, 9));
  return bytes_of(folder / "a.png");
}
std::string said(const std::string& bytes) {
  return what_it_is({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}
const std::string lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n",
                  webp = "RIFF\x24\0\0\0WEBPVP8 "s, page = "\n<!DOCTYPE HTML><html><body>404</body></html>";

}  // namespace

TEST_CASE("what a file is, by its first bytes") {
  const std::pair<std::string, const char*> files[] = {
      {"", "an empty file"},
      {lfs, "a Git LFS pointer (git lfs pull fetches what it stands for)"},
      {page, "a web page"},
      {"\xef\xbb\xbf<html>", "a web page"},
      {"<?xml version=\"1.0\"?><svg/>", "an SVG drawing"},
      {webp, "a WebP picture"},
      {"BM\x16\x11\0\0"s, "a BMP picture"},
      {"II*\0\x08"s, "a TIFF picture"},
      {"\0\0\0\x18"
       "ftypheic"s,
       "a HEIC picture"},
      {"\0\0\0\x18"
       "ftypavif"s,
       "an AVIF picture"},
      {"\0\0\0\x18"
       "ftypisom"s,
       "an MP4 or QuickTime video"},
      {"P6\n2 2\n255\n", "a PNM picture (PBM, PGM, PPM)"},
      {"\0\x05\x16\x07\0\x02"s, "a shadow file of macOS (AppleDouble)"},
      {"PK\x03\x04", "a zip archive"},
      {"\x80\x02}q", "a pickle of Python"},
      {"\x10\0\0\0\0\0\0\0{\"a\":"s, "a safetensors file"},
      {"\x08\x07\x12\x07pytorch", "an ONNX file"},
      {"{\"a\": 1}", "a JSON text"},
      {"Grüße\n", "a text"},
      {std::string(600, '\0'), "zeros, as an aborted copy leaves them"},
      {"\x01\x02\x03", ""}};
  for (const auto& [bytes, what] : files) {
    CAPTURE(what);
    CHECK(said(bytes) == what);
  }
}

TEST_CASE("any beginning of any file has an answer") {
  for (const std::string& whole : {lfs, webp, page, png()})
    for (std::size_t length = 0; length <= whole.size(); ++length) said(whole.substr(0, length));
  std::string bytes;
  for (std::uint32_t k = 0, r = 7; k < 20000; ++k) {
    r = r * 1664525u + 1013904223u;
    bytes = std::string(1, char(r >> 24)) + bytes.substr(0, r >> 8 & 63);
    said(bytes);
  }
}

TEST_CASE("readers of pictures and weights refuse by what a file is, with what was expected") {
  const ScratchFolder folder;
  const auto picture = [&](const std::string& bytes) {
    put(folder / "x.png", bytes);
    return message<Error>([&] { read_picture(folder / "x.png"); });
  };
  const auto weights = [&](const std::string& bytes) {
    put(folder / "w.pth", bytes);
    return message<Error>([&] { read_weights(folder / "w.pth"); });
  };
  if (image_file::lacking(image_file::Kind::webp).empty())
    CHECK(holds(picture(webp), "x.png: truncated or corrupt (a WebP header that is none)"));
  else
    CHECK(holds(picture(webp), "x.png: a WebP picture: expected a build with libwebp (Debian: libwebp-dev)"));
  CHECK(holds(picture("GIF89a"), "x.png: a GIF picture: expected PNG, JPEG"));
  CHECK(holds(picture(lfs), "x.png: not a picture but a Git LFS pointer"));
  CHECK(holds(picture(page), "x.png: not a picture but a web page: expected PNG, JPEG"));
  CHECK(holds(picture("\x01\x02"), "x.png: not a picture that is known here"));
  CHECK(holds(weights(lfs), "w.pth: a Git LFS pointer"));
  CHECK(
      holds(weights(page), "w.pth: a web page, " + std::to_string(page.size()) + " bytes: expected weights"));
  CHECK(holds(weights(png()), "w.pth: a PNG picture"));
  CHECK(holds(weights("\x08\x07\x12\x07pytorch"), "w.pth: an ONNX file"));
  std::string cgbi = png();
  cgbi.replace(12, 4, "CgBI");
  CHECK(holds(picture(cgbi), "x.png: a PNG as Xcode stores it for iPhones (CgBI), which is not read"));
  const auto jpeg = [&](char frame, char bits) {
    return "\xff\xd8\xff"s + frame + "\0\x0b"s + bits + "\0\x08\0\x08\x01\x01\x11\0\xff\xda\0\x02\xff\xd9"s;
  };
#ifdef GUISE_LIBJPEG
  CHECK(holds(picture(jpeg('\xcb', 8)), "x.png: a JPEG with arithmetic coding, which is not read"));
#else
  CHECK(holds(picture(jpeg('\xc9', 8)), "x.png: a JPEG with arithmetic coding, which is not read"));
#endif
  CHECK(holds(picture(jpeg('\xc3', 8)), "x.png: a lossless JPEG"));
  CHECK(holds(picture(jpeg('\xc1', 12)), "x.png: a JPEG of 12 bits a channel"));
}
