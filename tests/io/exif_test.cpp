// The orientation of pictures, as files store it.
#include "support/scratch_folder.hpp"
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/image_file.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

std::string number(std::uint32_t value, int bytes, bool big) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * (big ? bytes - 1 - k : k)));
  return text;
}
// A directory of two entries, the second of them the orientation: 3 is a short number, 4 a long one.
std::string tiff_part(int orientation, bool big, int type = 3) {
  const auto entry = [&](std::uint32_t tag, int kind, std::uint32_t value) {
    const int bytes = kind == 3 ? 2 : 4;
    return number(tag, 2, big) + number(std::uint32_t(kind), 2, big) + number(1, 4, big) +
           number(value, bytes, big) + std::string(std::size_t(4 - bytes), '\0');
  };
  return (big ? "MM" : "II") + number(42, 2, big) + number(8, 4, big) + number(2, 2, big) +
         entry(0x100, 4, 640) + entry(0x112, type, std::uint32_t(orientation)) + number(0, 4, big);
}
std::string segment(unsigned char marker, const std::string& body) {
  return std::string("\xff") + static_cast<char>(marker) + number(std::uint32_t(body.size()) + 2, 2, true) +
         body;
}
std::string exif_segment(const std::string& tiff) { return segment(0xe1, std::string("Exif\0\0", 6) + tiff); }
std::string chunk(const std::string& type, const std::string& body) {
  return number(std::uint32_t(body.size()), 4, true) + type + body + "none";
}

const std::string start = "\xff\xd8", signature = "\x89PNG\r\n\x1a\n", scan = segment(0xda, "x");

int orientation_in(const std::string& file) {
  int found = 0;
  for (std::size_t piece : {std::size_t{1}, std::size_t{7}, file.size()}) {
    image_file::EncodedBytes bytes({reinterpret_cast<const unsigned char*>(file.data()), file.size()}, piece);
    const int here = exif::orientation(bytes);
    CHECK((found == 0 || found == here));
    found = here;
    CHECK(bytes.next().size() == std::min(piece, file.size()));  // at its beginning again
  }
  return found;
}

}  // namespace

TEST_CASE("the orientation is read in both byte orders, as a short or a long number") {
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (bool big : {false, true})
      for (int type : {3, 4}) {
        CAPTURE(orientation);
        CAPTURE(big);
        CAPTURE(type);
        CHECK(orientation_in(start + exif_segment(tiff_part(orientation, big, type)) + scan) == orientation);
        CHECK(orientation_in(signature + chunk("IHDR", std::string(13, 'x')) +
                             chunk("eXIf", tiff_part(orientation, big, type))) == orientation);
      }
}

TEST_CASE("it is found behind other parts, fill bytes and the pixels of a PNG") {
  const std::string rotated = tiff_part(6, false);
  CHECK(orientation_in(start + segment(0xe0, "JFIF") +
                       segment(0xe1, "http://ns.adobe.com/xap/1.0/ and so on") + std::string(3, '\xff') +
                       exif_segment(rotated) + scan) == 6);
  CHECK(orientation_in(signature + chunk("IDAT", "pixels") + chunk("eXIf", rotated) + chunk("IEND", "")) ==
        6);
}

TEST_CASE("what cannot be understood is upright") {
  const std::string rotated = tiff_part(6, true), whole = start + exif_segment(rotated) + scan;
  CHECK(orientation_in(start + scan + exif_segment(rotated)) == 1);  // within the pixels
  CHECK(orientation_in(signature + chunk("IEND", "") + chunk("eXIf", rotated)) == 1);
  CHECK(orientation_in("GIF89a" + exif_segment(rotated)) == 1);
  CHECK(orientation_in(start + exif_segment(tiff_part(9, true)) + scan) == 1);
  CHECK(orientation_in(start + exif_segment(tiff_part(0, true)) + scan) == 1);
  CHECK(orientation_in(start + exif_segment(tiff_part(6, true, 2)) + scan) == 1);
  CHECK(orientation_in(start + exif_segment("MI" + rotated.substr(2)) + scan) == 1);
  for (std::size_t length = 1; length < 40; ++length) CHECK(orientation_in(whole.substr(0, length)) == 1);
  std::string far = rotated;
  far.replace(4, 4, "\x7f\xff\xff\xff");  // a directory behind the end
  CHECK(orientation_in(start + exif_segment(far) + scan) == 1);
}

TEST_CASE("whoever reads a picture gets it upright") {
  const ScratchFolder folder;
  write_picture(folder / "a.jpg", blank(40, 24, 100));
  const std::string plain = bytes_of(folder / "a.jpg");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string turned =
        plain.substr(0, 2) + exif_segment(tiff_part(orientation, true)) + plain.substr(2);
    put(folder / "b.jpg", turned);
    const int width = orientation >= 5 ? 24 : 40;
    CHECK(read_picture(folder / "b.jpg").width == width);
    CHECK(read_transparent_picture(folder / "b.jpg").width == width);
    CHECK(decode_picture({reinterpret_cast<const unsigned char*>(turned.data()), turned.size()}, "b").width ==
          width);
  }
}
