// named_overlay is the overlay of a name as users give it: one that code draws (eyeliner, beard, hair) in a
// colour of red, green, blue in [0, 255], or a picture of their own, whose name ends in .png. Throws Error
// for a name that is neither, and for a file that cannot be read.
#pragma once
#include <guise/core/error.hpp>
#include <guise/face/drawn_overlays.hpp>
#include <guise/face/overlay.hpp>
#include <guise/io/picture/image_file.hpp>

#include <array>
#include <string>
#include <utility>

namespace guise {

inline Overlay named_overlay(const std::string& name, std::array<float, 3> colour) {
  if (name.empty()) throw Error("overlay without a name: expected eyeliner, beard, hair or a PNG file");
  if (image_file::lower_extension(name) != ".png") return overlays::named(name, colour);
  TransparentPicture picture = read_transparent_picture(name);
  return picture_overlay(picture.width, picture.height, std::move(picture.rgba));
}

}  // namespace guise
