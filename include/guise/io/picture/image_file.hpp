// Picture files: read_picture, read_transparent_picture and decode_picture read PNG, JPEG, WebP, TIFF, BMP, PNM (PGM,
// PPM) and NumPy's .npy, whatever the name says; write_picture writes the format that the name ends in: .png; .jpg,
// .jpeg, .jpe or .jfif; .webp; .tif or .tiff; .bmp; .pgm, .ppm or .pnm; .npy. A picture is upright: the orientation
// that a camera stored in its Exif part, or a TIFF's own, is carried out. Grey, palette, 16-bit and float pictures
// become 8-bit RGB, transparency is composited on white, and CMYK in JPEG, which is taken as Adobe stores it, becomes
// RGB by C K / 255 for red, and likewise for green and blue. read_image and write_image do the same for a batch of one
// picture, (1, H, W, 3), whose pixels are in [-1, 1]. read_raster and write_raster keep channels, depth and
// transparency.
//
// PNG and JPEG are read by libpng and libjpeg-turbo where GUISE_LIBPNG and GUISE_LIBJPEG are defined (CMake defines
// them where the libraries are installed), else by stb_image (which knows no arithmetic coding), as BMP is; WebP and
// TIFF only where GUISE_LIBWEBP and GUISE_LIBTIFF are (detail/tiff.hpp says which TIFF); PNG of 16 bits is written only
// by libpng.
//
// With the libraries, reading PNG and JPEG takes 3 bytes a pixel, or 4 where there is transparency (a JPEG of many
// scans also needs its packed coefficients, for a photograph rarely 2 bytes a pixel), and a piece of the file at a
// time; writing takes a few rows besides the picture. stb takes several times as much; WebP takes the file besides.
//
// Throws Error with the path and what was expected: missing, empty, no picture (and what it is instead), a library that
// this build lacks, a kind of a format that is not read (a lossless JPEG, Apple's CgBI, an animation), truncated or
// corrupt, more than 2^28 pixels, 2^16 in a row or column, 64 channels or 2^30 numbers in all, a JPEG of more than 500
// scans; channels that the format to write has not. Sizes are checked before memory is allocated. An output that cannot
// be written whole leaves nothing behind.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/picture/detail/codec.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace guise {

// `name` is only for messages; `largest` is in pixels.
inline Picture decode_picture(std::span<const unsigned char> bytes, const std::string& name,
                              std::int64_t largest = largest_picture) {
  image_file::EncodedBytes encoded(bytes);
  return image_file::decode(image_file::opened(encoded, name, largest));
}

inline Picture read_picture(const std::filesystem::path& path) {
  image_file::EncodedBytes encoded(path);
  return image_file::decode(image_file::opened(encoded, path.string()));
}

// With its transparency as a fourth channel.
inline TransparentPicture read_transparent_picture(const std::filesystem::path& path) {
  image_file::EncodedBytes encoded(path);
  return image_file::decode_transparent(image_file::opened(encoded, path.string()));
}

// With the channels and the depth that the file has.
inline Raster decode_raster(std::span<const unsigned char> bytes, const std::string& name,
                            std::int64_t largest = largest_picture) {
  image_file::EncodedBytes encoded(bytes);
  return image_file::decode_raster(image_file::opened(encoded, name, largest));
}
inline Raster read_raster(const std::filesystem::path& path, Numbers numbers = Numbers::of_depth) {
  image_file::EncodedBytes encoded(path);
  const std::string name = path.string();
  image_file::Encoded file = image_file::opened(encoded, name);
  file.numbers = numbers;
  return image_file::decode_raster(file);
}

inline constexpr int usual_quality = 95;

namespace image_file {

// Checked before a file is opened: the name, what this build has, the size and the channels.
inline void check_writable(const std::filesystem::path& path, const Pixels& pixels, int quality,
                           std::int64_t largest = largest_picture) {
  const auto refuse_to_write = [&](const std::string& why) {
    throw Error(path.string() + ": cannot be written: " + why);
  };
  const Kind kind = kind_named(path);
  if (kind == Kind::neither)
    refuse_to_write("expected a name ending in .png, .jpg, .webp, .tif, .bmp, .pgm, .ppm or .npy");
  if (const std::string what = lacking(kind); !what.empty()) refuse_to_write(what);
  if (quality < 1 || quality > 100)
    refuse_to_write("quality " + std::to_string(quality) + ": expected 1 to 100");
  const std::string sides = std::to_string(pixels.width) + "x" + std::to_string(pixels.height) + " pixels";
  if (std::max(pixels.width, pixels.height) > longest_written(kind))
    refuse_to_write(sides + ": expected at most " + std::to_string(longest_written(kind)) +
                    " in a row or column in this format");
  if (std::int64_t{pixels.width} * pixels.height > largest)
    refuse_to_write(sides + ": expected at most " + std::to_string(largest) + " in all");
  if (const std::string expected = channels_refused(path, pixels.channels, pixels.alpha); !expected.empty())
    refuse_to_write(std::to_string(pixels.channels) + " channel" + (pixels.channels == 1 ? "" : "s") +
                    (pixels.alpha ? " with transparency" : "") + ": expected " + expected);
}
inline void write_pixels(const std::filesystem::path& path, const Pixels& pixels, int quality) {
  AtomicFile file(path);
  EncoderSink sink(file);
  const bool done = encode(pixels, kind_named(path), quality, sink);
  sink.finish();
  if (!done) throw Error(path.string() + ": cannot be written: too large for its format");
  file.commit();
}

}  // namespace image_file

inline void write_picture(const std::filesystem::path& path, const Picture& picture,
                          int quality = usual_quality) {
  picture.check();
  image_file::check_writable(path, image_file::pixels_of(picture), quality);
  image_file::write_pixels(path, image_file::pixels_of(picture), quality);
}
// Of the depth that the raster has, or the deepest that the format has where that is less.
inline void write_raster(const std::filesystem::path& path, const Raster& raster,
                         int quality = usual_quality) {
  raster.check(path.string());
  image_file::check_writable(path, image_file::pixels_of(raster), quality);
  const image_file::Kind kind = image_file::kind_named(path);
  const bool as_it_is = image_file::depth_within(kind, raster.depth) == raster.depth &&
                        !(raster.colours() == 1 && image_file::only_in_colour(path));
  if (!as_it_is) return write_raster(path, image_file::held(path, raster), quality);
  image_file::write_pixels(path, image_file::pixels_of(raster), quality);
}

template <class Domain> Images<Domain> read_image(const std::filesystem::path& path) {
  return to_images<Domain>(read_picture(path));
}

template <class Domain> void write_image(const std::filesystem::path& path, const Images<Domain>& image) {
  if (image.n != 1)
    throw Error(path.string() + ": cannot be written: a batch of " + std::to_string(image.n) +
                ": expected one picture");
  write_picture(path, to_picture(image));
}

}  // namespace guise
