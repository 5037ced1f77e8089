// Internal: PNG and JPEG through stb_image; see io/image_file.hpp.
#pragma once
#include <guise/io/encoded_picture.hpp>
#include <guise/io/stb.hpp>

#include <memory>

namespace guise::image_file {

inline Picture decode_by_stb(const Encoded& file) {
  int width = 0, height = 0, channels = 0;
  const auto size = static_cast<int>(file.bytes.size());
  if (!stb::stbi_info_from_memory(file.bytes.data(), size, &width, &height, &channels)) file.refuse_kind();
  file.check_size(width, height);
  // The largest single block that a picture of this size needs: 16-bit rows with their filters in a buffer
  // that grew by doubling, or a JPEG's coefficients in whole blocks of 32x32. Inflating more is a bomb.
  const stb_memory::Bound bound(std::size_t{20} * static_cast<std::size_t>(width + 32) *
                                    static_cast<std::size_t>(height + 32) +
                                2 * file.bytes.size());
  const std::unique_ptr<unsigned char, void (*)(void*)> rgba(
      stb::stbi_load_from_memory(file.bytes.data(), size, &width, &height, &channels, 4),
      std::free);  // (H, W, 4)
  if (!rgba) file.refuse_content(stb::stbi_failure_reason());
  return on_white(width, height, rgba.get());
}

}  // namespace guise::image_file
