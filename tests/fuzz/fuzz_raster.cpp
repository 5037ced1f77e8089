// Pictures with their channels and their depth, of every format that the libraries or guise itself read: libpng,
// libjpeg-turbo, libwebp, libtiff, BMP, PNM, .npy.
#include "hostile.hpp"
#include <guise/io/picture/image_file.hpp>

#include <optional>

GUISE_FUZZ(bytes) {
  using namespace guise;
  constexpr std::int64_t largest = 1 << 14;
  const std::size_t memory = 8 * bytes.size() + (std::size_t{1} << 23);
  Raster raster;
  const bool read = fuzz::accepted(memory, [&] { raster = decode_raster(bytes, fuzz::file_name, largest); });
  // By small pieces the same picture, or none either.
  Raster piecewise;
  image_file::EncodedBytes pieces(bytes, 61);
  const std::string name = fuzz::file_name;
  const bool read_too = fuzz::accepted(
      memory, [&] { piecewise = image_file::decode_raster(image_file::opened(pieces, name, largest)); });
  fuzz::require(read == read_too && raster == piecewise, "pieces make no difference");
  if (!read) return fuzz::of_interest;
  raster.check();
  fuzz::require(std::int64_t{raster.width} * raster.height <= largest && raster.numbers() <= 4 * largest,
                "no more pixels and numbers than allowed");
  // As 8-bit RGB it has the same sides, or the words that say why it cannot be that.
  std::optional<Picture> picture;
  fuzz::accepted(memory + raster.bytes.size() * 4,
                 [&] { picture = decode_picture(bytes, fuzz::file_name, largest); });
  fuzz::require(!picture || (picture->width == raster.width && picture->height == raster.height),
                "a picture has the sides of its raster");
  return fuzz::of_interest;
}
