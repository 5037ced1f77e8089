// Internal: an Encoded is a picture file that is being decoded, with what all decoders share: how they refuse
// it, by what it is, the bound on its size, which is checked before memory is allocated, and compositing
// transparency on white.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/detail/encoded_bytes.hpp>
#include <guise/io/bytes/what_it_is.hpp>
#include <guise/io/picture/detail/formats.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

inline constexpr std::int64_t largest_picture = std::int64_t{1} << 28;  // pixels of a whole one

struct TransparentPicture {
  int width = 0, height = 0;
  std::vector<unsigned char> rgba;  // (H, W, 4): red, green, blue, coverage
};

}  // namespace guise

namespace guise::image_file {

inline constexpr std::int64_t longest_side = std::int64_t{1} << 16;  // pixels
inline constexpr std::size_t most_scans = 500;  // of a JPEG, each of which may cover the whole picture
inline constexpr std::int64_t most_channels = 64;

struct Encoded {
  EncodedBytes& bytes;
  const std::string& name;  // only for messages
  std::int64_t largest;     // pixels
  Kind kind = kind_of(bytes);
  Numbers numbers = Numbers::of_depth;

  [[noreturn]] void refuse_kind() const {
    check_readable();
    if (const std::string what = lacking(kind); !what.empty()) throw Error(name + ": " + what);
    unsigned char first[512] = {};
    bytes.rewind();
    const std::size_t count = std::min(bytes.left(), sizeof first);
    bytes.take(first, count);
    std::string found = what_it_is({first, count});
    if (found.empty())
      found = "not a picture that is known here";
    else if (found.find(" picture") == found.npos)
      found = "not a picture but " + found;
    throw Error(name + ": " + found + ": expected " + formats());
  }
  // Of a variant of its format that the decoders do not know.
  [[noreturn]] void refuse_variant(const std::string& found, const char* expected) const {
    throw Error(name + ": " + plain(found) + ", which is not read: expected " + expected);
  }
  [[noreturn]] void refuse_content(const std::string& reason) const {
    check_readable();
    throw Error(name + ": truncated or corrupt (" + plain(reason) + "): expected a whole picture");
  }
  [[noreturn]] void refuse_short(std::int64_t width, std::int64_t height) const {
    refuse_content("too short for " + std::to_string(width) + "x" + std::to_string(height) + " pixels");
  }
  // Checks the size that a header claims. Deflate expands a byte to at most 1032, of eight pixels each, and a
  // JPEG has at least a bit for each block of 8x8 pixels, unless its coding is arithmetic (`dense`).
  void check_size(std::int64_t width, std::int64_t height, bool dense = false) const {
    if (std::max(width, height) > longest_side)
      throw Error(name + ": " + std::to_string(width) + "x" + std::to_string(height) +
                  " pixels: expected at most " + std::to_string(longest_side) + " in a row or column");
    if (width * height > largest)
      throw Error(name + ": " + std::to_string(width) + "x" + std::to_string(height) +
                  " pixels: expected at most " + std::to_string(largest) + " in all");
    if ((kind != Kind::png && kind != Kind::jpeg) || dense) return;
    const std::int64_t pixels_per_byte = kind == Kind::png ? 8 * 1032 : 8 * 64;
    if (std::cmp_greater(width * height / pixels_per_byte, bytes.size())) refuse_short(width, height);
  }
  // The same of other formats, whose numbers lie in `available` bytes, of which each expands to at most `expansion`.
  void check_numbers(std::int64_t width, std::int64_t height, std::int64_t channels, Depth depth,
                     std::uint64_t available, std::uint64_t expansion = 1) const {
    if (width < 1 || height < 1 || channels < 1) refuse_content("a picture without pixels");
    check_size(width, height);
    if (channels > most_channels || width * height * channels > 4 * largest)
      throw Error(name + ": " + std::to_string(width) + "x" + std::to_string(height) + " pixels of " +
                  std::to_string(channels) + " channels: expected at most " + std::to_string(most_channels) +
                  " channels, and " + std::to_string(4 * largest) + " numbers in all");
    if (std::cmp_greater(width * height * channels * static_cast<int>(depth), available * expansion))
      refuse_short(width, height);
  }

 private:
  static std::string plain(
      std::string text) {  // what is found, and a decoder's message, may hold bytes of the file
    for (char& c : text)
      if (c < ' ' || c > '~') c = '?';
    return text;
  }
  void check_readable() const {
    if (bytes.failed()) throw Error(name + ": cannot be read: it ended early");
  }
};

inline Picture on_white(TransparentPicture from) {  // reuses its memory
  unsigned char* to = from.rgba.data();
  const unsigned char *rgba = to, *end = to + from.rgba.size();
  for (; rgba != end; to += 3, rgba += 4) {
    const int covered = rgba[3], bare = 255 * (255 - covered) + 127;
    for (int c = 0; c < 3; ++c) to[c] = static_cast<unsigned char>((rgba[c] * covered + bare) / 255);
  }
  from.rgba.resize(from.rgba.size() / 4 * 3);
  return {from.width, from.height, std::move(from.rgba)};
}
inline TransparentPicture opaque(const Picture& from) {
  TransparentPicture picture{from.width, from.height,
                             std::vector<unsigned char>(from.rgb.size() / 3 * 4, 255)};
  auto rgb = from.rgb.begin();
  for (auto to = picture.rgba.begin(); to != picture.rgba.end(); to += 4, rgb += 3) std::copy_n(rgb, 3, to);
  return picture;
}

}  // namespace guise::image_file
