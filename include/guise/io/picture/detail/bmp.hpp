// Internal: BMP pictures of all headers as stb_image reads them: it knows few of them, takes rows that are missing from a
// file for black, and palettes as long as the file says.
#pragma once
#include <guise/io/picture/detail/encoded_picture.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace guise::image_file {

// The file's numbers, the least significant byte first; 0 behind its end.
inline std::uint32_t bmp_number(std::span<const unsigned char> file, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t k = bytes; k-- > 0;) value = value << 8 | (at + k < file.size() ? file[at + k] : 0u);
  return value;
}

// The same picture with a header of 108 bytes, a whole palette and nothing between them and its rows. Uncompressed, of 1 to
// 32 bits a pixel; its rows, each of whole numbers of 32 bits, are all there.
inline std::vector<unsigned char> bmp_of_one_kind(const Encoded& file) {
  const std::span<const unsigned char> bytes = file.bytes.all();
  const auto number = [&](std::size_t at, std::size_t count = 4) { return bmp_number(bytes, at, count); };
  const std::size_t pixels_at = number(10), info = number(14);
  const bool oldest = info == 12;  // OS/2's, with sides of 16 bits and colours of 24
  if (bytes.size() < 14 + (oldest ? 12u : 40u) || (info < 40 && !oldest))
    file.refuse_content("a BMP header that is none");
  const auto signed_number = [&](std::size_t at) {
    return std::int64_t{static_cast<std::int32_t>(number(at))};
  };
  const std::int64_t width = oldest ? number(18, 2) : signed_number(18),
                     height = oldest ? number(20, 2) : signed_number(22);  // below 0: from the top
  const std::uint32_t bits = number(oldest ? 24 : 28, 2), compression = oldest ? 0 : number(30);
  const bool masked = compression == 3 && info != 64;  // the channels' bits are given
  if (compression != 0 && !masked) file.refuse_variant("a compressed BMP picture", "an uncompressed one");
  if (width < 1 || height == 0 || bits < 1 || bits > 32 || pixels_at < 14 + info)
    file.refuse_content("a BMP header that is none");
  const std::int64_t rows = height < 0 ? -height : height, row = (width * bits + 31) / 32 * 4;
  file.check_size(width, rows);
  if (std::cmp_greater(pixels_at + static_cast<std::size_t>(row * rows), bytes.size()))
    file.refuse_short(width, rows);

  std::vector<unsigned char> one{'B', 'M'};
  const auto put = [&](std::int64_t value, std::size_t count = 4) {
    for (std::size_t k = 0; k < count; ++k) one.push_back(static_cast<unsigned char>(value >> (8 * k)));
  };
  const std::size_t colours = bits <= 8 ? std::size_t{1} << bits : 0;
  put(0), put(0), put(static_cast<std::int64_t>(14 + 108 + 4 * colours));
  put(108), put(width), put(height), put(1, 2), put(bits, 2), put(compression);
  for (int k = 0; k < 5; ++k) put(0);
  for (std::size_t k = 0; k < 4; ++k) {  // red, green, blue, transparency, which older headers have not
    const std::uint32_t mask = masked && (k < 3 || info >= 56) ? number(54 + 4 * k) : 0;
    if (std::popcount(mask) > 8) file.refuse_variant("a BMP picture of more than 8 bits a channel", "8 bits");
    put(mask);
  }
  for (int k = 0; k < 13; ++k) put(0);
  const std::size_t entry = oldest ? 3 : 4;
  for (std::size_t k = 0, at = 14 + info; k < colours; ++k, at += entry)
    put(at + entry <= pixels_at ? number(at, 3) : 0);  // black where the palette is shorter
  const auto pixels = bytes.subspan(pixels_at, static_cast<std::size_t>(row * rows));
  one.insert(one.end(), pixels.begin(), pixels.end());
  return one;
}

}  // namespace guise::image_file
