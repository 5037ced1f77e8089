// Internal: the formats of picture files, by their first bytes and by the endings of names; which of them this build
// reads and writes, and what each can hold. See io/picture/image_file.hpp.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/detail/encoded_bytes.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace guise::image_file {

enum class Kind { neither, png, jpeg, webp, tiff, bmp, pnm, npy };

inline Kind kind_of(EncodedBytes& bytes) {  // leaves them at the beginning
  using namespace std::literals;
  unsigned char first[12] = {};
  bytes.rewind();
  bytes.take(first, std::min(sizeof first, bytes.size()));
  bytes.rewind();
  const std::string_view text(reinterpret_cast<const char*>(first), sizeof first);
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return Kind::png;
  if (text.starts_with("\xff\xd8")) return Kind::jpeg;
  if (text.starts_with("RIFF") && text.substr(8) == "WEBP") return Kind::webp;
  for (const std::string_view mark : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})
    if (text.starts_with(mark)) return Kind::tiff;
  if (text.starts_with("BM")) return Kind::bmp;
  if (text.starts_with("\x93NUMPY")) return Kind::npy;
  const bool pnm = text[0] == 'P' && text[1] >= '1' && text[1] <= '7' && std::isspace(first[2]);
  return pnm ? Kind::pnm : Kind::neither;
}

inline std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}
inline Kind kind_named(const std::filesystem::path& path) {
  static constexpr struct {
    const char* ending;
    Kind kind;
  } known[] = {{".png", Kind::png},   {".jpg", Kind::jpeg},  {".jpeg", Kind::jpeg}, {".jpe", Kind::jpeg},
               {".jfif", Kind::jpeg}, {".webp", Kind::webp}, {".tif", Kind::tiff},  {".tiff", Kind::tiff},
               {".bmp", Kind::bmp},   {".pgm", Kind::pnm},   {".ppm", Kind::pnm},   {".pnm", Kind::pnm},
               {".npy", Kind::npy}};
  const std::string extension = lower_extension(path);
  for (const auto& [ending, kind] : known)
    if (extension == ending) return kind;
  return Kind::neither;
}

// Whether it is read, and by this build written, row by row.
inline bool reads_rows(Kind kind) { return kind == Kind::tiff || kind == Kind::pnm || kind == Kind::npy; }
inline bool writes_rows(Kind kind) {
#ifdef GUISE_LIBPNG
  if (kind == Kind::png) return true;
#endif
  return reads_rows(kind);
}
// The longest row or column that it can hold.
inline int longest_written(Kind kind) {
  return kind == Kind::webp ? 16383 : kind == Kind::jpeg ? 65535 : 2147483647;
}

// What a build lacks for this kind, in words; empty where it has all.
inline std::string lacking([[maybe_unused]] Kind kind) {
#ifndef GUISE_LIBWEBP
  if (kind == Kind::webp) return "a WebP picture: expected a build with libwebp (Debian: libwebp-dev)";
#endif
#ifndef GUISE_LIBTIFF
  if (kind == Kind::tiff) return "a TIFF picture: expected a build with libtiff 4.5 (Debian: libtiff-dev)";
#endif
  return "";
}
// What this build reads: "PNG, JPEG, WebP, TIFF, BMP, PNM or .npy".
inline std::string formats() {
  std::string text = "PNG, JPEG";
  if (lacking(Kind::webp).empty()) text += ", WebP";
  if (lacking(Kind::tiff).empty()) text += ", TIFF";
  return text + ", BMP, PNM or .npy";
}
// Whether a file of this name is looked for as a picture, and can be written as one.
inline bool has_picture_name(const std::filesystem::path& path) {
  const Kind kind = kind_named(path);
  return kind != Kind::neither && lacking(kind).empty();
}

// The deepest that this build writes of a kind.
inline Depth deepest(Kind kind) {
#ifdef GUISE_LIBPNG
  if (kind == Kind::png) return Depth::bits16;
#endif
  if (kind == Kind::pnm) return Depth::bits16;
  return kind == Kind::tiff || kind == Kind::npy ? Depth::float32 : Depth::bits8;
}
inline Depth depth_within(Kind kind, Depth depth) { return std::min(depth, deepest(kind)); }

// The channels that a file of this name can hold, in words for an error; empty where these can. Grey is put into what
// has only colour as RGB (in_colour).
inline std::string channels_refused(const std::filesystem::path& path, int channels, bool alpha) {
  const bool grey = channels - alpha == 1, rgb = channels - alpha == 3;
  switch (kind_named(path)) {
    case Kind::png:
    case Kind::webp:
      return grey || rgb ? "" : "grey or RGB, with or without transparency";
    case Kind::bmp:
      return (grey && !alpha) || rgb ? "" : "grey, or RGB with or without transparency";
    case Kind::pnm:
      if (lower_extension(path) == ".pgm")
        return grey && !alpha ? "" : "grey, without transparency (.ppm takes RGB)";
      [[fallthrough]];
    case Kind::jpeg:
      return (grey || rgb) && !alpha ? "" : "grey or RGB, without transparency";
    default:
      return "";
  }
}
inline bool only_in_colour(const std::filesystem::path& path) {
  const Kind kind = kind_named(path);
  return kind == Kind::webp || kind == Kind::bmp || lower_extension(path) == ".ppm";
}
// What a file of this name holds of a raster: of a depth that it has, and in colour where there is nothing else.
inline Raster held(const std::filesystem::path& path, const Raster& raster) {
  Raster result = converted(raster, depth_within(kind_named(path), raster.depth));
  return only_in_colour(path) ? in_colour(std::move(result)) : result;
}

// What an encoder is given: (H, W, C), which someone else owns.
struct Pixels {
  int width, height, channels;
  Depth depth;
  bool alpha;
  const unsigned char* bytes;

  std::size_t row_bytes() const {
    return static_cast<std::size_t>(Index{width} * channels * static_cast<int>(depth));
  }
  const unsigned char* row(int y) const { return bytes + static_cast<std::size_t>(y) * row_bytes(); }
};
inline Pixels pixels_of(const Picture& picture) {
  return {picture.width, picture.height, 3, Depth::bits8, false, picture.rgb.data()};
}
inline Pixels pixels_of(const Raster& raster) {
  return {raster.width, raster.height, raster.channels, raster.depth, raster.alpha, raster.bytes.data()};
}

}  // namespace guise::image_file
