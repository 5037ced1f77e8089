// Internal: what the header of a BMP picture says before stb_image decodes it, which takes the rows that are missing from
// a file for black.
#pragma once
#include <guise/io/picture/detail/encoded_picture.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace guise::image_file {

// Uncompressed, of 1 to 32 bits a pixel; its rows, each of whole numbers of 32 bits, are all there.
inline void check_bmp_header(const Encoded& file) {
  unsigned char header[34] = {};
  file.bytes.rewind();
  const std::size_t count = std::min(sizeof header, file.bytes.size());
  file.bytes.take(header, count);
  file.bytes.rewind();
  const auto number = [&](std::size_t at, std::size_t bytes) {  // the least significant byte first
    std::uint32_t value = 0;
    for (std::size_t k = bytes; k-- > 0;) value = value << 8 | header[at + k];
    return value;
  };
  const std::uint32_t pixels_at = number(10, 4), info = number(14, 4);
  const bool oldest = info == 12;  // OS/2's, with sides of 16 bits
  if (count < (oldest ? 26 : sizeof header) || (info < 40 && !oldest))
    file.refuse_content("a BMP header that is none");
  const auto side = [&](std::size_t at) {  // a height below 0 counts from the top
    const auto value = static_cast<std::int32_t>(number(at, 4));
    return value < 0 ? -std::int64_t{value} : std::int64_t{value};
  };
  const std::int64_t width = oldest ? number(18, 2) : side(18), height = oldest ? number(20, 2) : side(22);
  const std::uint32_t bits = number(oldest ? 24 : 28, 2), compression = oldest ? 0 : number(30, 4);
  if (compression != 0 && compression != 3)  // 3: the channels' bits are given
    file.refuse_variant("a compressed BMP picture", "an uncompressed one");
  if (width < 1 || height < 1 || bits < 1 || bits > 32) file.refuse_content("a BMP header that is none");
  file.check_size(width, height);
  const std::int64_t row = (width * bits + 31) / 32 * 4;
  if (std::cmp_greater(pixels_at + row * height, file.bytes.size())) file.refuse_short(width, height);
}

}  // namespace guise::image_file
