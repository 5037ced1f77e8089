// Internal: PNG, JPEG and BMP decoded by stb_image; see io/picture/image_file.hpp.
#pragma once
#include <guise/io/picture/detail/bmp.hpp>
#include <guise/io/picture/detail/headers.hpp>
#include <guise/io/picture/detail/stb.hpp>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <vector>

namespace guise::image_file {

// Whether a Huffman table of a JPEG has more codes than stb_image can take: it writes past its tables where
// there are more than 256, and takes the last of 256 for its mark of a long code. Segments are visited as stb
// does it: between them, and in the data of a scan, bytes that are no marker are skipped.
inline bool has_overlong_huffman_table(std::span<const unsigned char> bytes) {
  const auto at = [&](std::size_t k) { return k < bytes.size() ? bytes[k] : 0; };
  for (std::size_t k = 2; k + 3 < bytes.size();) {
    if (at(k) != 0xff || at(k + 1) == 0xff) {
      ++k;
      continue;
    }
    const int marker = at(k + 1);
    k += 2;
    if (marker == 0xd9) return false;                                 // end of the image
    if (marker == 0 || (marker >= 0xd0 && marker <= 0xd7)) continue;  // data, restart
    const std::size_t end = k + (at(k) << 8 | at(k + 1));
    if (marker == 0xc4)
      for (std::size_t table = k + 2; table < end;) {
        std::size_t codes = 0;
        for (std::size_t length = 1; length <= 16; ++length) codes += at(table + length);
        if (codes > 255) return true;
        table += 17 + codes;
      }
    k = std::max(end, k + 2);
  }
  return false;
}

// The file's bytes; of a JPEG of four channels that are not marked as Adobe's, which stb would take for YCbCr, those
// of the same file with Adobe's marker, in `marked`.
inline std::span<const unsigned char> as_adobe(const Encoded& file, std::vector<unsigned char>& marked) {
  const JpegHeader header = file.kind == Kind::jpeg ? jpeg_header(file.bytes) : JpegHeader{};
  const std::span<const unsigned char> bytes = file.bytes.all();
  if (header.components != 4 || header.adobe || bytes.size() < 2) return bytes;
  static constexpr unsigned char marker[] = {0xff, 0xee, 0,   14, 'A', 'd', 'o', 'b',
                                             'e',  0,    100, 0,  0,   0,   0,   0};
  marked.assign(bytes.begin(), bytes.begin() + 2);
  marked.insert(marked.end(), std::begin(marker), std::end(marker));
  marked.insert(marked.end(), bytes.begin() + 2, bytes.end());
  return marked;
}

struct StbPixels {
  int width = 0, height = 0, channels = 0;
  Depth depth = Depth::bits8;
  std::unique_ptr<void, void (*)(void*)> data{nullptr, std::free};  // (H, W, channels)
  std::vector<unsigned char> bytes() const {
    const auto* first = static_cast<const unsigned char*>(data.get());
    return {first, first + Index{channels} * width * height * static_cast<int>(depth)};
  }
};
// 0 channels: those that the file has, of the depth that it has.
inline StbPixels stb_pixels(const Encoded& file, int channels) {
  int width = 0, height = 0, found = 0;
  std::vector<unsigned char> own;
  if (file.kind == Kind::bmp) own = bmp_of_one_kind(file);
  const std::span<const unsigned char> bytes = file.kind == Kind::bmp ? own : as_adobe(file, own);
  const int size = narrow<int>(bytes.size(), file.name + ": a size in bytes");
  if (file.kind == Kind::jpeg && has_overlong_huffman_table(bytes))
    file.refuse_content("a Huffman table of more than 255 codes");
  if (!stb::stbi_info_from_memory(bytes.data(), size, &width, &height, &found))
    file.refuse_content(stb::stbi_failure_reason());
  file.check_size(width, height);
  // The largest single block that a picture of this size needs: 16-bit rows with their filters in a buffer
  // that grew by doubling, or a JPEG's coefficients in whole blocks of 32x32. A file that needs more is a
  // decompression bomb.
  const stb_memory::Bound bound(Index{20} * (width + 32) * (height + 32) + 2 * bytes.size());
  StbPixels pixels;
  const bool deep = channels == 0 && stb::stbi_is_16_bit_from_memory(bytes.data(), size);
  const auto load = [&](auto f) {
    pixels.data.reset(f(bytes.data(), size, &pixels.width, &pixels.height, &found, channels));
  };
  deep ? load(stb::stbi_load_16_from_memory) : load(stb::stbi_load_from_memory);
  if (!pixels.data) file.refuse_content(stb::stbi_failure_reason());
  pixels.channels = channels ? channels : found;
  pixels.depth = deep ? Depth::bits16 : Depth::bits8;
  return pixels;
}

inline Picture decode_jpeg_by_stb(const Encoded& file) {
  const StbPixels pixels = stb_pixels(file, 3);
  return {pixels.width, pixels.height, pixels.bytes()};
}
inline TransparentPicture decode_png_by_stb(const Encoded& file) {
  const StbPixels pixels = stb_pixels(file, 4);
  return {pixels.width, pixels.height, pixels.bytes()};
}
inline Raster decode_raster_by_stb(const Encoded& file) {
  const StbPixels pixels = stb_pixels(file, 0);
  return {pixels.width,  pixels.height, pixels.channels, pixels.depth, pixels.channels % 2 == 0,
          pixels.bytes()};
}
inline Picture decode_by_stb(const Encoded& file) {
  return file.kind == Kind::jpeg ? decode_jpeg_by_stb(file) : on_white(decode_png_by_stb(file));
}

}  // namespace guise::image_file
