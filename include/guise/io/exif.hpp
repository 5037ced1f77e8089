// How a camera held a picture: the orientation in a JPEG file's Exif part, 1 to 8 as Exif numbers them, 1
// (upright) where the file says nothing that can be understood; and the picture turned upright.
// read_upright_picture throws what read_picture throws.
#pragma once
#include <guise/io/image_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace guise {

namespace exif {

class Numbers {  // of either byte order; 0 behind the end
 public:
  Numbers(std::span<const unsigned char> bytes, bool big) : bytes_(bytes), big_(big) {}
  std::uint32_t at(std::size_t place, int count) const {
    std::uint32_t value = 0;
    for (int k = 0; k < count; ++k) {
      const std::size_t from = place + static_cast<std::size_t>(big_ ? k : count - 1 - k);
      value = value << 8 | (from < bytes_.size() ? bytes_[from] : 0u);
    }
    return value;
  }

 private:
  std::span<const unsigned char> bytes_;
  bool big_;
};

inline int orientation_in_tiff(std::span<const unsigned char> tiff) {
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'M' && tiff[0] != 'I')) return 1;
  const Numbers numbers(tiff, tiff[0] == 'M');
  if (numbers.at(2, 2) != 42) return 1;
  const std::size_t directory = numbers.at(4, 4);
  const std::uint32_t entries = numbers.at(directory, 2);
  for (std::uint32_t k = 0; k < entries && directory + 14 + 12 * std::size_t{k} <= tiff.size(); ++k) {
    const std::size_t entry = directory + 2 + 12 * std::size_t{k};
    if (numbers.at(entry, 2) != 0x112 || numbers.at(entry + 2, 2) != 3) continue;
    const std::uint32_t value = numbers.at(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

inline int orientation(std::span<const unsigned char> jpeg) {
  const Numbers numbers(jpeg, true);
  if (numbers.at(0, 2) != 0xffd8) return 1;
  for (std::size_t at = 2; at + 10 <= jpeg.size();) {
    const std::uint32_t marker = numbers.at(at, 2), length = numbers.at(at + 2, 2);
    if (marker >> 8 != 0xff || marker == 0xffda || length < 2 || at + 2 + length > jpeg.size()) return 1;
    if (marker == 0xffe1 && length >= 8 && numbers.at(at + 4, 4) == 0x45786966 && numbers.at(at + 8, 2) == 0)
      return orientation_in_tiff(jpeg.subspan(at + 10, length - 8));
    at += 2 + length;
  }
  return 1;
}

}  // namespace exif

inline Picture upright(Picture picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  const bool sideways = orientation >= 5;
  const int w = picture.width, h = picture.height;
  Picture turned = blank(sideways ? h : w, sideways ? w : h);
  unsigned char* to = turned.rgb.data();
  for (int y = 0; y < turned.height; ++y)
    for (int x = 0; x < turned.width; ++x, to += 3) {
      int column = sideways ? y : x, row = sideways ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = w - 1 - column;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) row = h - 1 - row;
      const unsigned char* from = picture.rgb.data() + (std::ptrdiff_t{row} * w + column) * 3;
      std::copy_n(from, 3, to);
    }
  return turned;
}

inline Picture read_upright_picture(const std::filesystem::path& path) {
  int orientation = 1;
  const auto decoded = [&] {  // the file's bytes are gone before a second picture is made
    const auto bytes = read_file(path, INT32_MAX);
    orientation = exif::orientation(bytes);
    return decode_picture(bytes, path.string());
  };
  Picture picture = decoded();
  return upright(std::move(picture), orientation);
}

}  // namespace guise
