// Internal: PNG and JPEG through stb_image; see io/image_file.hpp.
#pragma once
#include <guise/io/picture/encoded_picture.hpp>
#include <guise/io/picture/stb.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace guise::image_file {

// stb_image writes past its tables where a Huffman table of a JPEG has more than 256 codes, and takes the
// last of 256 for its mark of a long code. Segments are walked as stb does: between them, and in the data of
// a scan, whatever is no marker is passed over.
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
    const std::size_t end = k + static_cast<std::size_t>(at(k) << 8 | at(k + 1));
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

struct StbPixels {
  int width = 0, height = 0;
  std::unique_ptr<unsigned char, void (*)(void*)> data{nullptr, std::free};  // (H, W, channels)
};
inline StbPixels stb_pixels(const Encoded& file, int channels) {
  int width = 0, height = 0, found = 0;
  const std::span<const unsigned char> bytes = file.bytes.all();
  const auto size = static_cast<int>(bytes.size());
  if (file.kind == Kind::jpeg && has_overlong_huffman_table(bytes))
    file.refuse_content("a Huffman table of more than 255 codes");
  if (!stb::stbi_info_from_memory(bytes.data(), size, &width, &height, &found)) file.refuse_kind();
  file.check_size(width, height);
  // The largest single block that a picture of this size needs: 16-bit rows with their filters in a buffer
  // that grew by doubling, or a JPEG's coefficients in whole blocks of 32x32. Inflating more is a bomb.
  const stb_memory::Bound bound(std::size_t{20} * static_cast<std::size_t>(width + 32) *
                                    static_cast<std::size_t>(height + 32) +
                                2 * bytes.size());
  StbPixels pixels;
  pixels.data.reset(
      stb::stbi_load_from_memory(bytes.data(), size, &pixels.width, &pixels.height, &found, channels));
  if (!pixels.data) file.refuse_content(stb::stbi_failure_reason());
  return pixels;
}

inline Picture decode_jpeg_by_stb(const Encoded& file) {
  const StbPixels pixels = stb_pixels(file, 3);
  const auto bytes =
      std::size_t{3} * static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height);
  return {pixels.width, pixels.height, {pixels.data.get(), pixels.data.get() + bytes}};
}
inline TransparentPicture decode_png_by_stb(const Encoded& file) {
  const StbPixels pixels = stb_pixels(file, 4);
  const auto bytes =
      std::size_t{4} * static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height);
  return {pixels.width, pixels.height, {pixels.data.get(), pixels.data.get() + bytes}};
}
inline Picture decode_by_stb(const Encoded& file) {
  return file.kind == Kind::jpeg ? decode_jpeg_by_stb(file) : on_white(decode_png_by_stb(file));
}

}  // namespace guise::image_file
