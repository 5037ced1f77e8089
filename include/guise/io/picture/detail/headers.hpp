// Internal: what the headers of PNG and JPEG say before a decoder sees them: sides that are too long, and kinds of
// either format that no decoder here knows, which are refused by their names. A JpegHeader also tells whether the
// four channels of a JPEG are marked as Adobe's, and JpegScans whether all of a JPEG is there.
#pragma once
#include <guise/io/picture/detail/encoded_picture.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace guise::image_file {

// The next number of a file, most significant byte first; none at its end.
inline std::optional<std::uint32_t> next_number(EncodedBytes& file, std::size_t count) {
  unsigned char bytes[4];
  std::uint32_t value = 0;
  if (!file.take(bytes, count)) return std::nullopt;
  for (std::size_t k = 0; k < count; ++k) value = value << 8 | bytes[k];
  return value;
}

// f(marker, bytes of its segment) for each segment of a JPEG before its first scan; f reads none or all of them, and
// returns whether to go on.
template <class F> void each_segment(EncodedBytes& file, F f) {
  file.rewind();
  file.skip(2);
  for (;;) {
    auto marker = next_number(file, 1);
    if (marker != 0xffu) return;
    while (marker == 0xffu) marker = next_number(file, 1);  // any number of fill bytes may precede a marker
    if (marker == 0x01u || (marker >= 0xd0u && marker <= 0xd7u)) continue;  // a marker without a segment
    const auto length = next_number(file, 2);
    if (marker == 0xdau || marker == 0xd9u || !length || *length < 2) return;
    const std::size_t left = file.left(), count = *length - 2;
    if (!f(*marker, count)) return;
    if (file.left() == left) file.skip(count);
  }
}

struct JpegHeader {
  std::uint32_t frame = 0, precision = 8, components = 0;  // frame: the marker of its start; 0: none
  bool adobe = false;
};
inline JpegHeader jpeg_header(EncodedBytes& file) {  // leaves it at its beginning
  JpegHeader header;
  each_segment(file, [&](std::uint32_t marker, std::size_t count) {
    if (marker == 0xee && count >= 12) {
      unsigned char part[5] = {};
      file.take(part, sizeof part);
      header.adobe |= std::string_view(reinterpret_cast<const char*>(part), sizeof part) == "Adobe";
      file.skip(count - sizeof part);
    }
    const bool starts =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if ((starts || marker == 0xf7) && count >= 6) {
      header.frame = marker;
      header.precision = next_number(file, 1).value_or(8);
      next_number(file, 4);  // its sides
      header.components = next_number(file, 1).value_or(0);
      return false;
    }
    return true;
  });
  file.rewind();
  return header;
}

inline void check_png_header(const Encoded& file) {
  file.bytes.rewind();
  file.bytes.skip(8 + 4);
  const auto type = next_number(file.bytes, 4), width = next_number(file.bytes, 4),
             height = next_number(file.bytes, 4);
  file.bytes.rewind();
  if (type == 0x43674249u)  // CgBI
    file.refuse_variant("a PNG as Xcode stores it for iPhones (CgBI)", "an ordinary PNG");
  if (type == 0x49484452u && height && (*width > longest_side || *height > longest_side))
    file.check_size(*width, *height);
}
inline void check_jpeg_header(const Encoded& file) {
  const JpegHeader header = jpeg_header(file.bytes);
  const std::uint32_t coding = header.frame & 0xf;
  if (header.frame == 0) return;
  if (header.frame == 0xf7) file.refuse_variant("a JPEG-LS picture", "PNG or JPEG");
#ifdef GUISE_LIBJPEG
  constexpr std::uint32_t most = 10;  // 9 and 10: arithmetic coding, sequential and progressive
#else
  constexpr std::uint32_t most = 8;
#endif
  if (coding > most) file.refuse_variant("a JPEG with arithmetic coding", "one with Huffman coding");
  if (coding == 3) file.refuse_variant("a lossless JPEG", "a baseline or progressive one");
  if (coding > 3 && coding < 9) file.refuse_variant("a hierarchical JPEG", "a baseline or progressive one");
  if (header.precision != 8)
    file.refuse_variant("a JPEG of " + std::to_string(header.precision) + " bits a channel", "8 bits");
}

// The scans of a JPEG file. Some versions of stb_image fill the rest of a truncated JPEG with grey and report
// no error. No marker can occur within a scan, so a whole file has its end-of-image marker behind the last
// start of a scan.
struct JpegScans {
  std::size_t count = 0;
  bool ended = false;  // an end of the image follows the last
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

}  // namespace guise::image_file
