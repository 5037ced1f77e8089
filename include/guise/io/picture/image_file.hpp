// Picture files. Reads PNG and JPEG whatever the name says, by libpng and libjpeg-turbo where GUISE_LIBPNG
// and GUISE_LIBJPEG are defined (CMake does where they are installed), else by stb_image. Grey, palette and
// 16-bit pictures become 8-bit RGB, transparency is composited on white, CMYK as Adobe stores it becomes
// C K / 255 and so on. Writes PNG, or JPEG where the name ends in .jpg or .jpeg. Pixels of a batch are in
// [-1, 1], (1, H, W, 3).
//
// With the libraries, reading takes 3 bytes a pixel, or 4 where there is transparency (a JPEG of many scans
// more for its coefficients, packed: rarely 2 of a photograph), and a piece of the file at a time; writing
// takes a few rows besides the picture. stb takes several times as much.
//
// Throws Error with the path and what was expected: missing, empty, neither PNG nor JPEG, truncated or
// corrupt, more than 2^28 pixels or 2^16 in a row or column, a JPEG of more than 500 scans; sizes are checked
// before memory is taken. An output that cannot be written whole leaves nothing behind.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/picture/encoded_picture.hpp>
#include <guise/io/picture/encoder_sink.hpp>
#include <guise/io/picture/libjpeg_decoder.hpp>
#include <guise/io/picture/libpng_decoder.hpp>
#include <guise/io/picture/libpng_encoder.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/io/picture/stb_decoder.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

inline constexpr std::int64_t largest_picture = std::int64_t{1} << 28;  // pixels

namespace image_file {

inline std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}
inline bool has_picture_name(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

// Some versions of stb_image fill what a truncated JPEG lacks with grey and are content. Within a scan a
// marker cannot occur, so a whole file has its end-of-image marker somewhere behind the last start of a scan.
struct JpegScans {
  std::size_t count = 0;
  bool ended = false;  // behind the last
  bool whole() const { return count > 0 && ended; }
};
inline JpegScans scans_in(EncodedBytes& jpeg) {
  JpegScans scans;
  bool marker = false;  // the byte before was that of a marker
  for (auto piece = jpeg.next(); !piece.empty(); piece = jpeg.next())
    for (auto at = piece.begin(); at != piece.end(); ++at) {
      if (!marker && (at = std::find(at, piece.end(), 0xff)) == piece.end()) break;
      if (marker && *at == 0xda) ++scans.count, scans.ended = false;
      if (marker && *at == 0xd9) scans.ended = true;
      marker = *at == 0xff;
    }
  jpeg.rewind();
  return scans;
}

inline Picture decode_photograph(const Encoded& file) {
  const JpegScans scans = scans_in(file.bytes);
  if (!scans.whole()) throw Error(file.name + ": truncated: expected a whole JPEG picture");
  if (scans.count > most_scans) file.refuse_content("more than 500 scans");
#ifdef GUISE_LIBJPEG
  return decode_jpeg(file);
#else
  return decode_jpeg_by_stb(file);
#endif
}
inline TransparentPicture decode_transparent(const Encoded& file) {
  if (file.kind == Kind::jpeg) return opaque(decode_photograph(file));
  if (file.kind != Kind::png) file.refuse_kind();
#ifdef GUISE_LIBPNG
  return decode_transparent_png(file);
#else
  return decode_png_by_stb(file);
#endif
}
inline Picture decode(const Encoded& file) {
  if (file.kind == Kind::jpeg) return decode_photograph(file);
  if (file.kind != Kind::png) file.refuse_kind();
#ifdef GUISE_LIBPNG
  return decode_png(file);
#else
  return on_white(decode_png_by_stb(file));
#endif
}

// False: too large for its format, or the sink said so.
inline bool encode(const Picture& picture, bool as_png, EncoderSink& sink) {
  const auto put = [](void* to, void* data, int size) {
    static_cast<EncoderSink*>(to)->put(data, static_cast<std::size_t>(size));
  };
  const int width = picture.width, height = picture.height;
  const unsigned char* rgb = picture.rgb.data();
  if (!as_png) return stb::stbi_write_jpg_to_func(put, &sink, width, height, 3, rgb, 95);
#ifdef GUISE_LIBPNG
  return PngWriter(sink).writes(picture);
#else
  return stb::stbi_write_png_to_func(put, &sink, width, height, 3, rgb, 3 * width);
#endif
}

}  // namespace image_file

namespace image_file {

inline Encoded opened(EncodedBytes& bytes, const std::string& name, std::int64_t largest = largest_picture) {
  if (bytes.size() == 0) throw Error(name + ": empty file: expected a PNG or JPEG picture");
  return {bytes, name, largest};
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

// With its transparency.
inline TransparentPicture read_transparent_picture(const std::filesystem::path& path) {
  image_file::EncodedBytes encoded(path);
  return image_file::decode_transparent(image_file::opened(encoded, path.string()));
}

inline void write_picture(const std::filesystem::path& path, const Picture& picture) {
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
