// Internal: PNM, grey (PGM, P5) and RGB (PPM, P6) of 8 or 16 bits, read and written; see io/picture/image_file.hpp. A
// header is "P5", width, height and the largest value in decimal digits, with white space and comments between
// them; one white space follows, then the numbers, of 16 bits the upper byte first.
#pragma once
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace guise::image_file {

// Numbers of 16 bits in the other byte order.
inline void swap_bytes(std::vector<unsigned char>& bytes, std::size_t size) {
  for (std::size_t k = 0; k + size <= bytes.size(); k += size)
    std::reverse(bytes.begin() + std::ptrdiff_t(k), bytes.begin() + std::ptrdiff_t(k + size));
}

// A number of a PNM's header and the one byte behind it; -1 where there is none.
inline std::int64_t pnm_number(EncodedBytes& file) {
  std::int64_t value = -1;
  unsigned char c = 0;
  for (bool comment = false; file.take(&c, 1);) {
    const bool digit = c >= '0' && c <= '9', space = c == ' ' || (c >= '\t' && c <= '\r');
    if (value >= 0 && space) return value;
    if (value < 0 && c == '#') comment = true;
    if (comment) {
      comment = c != '\n' && c != '\r';
      continue;
    }
    if (!digit && (value >= 0 || !space)) return -1;
    if (digit) value = std::min<std::int64_t>(std::max<std::int64_t>(value, 0) * 10 + (c - '0'), INT32_MAX);
  }
  return -1;
}

inline Raster decode_pnm(const Encoded& file) {
  unsigned char mark[2] = {};
  file.bytes.rewind();
  file.bytes.take(mark, sizeof mark);
  if (mark[1] != '5' && mark[1] != '6')
    file.refuse_variant(std::string("a PNM picture of kind P") + static_cast<char>(mark[1]), "P5 or P6");
  const std::int64_t width = pnm_number(file.bytes), height = pnm_number(file.bytes),
                     most = pnm_number(file.bytes);
  if (width < 1 || height < 1 || most < 1 || most > 65535) file.refuse_content("a PNM header that is none");
  const int channels = mark[1] == '6' ? 3 : 1;
  const Depth depth = most > 255 ? Depth::bits16 : Depth::bits8;
  file.check_numbers(width, height, channels, depth, file.bytes.left());
  Raster raster = blank_raster(static_cast<int>(width), static_cast<int>(height), channels, depth);
  if (!file.bytes.take(raster.bytes.data(), raster.bytes.size())) file.refuse_content("it ends early");
  if (depth == Depth::bits16) swap_bytes(raster.bytes, 2);
  if (const double white = range_of(depth).high; white != double(most))
    guise::detail::with_number(depth, [&]<class T>(T) {
      for (Index k = 0; k < raster.numbers(); ++k)
        raster.put(k, guise::detail::number_of<T>(raster.at<T>(k) * white / double(most)));
    });
  return raster;
}

inline bool encode_pnm(const Pixels& from, EncoderSink& sink) {
  const std::string header = std::string(from.channels == 3 ? "P6\n" : "P5\n") + std::to_string(from.width) +
                             " " + std::to_string(from.height) +
                             (from.depth == Depth::bits16 ? "\n65535\n" : "\n255\n");
  sink.put(header.data(), header.size());
  for (int y = 0; y < from.height; ++y) {
    std::vector<unsigned char> row(from.row(y), from.row(y) + from.row_bytes());
    if (from.depth == Depth::bits16) swap_bytes(row, 2);
    if (!sink.put(row.data(), row.size())) return false;
  }
  return true;
}

}  // namespace guise::image_file
