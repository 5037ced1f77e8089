// Picture files: read_picture, read_transparent_picture and decode_picture read PNG and JPEG, whatever the
// name says; write_picture writes PNG, or JPEG where the name ends in .jpg, .jpeg, .jpe or .jfif. Files are read by
// libpng and libjpeg-turbo where GUISE_LIBPNG and GUISE_LIBJPEG are defined (CMake defines them where the libraries
// are installed), else by stb_image. A picture is upright: the orientation that a camera stored in its Exif part
// is carried out. Grey, palette and 16-bit pictures become 8-bit RGB, transparency is composited on white, and
// CMYK, which is taken as Adobe stores it, becomes RGB by C K / 255 for red, and likewise for green and blue.
// read_image and write_image do the same for a batch of one picture, (1, H, W, 3), whose pixels are
// in [-1, 1].
//
// With the libraries, reading takes 3 bytes a pixel, or 4 where there is transparency (a JPEG of many scans
// also needs its packed coefficients, for a photograph rarely 2 bytes a pixel), and a piece of the file at a
// time; writing takes a few rows besides the picture. stb takes several times as much.
//
// Throws Error with the path and what was expected: missing, empty, neither PNG nor JPEG (and what it is
// instead), a kind of PNG or JPEG that is not read (arithmetic coding, Apple's CgBI), truncated or corrupt, more than
// 2^28 pixels or 2^16 in a row or column, a JPEG of more than 500 scans. Sizes are checked before memory is allocated. An output that cannot be written whole leaves nothing behind.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/picture/detail/codec.hpp>
#include <guise/io/picture/picture.hpp>

#include <cctype>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace guise {

namespace image_file {

inline std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}
inline bool has_jpeg_name(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  for (const char* known : {".jpg", ".jpeg", ".jpe", ".jfif"})
    if (extension == known) return true;
  return false;
}
// Whether a file of this name is looked for as a picture, and can be written as one.
inline bool has_picture_name(const std::filesystem::path& path) {
  return lower_extension(path) == ".png" || has_jpeg_name(path);
}

}  // namespace image_file

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

inline void write_picture(const std::filesystem::path& path, const Picture& picture) {
  picture.check();
  if (!image_file::has_picture_name(path))
    throw Error(path.string() + ": cannot be written: expected a name ending in .png, .jpg or .jpeg");
  if (std::int64_t{picture.width} * picture.height > largest_picture)
    throw Error(path.string() + ": cannot be written: " + std::to_string(picture.width) + "x" +
                std::to_string(picture.height) + " pixels: expected at most " +
                std::to_string(largest_picture) + " in all");
  AtomicFile file(path);
  image_file::EncoderSink sink(file);
  const bool done = image_file::encode(picture, image_file::lower_extension(path) == ".png", sink);
  sink.finish();
  if (!done) throw Error(path.string() + ": cannot be written: too large for its format");
  file.commit();
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
