// What data/resize.hpp declares, defined by stb_image_resize.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/core/shape.hpp>
#include <guise/data/resize.hpp>

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <limits>
#include <string>

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

namespace detail {

// In the numbers of their depth; all other arguments are those of stb's functions.
inline void resize(const unsigned char* from, int w, int h, unsigned char* to, int width, int height,
                   int channels, Depth depth, ResizeFilter filter) {
  const auto call = [&]<class T>(auto resizes, T) {
    return resizes(reinterpret_cast<const T*>(from), w, h, 0, reinterpret_cast<T*>(to), width, height, 0,
                   channels, STBIR_ALPHA_CHANNEL_NONE, 0, stb::STBIR_EDGE_CLAMP,
                   filter == ResizeFilter::box ? stb::STBIR_FILTER_BOX : stb::STBIR_FILTER_CATMULLROM,
                   stb::STBIR_COLORSPACE_LINEAR, nullptr);
  };
  const int done = depth == Depth::bits8    ? call(stb::stbir_resize_uint8_generic, std::uint8_t{})
                   : depth == Depth::bits16 ? call(stb::stbir_resize_uint16_generic, std::uint16_t{})
                                            : call(stb::stbir_resize_float_generic, float{});
  if (!done)
    throw Error("picture of " + std::to_string(w) + "x" + std::to_string(h) + ": cannot be resized to " +
                std::to_string(width) + "x" + std::to_string(height));
}

}  // namespace detail

GUISE_FUNCTION Picture resized(const Picture& picture, int width, int height, ResizeFilter filter) {
  picture.check();
  if (picture.width == width && picture.height == height) return picture;
  Picture result = blank(width, height);
  detail::resize(picture.rgb.data(), picture.width, picture.height, result.rgb.data(), width, height,
                 rgb_channels, Depth::bits8, filter);
  return result;
}
GUISE_FUNCTION Raster resized(const Raster& picture, int width, int height, ResizeFilter filter) {
  picture.check();
  if (picture.width == width && picture.height == height) return picture;
  if (width < 1 || height < 1)
    throw Error("picture of " + std::to_string(width) + "x" + std::to_string(height) +
                ": expected at least 1x1");
  Raster result = blank_raster(width, height, picture.channels, picture.depth, picture.alpha);
  detail::resize(picture.bytes.data(), picture.width, picture.height, result.bytes.data(), width, height,
                 picture.channels, picture.depth, filter);
  if (picture.depth != Depth::float32) return result;
  float least = std::numeric_limits<float>::max(), most = std::numeric_limits<float>::lowest();
  for (Index k = 0; k < picture.numbers(); ++k) {  // no NaN is less or more
    least = std::min(least, picture.at<float>(k));
    most = std::max(most, picture.at<float>(k));
  }
  for (Index k = 0; k < result.numbers(); ++k) {
    const float value = result.at<float>(k);
    if (value < least || value > most) result.put(k, value < least ? least : most);
  }
  return result;
}

}  // namespace guise
