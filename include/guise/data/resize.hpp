// `resized` is a picture in another size, by stb_image_resize on the 8-bit values as they are stored.
// ResizeFilter::cubic interpolates with Catmull-Rom's cubic, which is widened where the picture shrinks so
// that it covers every pixel; ResizeFilter::box makes each pixel of a smaller picture the mean of the pixels
// that it covers, which is softer and takes little more than half the time. The border is continued outwards.
// stb is compiled into a namespace with internal linkage, so that a program may use stb itself. Throws Error
// for a size below 1x1, and for a picture that is none (Picture::check).
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture/picture.hpp>

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

enum class ResizeFilter { box = stb::STBIR_FILTER_BOX, cubic = stb::STBIR_FILTER_CATMULLROM };

inline Picture resized(const Picture& picture, int width, int height,
                       ResizeFilter filter = ResizeFilter::cubic) {
  picture.check();
  if (picture.width == width && picture.height == height) return picture;
  Picture result = blank(width, height);
  if (!stb::stbir_resize_uint8_generic(picture.rgb.data(), picture.width, picture.height, 0,
                                       result.rgb.data(), width, height, 0, 3, STBIR_ALPHA_CHANNEL_NONE, 0,
                                       stb::STBIR_EDGE_CLAMP, static_cast<stb::stbir_filter>(filter),
                                       stb::STBIR_COLORSPACE_LINEAR, nullptr))
    throw Error("picture of " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
                ": cannot be resized to " + std::to_string(width) + "x" + std::to_string(height));
  return result;
}

}  // namespace guise
