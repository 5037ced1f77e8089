// Picture files. Reads PNG and JPEG whatever the name says, by stb_image; grey, palette and 16-bit pictures
// become 8-bit RGB, transparency is composited on white. Writes PNG, or JPEG where the name ends in .jpg or
// .jpeg. Pixels of a batch are in [-1, 1], (1, H, W, 3).
//
// Throws Error with the path and what was expected: missing, empty, neither PNG nor JPEG, truncated or
// corrupt, more than 2^28 pixels; an output that cannot be written whole leaves nothing behind.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/io/atomic_file.hpp>
#include <guise/io/picture.hpp>
#include <guise/io/read_file.hpp>
#include <guise/io/stb.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

inline constexpr std::int64_t largest_picture = std::int64_t{1} << 28;  // pixels

namespace image_file {

inline std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}
inline bool has_picture_name(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

// Some versions of stb_image fill what a truncated JPEG lacks with grey and are content. Within a scan a
// marker cannot occur, so a whole file has its end-of-image marker somewhere behind the last start of a scan.
inline bool ends_early(std::span<const unsigned char> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with("\xff\xd8")) return false;
  const auto scan = text.rfind("\xff\xda"), end = text.rfind("\xff\xd9");
  return scan == text.npos || end == text.npos || end < scan;
}

inline void check_size(const std::string& name, std::int64_t width, std::int64_t height) {
  if (width * height > largest_picture)
    throw Error(name + ": " + std::to_string(width) + "x" + std::to_string(height) +
                " pixels: expected at most " + std::to_string(largest_picture) + " in all");
}

}  // namespace image_file

namespace image_file {

using Pixels = std::unique_ptr<unsigned char, void (*)(void*)>;  // (H, W, channels)
struct Decoded {
  int width, height, channels;  // 3, or 4 where there is transparency
  Pixels pixels;
};
inline Decoded decode(std::span<const unsigned char> bytes, const std::string& name, bool transparent) {
  if (bytes.empty()) throw Error(name + ": empty file: expected a PNG or JPEG picture");
  int width = 0, height = 0, channels = 0;
  const auto size = static_cast<int>(bytes.size());
  if (!stb::stbi_info_from_memory(bytes.data(), size, &width, &height, &channels))
    throw Error(name + ": not a picture, or far too large: expected PNG or JPEG");
  check_size(name, width, height);
  if (ends_early(bytes)) throw Error(name + ": truncated: expected a whole JPEG picture");
  // A photograph has no transparency to decode: it fits into less memory without.
  const bool photograph = bytes.size() > 1 && bytes[0] == 0xff && bytes[1] == 0xd8;
  const int wanted = photograph && !transparent ? 3 : 4;
  Pixels pixels(stb::stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, wanted),
                std::free);
  if (!pixels)
    throw Error(name + ": truncated or corrupt (" + stb::stbi_failure_reason() +
                "): expected a whole PNG or JPEG picture");
  return {width, height, wanted, std::move(pixels)};
}

}  // namespace image_file

inline Picture decode_picture(std::span<const unsigned char> bytes, const std::string& name) {
  const auto [width, height, channels, pixels] = image_file::decode(bytes, name, false);
  Picture picture{width, height, {}};
  const auto area = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const unsigned char* from = pixels.get();
  if (channels == 3) {
    picture.rgb.assign(from, from + area * 3);
    return picture;
  }
  picture.rgb.resize(area * 3);
  for (auto to = picture.rgb.begin(); to != picture.rgb.end(); to += 3, from += 4)
    for (int c = 0; c < 3; ++c)
      to[c] = static_cast<unsigned char>((from[c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
  return picture;
}

inline Picture read_picture(const std::filesystem::path& path) {
  return decode_picture(read_file(path, INT32_MAX), path.string());
}

// With its transparency: rows of red, green, blue and coverage.
struct TransparentPicture {
  int width = 0, height = 0;
  std::vector<unsigned char> rgba;  // (H, W, 4)
};
inline TransparentPicture read_transparent_picture(const std::filesystem::path& path) {
  const auto bytes = read_file(path, INT32_MAX);
  const auto [width, height, channels, pixels] = image_file::decode(bytes, path.string(), true);
  const auto size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4;
  return {width, height, {pixels.get(), pixels.get() + size}};
}

inline void write_picture(const std::filesystem::path& path, const Picture& picture) {
  if (!image_file::has_picture_name(path))
    throw Error(path.string() + ": cannot be written: expected a name ending in .png, .jpg or .jpeg");
  image_file::check_size(path.string(), picture.width, picture.height);
  std::vector<std::byte> bytes;
  const auto append = [](void* to, void* data, int size) {
    const auto* first = static_cast<const std::byte*>(data);
    static_cast<std::vector<std::byte>*>(to)->insert(static_cast<std::vector<std::byte>*>(to)->end(), first,
                                                     first + size);
  };
  const int width = picture.width, height = picture.height;
  const auto* rgb = picture.rgb.data();
  const int done = image_file::lower_extension(path) == ".png"
                       ? stb::stbi_write_png_to_func(append, &bytes, width, height, 3, rgb, 3 * width)
                       : stb::stbi_write_jpg_to_func(append, &bytes, width, height, 3, rgb, 95);
  if (!done) throw Error(path.string() + ": cannot be written: too large for its format");
  write_file(path, bytes);
}

template <class Domain> Images<Domain> read_image(const std::filesystem::path& path) {
  return to_images<Domain>(read_picture(path));
}

template <class Domain> void write_image(const std::filesystem::path& path, const Images<Domain>& image) {
  if (image.n != 1)
    throw Error(path.string() + ": cannot be written: a batch of " + std::to_string(image.n) +
                ": expected one picture");
  write_picture(path, to_picture(image));
}

}  // namespace guise
