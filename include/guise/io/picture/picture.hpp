// A Picture is a picture as files hold it: 8 bits for red, green and blue, rows from the top, (H, W, 3).
// to_images and to_picture convert between a Picture and a batch, whose pixels are in [-1, 1]: v = byte /
// 127.5 - 1, and back rounded and clamped (what is not a number becomes 0). Throws Error where a batch does
// not hold RGB; `check` where a picture's bytes are not as many as its sides say, which every function that
// takes a Picture asks before it reads or writes one.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/index.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct Picture {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;  // (H, W, 3)

  void check() const {
    if (width >= 1 && height >= 1 && std::cmp_equal(rgb.size(), Index{3} * width * height)) return;
    throw Error("picture of " + std::to_string(width) + "x" + std::to_string(height) + " with " +
                std::to_string(rgb.size()) +
                " bytes: expected at least 1x1, and three bytes a pixel: red, green, blue");
  }
  friend bool operator==(const Picture&, const Picture&) = default;
};

inline Picture blank(int width, int height, unsigned char level = 255) {
  if (width < 1 || height < 1)
    throw Error("picture of " + std::to_string(width) + "x" + std::to_string(height) +
                ": expected at least 1x1");
  if (Index{width} * height > Index{1} << 32)
    throw Error("picture of " + std::to_string(width) + "x" + std::to_string(height) +
                ": expected at most 4294967296 pixels in all");
  return {width, height, std::vector<unsigned char>(Index{3} * width * height, level)};
}

inline float to_unit(unsigned char byte) { return static_cast<float>(byte) / 127.5f - 1; }
inline unsigned char to_byte(float value) {
  const float level = (value + 1) * 127.5f + 0.5f;
  return level > 0 ? static_cast<unsigned char>(std::min(level, 255.f)) : std::uint8_t{0};
}

template <class Domain> Images<Domain> to_images(const Picture& picture) {
  picture.check();
  Images<Domain> images{.n = 1, .shape = {3, picture.height, picture.width}};  // (1, H, W, 3)
  std::transform(picture.rgb.begin(), picture.rgb.end(), images.data.begin(), to_unit);
  return images;
}

template <class Domain> Picture to_picture(const Images<Domain>& images, int index = 0) {
  const auto [channels, height, width] = images.shape;
  if (channels != 3)
    throw Error("picture of " + std::to_string(channels) + " channels: expected 3, red, green and blue");
  if (index < 0 || index >= images.n)
    throw Error("picture " + std::to_string(index) + " of a batch of " + std::to_string(images.n) +
                ": expected one that is there");
  check_batch(images);
  Picture picture = blank(width, height);
  const float* first = images.data.data() + index * images.shape.floats();
  std::transform(first, first + images.shape.floats(), picture.rgb.begin(), to_byte);
  return picture;
}

}  // namespace guise
