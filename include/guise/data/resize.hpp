// A picture in another size: cubic interpolation (Catmull-Rom), widened to cover what lies between where the
// picture shrinks, borders continued; by stb_image_resize on 8-bit values as they are stored. stb is compiled
// into a namespace with internal linkage, so that a program may use it itself. Throws Error for a size below
// 1x1.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture.hpp>

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <vector>

#pragma push_macro("STBIR_INCLUDE_STB_IMAGE_RESIZE_H")
#pragma push_macro("STB_IMAGE_RESIZE_IMPLEMENTATION")
#pragma push_macro("STB_IMAGE_RESIZE_STATIC")
#pragma push_macro("STBIRDEF")
#undef STBIR_INCLUDE_STB_IMAGE_RESIZE_H
#undef STB_IMAGE_RESIZE_IMPLEMENTATION
#undef STB_IMAGE_RESIZE_STATIC
#undef STBIRDEF
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wold-style-cast"
namespace guise::stb {
#include <stb/stb_image_resize.h>
}  // namespace guise::stb
#pragma GCC diagnostic pop
#pragma pop_macro("STBIRDEF")
#pragma pop_macro("STB_IMAGE_RESIZE_STATIC")
#pragma pop_macro("STB_IMAGE_RESIZE_IMPLEMENTATION")
#pragma pop_macro("STBIR_INCLUDE_STB_IMAGE_RESIZE_H")

namespace guise {

inline Picture resized(const Picture& picture, int width, int height) {
  if (picture.width == width && picture.height == height) return picture;
  Picture result = blank(width, height);
  if (!stb::stbir_resize_uint8_generic(picture.rgb.data(), picture.width, picture.height, 0,
                                       result.rgb.data(), width, height, 0, 3, STBIR_ALPHA_CHANNEL_NONE, 0,
                                       stb::STBIR_EDGE_CLAMP, stb::STBIR_FILTER_CATMULLROM,
                                       stb::STBIR_COLORSPACE_LINEAR, nullptr))
    throw Error("picture of " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
                ": cannot be resized to " + std::to_string(width) + "x" + std::to_string(height));
  return result;
}

// A smaller picture, each of its pixels the mean of what lies under it: several times as fast, and softer.
inline Picture averaged(const Picture& picture, int width, int height) {
  if (width > picture.width || height > picture.height)
    throw Error("picture of " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
                ": cannot be averaged to " + std::to_string(width) + "x" + std::to_string(height));
  Picture result = blank(width, height);
  const double down = double(picture.height) / height, across = double(picture.width) / width;
  // f(k, part) for all whole places that the k-th interval reaches into, with the part of the interval's
  // length
  const auto each = [](int index, double length, int n, auto f) {
    const double from = index * length, to = from + length;
    for (int k = static_cast<int>(from); k < n && k < to; ++k)
      f(k, static_cast<float>((std::min(to, k + 1.) - std::max(from, double(k))) / length));
  };
  const std::size_t row = std::size_t{3} * static_cast<std::size_t>(picture.width);
  std::vector<float> sums(row);
  unsigned char* rgb = result.rgb.data();
  for (int y = 0; y < height; ++y) {
    std::fill(sums.begin(), sums.end(), 0.f);
    each(y, down, picture.height, [&](int k, float part) {
      const unsigned char* from = picture.rgb.data() + static_cast<std::size_t>(k) * row;
      for (std::size_t at = 0; at < row; ++at) sums[at] += part * float(from[at]);
    });
    for (int x = 0; x < width; ++x, rgb += 3) {
      float mean[3] = {0.5f, 0.5f, 0.5f};  // rounded
      each(x, across, picture.width, [&](int k, float part) {
        for (int c = 0; c < 3; ++c) mean[c] += part * sums[std::size_t(3 * k + c)];
      });
      for (int c = 0; c < 3; ++c) rgb[c] = static_cast<unsigned char>(std::min(mean[c], 255.f));
    }
  }
  return result;
}

}  // namespace guise
