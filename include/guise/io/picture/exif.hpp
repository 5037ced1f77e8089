// The orientation that a camera stored in the Exif part of a JPEG, PNG or WebP file (1 to 8 as Exif numbers them;
// 1, upright, where the file has none that can be understood), and a picture rotated upright by it, which
// io/picture/image_file.hpp does with every picture that it reads.
#pragma once
#include <guise/io/picture/detail/headers.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace guise {

namespace exif {

class Numbers {  // of either byte order; bytes behind the end are 0
 public:
  Numbers(std::span<const unsigned char> bytes, bool big) : bytes_(bytes), big_(big) {}
  std::uint32_t at(std::size_t offset, int count) const {
    std::uint32_t value = 0;
    for (int k = 0; k < count; ++k) {
      const std::size_t from = offset + (big_ ? k : count - 1 - k);
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
    const std::uint32_t type = numbers.at(entry + 2, 2);
    if (numbers.at(entry, 2) != 0x112 || (type != 3 && type != 4)) continue;  // neither SHORT nor LONG
    const std::uint32_t value = numbers.at(entry + 8, type == 3 ? 2 : 4);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

using image_file::next_number;
inline std::vector<unsigned char> next_bytes(image_file::EncodedBytes& file, std::size_t count) {
  if (count > file.left()) return {};
  std::vector<unsigned char> bytes(count);
  if (!file.take(bytes.data(), count)) bytes.clear();
  return bytes;
}

inline int orientation_in_jpeg(image_file::EncodedBytes& file) {
  int found = 1;
  image_file::each_segment(file, [&](std::uint32_t marker, std::size_t count) {
    if (marker != 0xe1u) return true;
    const std::vector<unsigned char> part = next_bytes(file, count);
    if (part.size() != count) return false;
    constexpr unsigned char name[] = {'E', 'x', 'i', 'f', 0, 0};
    if (part.size() <= sizeof name || !std::equal(std::begin(name), std::end(name), part.begin()))
      return true;
    found = orientation_in_tiff(std::span(part).subspan(sizeof name));
    return false;
  });
  return found;
}

inline int orientation_in_png(image_file::EncodedBytes& file) {  // behind its signature
  constexpr std::uint32_t exif_chunk = 0x65584966, end = 0x49454e44, longest = 1 << 20;
  for (;;) {
    const auto length = next_number(file, 4), type = next_number(file, 4);
    if (!length || !type || *type == end) return 1;
    if (*type == exif_chunk) return *length <= longest ? orientation_in_tiff(next_bytes(file, *length)) : 1;
    file.skip(std::size_t{*length} + 4);
  }
}

inline int orientation_in_webp(image_file::EncodedBytes& file) {  // behind "RIFF", a size and "WEBP"
  constexpr std::uint32_t exif_chunk = 0x45584946, longest = 1 << 20;
  for (;;) {
    const auto type = next_number(file, 4), swapped = next_number(file, 4);
    if (!type || !swapped) return 1;
    const std::uint32_t length = __builtin_bswap32(*swapped);
    if (*type != exif_chunk) {
      file.skip(std::size_t{length} + length % 2);
      continue;
    }
    std::vector<unsigned char> part = next_bytes(file, length <= longest ? length : 0);
    constexpr unsigned char name[] = {'E', 'x', 'i', 'f', 0, 0};  // some programs write it here too
    const bool named =
        part.size() > sizeof name && std::equal(std::begin(name), std::end(name), part.begin());
    return orientation_in_tiff(std::span<const unsigned char>(part).subspan(named ? sizeof name : 0));
  }
}

inline int orientation(image_file::EncodedBytes& file) {
  using image_file::Kind;
  const Kind kind = image_file::kind_of(file);
  file.skip(kind == Kind::png ? 8 : kind == Kind::webp ? 12 : 0);
  const int found = kind == Kind::png    ? orientation_in_png(file)
                    : kind == Kind::jpeg ? orientation_in_jpeg(file)
                    : kind == Kind::webp ? orientation_in_webp(file)
                                         : 1;
  file.rewind();
  return found;
}

// The pixels of a picture of w x h, of so many bytes each, in the order in which they are shown.
inline std::vector<unsigned char> turned(const std::vector<unsigned char>& pixels, int w, int h, int size,
                                         int orientation) {
  const bool sideways = orientation >= 5;
  std::vector<unsigned char> result(pixels.size());
  unsigned char* to = result.data();
  for (int y = 0; y < (sideways ? w : h); ++y)
    for (int x = 0; x < (sideways ? h : w); ++x, to += size) {
      int column = sideways ? y : x, row = sideways ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = w - 1 - column;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) row = h - 1 - row;
      const unsigned char* from = pixels.data() + (std::ptrdiff_t{row} * w + column) * size;
      std::copy_n(from, size, to);
    }
  return result;
}

}  // namespace exif

inline Picture upright(Picture picture, int orientation) {
  picture.check();
  if (orientation <= 1 || orientation > 8) return picture;
  picture.rgb = exif::turned(picture.rgb, picture.width, picture.height, 3, orientation);
  if (orientation >= 5) std::swap(picture.width, picture.height);
  return picture;
}
inline Raster upright(Raster picture, int orientation) {
  picture.check();
  if (orientation <= 1 || orientation > 8) return picture;
  picture.bytes = exif::turned(picture.bytes, picture.width, picture.height,
                               picture.channels * static_cast<int>(picture.depth), orientation);
  if (orientation >= 5) std::swap(picture.width, picture.height);
  return picture;
}
inline TransparentPicture upright(TransparentPicture picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  picture.rgba = exif::turned(picture.rgba, picture.width, picture.height, 4, orientation);
  if (orientation >= 5) std::swap(picture.width, picture.height);
  return picture;
}

}  // namespace guise
