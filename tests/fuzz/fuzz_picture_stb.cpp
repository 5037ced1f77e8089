// The picture reader as it is built: by stb_image here, by libpng and libjpeg-turbo in
// fuzz_picture_libraries.
#include "hostile.hpp"
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/image_file.hpp>

GUISE_FUZZ(bytes) {
  using namespace guise;
  constexpr std::int64_t largest = 1 << 14;
  Picture picture;
  // A JPEG one pixel wide is the worst shape: coefficients and planes of four channels in blocks of 32x32.
  const bool read = fuzz::accepted(8 * bytes.size() + (std::size_t{1} << 23),
                                   [&] { picture = decode_picture(bytes, fuzz::file_name, largest); });
  // By small pieces the same picture, or none either.
  Picture piecewise;
  image_file::EncodedBytes pieces(bytes, 61);
  const std::string name = fuzz::file_name;
  const bool read_too = fuzz::accepted(8 * bytes.size() + (std::size_t{1} << 23), [&] {
    piecewise = image_file::decode(image_file::opened(pieces, name, largest));
  });
#ifdef GUISE_LIBPNG
  const bool same = picture == piecewise;
#else
  // A pixel without a colour in its palette has any value (docs/hostile_files.md).
  const bool same = picture.rgb.size() == piecewise.rgb.size();
#endif
  fuzz::require(read == read_too && same, "pieces make no difference");
  fuzz::accepted(8 * bytes.size() + 4096, [&] { exif::orientation(pieces); });
  if (!read) return fuzz::of_interest;
  fuzz::require(std::int64_t{picture.width} * picture.height <= largest, "no more pixels than allowed");
  fuzz::require(picture.rgb.size() == std::size_t(picture.width) * std::size_t(picture.height) * 3,
                "a picture has three bytes a pixel");
  return fuzz::of_interest;
}
