// Internal: PNG and JPEG through stb_image; see io/image_file.hpp.
#pragma once
#include <guise/io/encoded_picture.hpp>
#include <guise/io/stb.hpp>

#include <cstdlib>
#include <memory>

namespace guise::image_file {

struct StbPixels {
  int width = 0, height = 0;
  std::unique_ptr<unsigned char, void (*)(void*)> data{nullptr, std::free};  // (H, W, channels)
};
inline StbPixels stb_pixels(const Encoded& file, int channels) {
  int width = 0, height = 0, found = 0;
  const auto size = static_cast<int>(file.bytes.size());
  if (!stb::stbi_info_from_memory(file.bytes.data(), size, &width, &height, &found)) file.refuse_kind();
  file.check_size(width, height);
  // The largest single block that a picture of this size needs: 16-bit rows with their filters in a buffer
  // that grew by doubling, or a JPEG's coefficients in whole blocks of 32x32. Inflating more is a bomb.
  const stb_memory::Bound bound(std::size_t{20} * static_cast<std::size_t>(width + 32) *
                                    static_cast<std::size_t>(height + 32) +
                                2 * file.bytes.size());
  StbPixels pixels;
  pixels.data.reset(
      stb::stbi_load_from_memory(file.bytes.data(), size, &pixels.width, &pixels.height, &found, channels));
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
  return file.is_jpeg() ? decode_jpeg_by_stb(file) : on_white(decode_png_by_stb(file));
}

}  // namespace guise::image_file
