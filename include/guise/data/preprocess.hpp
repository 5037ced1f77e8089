// How a picture of any size becomes one of a size that a training takes: the --preprocess of the PyTorch reference
// (data/base_dataset.py), by its names. `load` and `crop` are sides in pixels.
//
//   resize_and_crop           load x load whatever its shape, and of it crop x crop
//   crop                      crop x crop of the picture as it is
//   scale_width               load wide, its height in proportion, but at least crop
//   scale_width_and_crop      the same, and of it crop x crop
//   scale_shortside           its shorter side load, the other in proportion
//   scale_shortside_and_crop  the same, and of it crop x crop
//   none                      as it is
//
// Where nothing is cut out, the sides are rounded to multiples of 4, which the generators take; the reference does so
// for `none`, and cannot train on other sides. (scale_shortside is that of the same authors' SPADE.)
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture/picture_size.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace guise {

enum class Preprocess {
  resize_and_crop,
  crop,
  scale_width,
  scale_width_and_crop,
  scale_shortside,
  scale_shortside_and_crop,
  none
};

inline constexpr std::array<std::string_view, 7> preprocess_names{
    "resize_and_crop",          "crop", "scale_width", "scale_width_and_crop", "scale_shortside",
    "scale_shortside_and_crop", "none"};
inline std::string name_of(Preprocess how) {
  return std::string(preprocess_names[static_cast<std::size_t>(how)]);
}
inline std::optional<Preprocess> preprocess_named(std::string_view name) {
  const auto found = std::ranges::find(preprocess_names, name);
  if (found == preprocess_names.end()) return {};
  return static_cast<Preprocess>(found - preprocess_names.begin());
}

inline bool crops(Preprocess how) { return name_of(how).ends_with("crop"); }
inline bool resizes(Preprocess how) { return how != Preprocess::crop && how != Preprocess::none; }

namespace detail {

inline int side_of(double pixels) {  // any that is more than a picture may have is refused later
  return static_cast<int>(std::clamp(pixels, 1., double{1 << 30}));
}
inline int multiple_of_4(int side) {  // the nearest; of two the one that is a multiple of 8
  return std::max(4, 4 * static_cast<int>(std::lrint(side / 4.)));
}

}  // namespace detail

// What a picture of this size is resized to, before anything is cut out of it.
inline PictureSize loaded_size(Preprocess how, int load, int crop, PictureSize of) {
  if (of.width < 1 || of.height < 1) throw Error("picture of " + of.text() + ": expected at least 1x1");
  PictureSize to = of;
  switch (how) {
    case Preprocess::resize_and_crop:
      to = {load, load};
      break;
    case Preprocess::scale_width:
    case Preprocess::scale_width_and_crop:
      to = {load, std::max(detail::side_of(double{1} * load * of.height / of.width), crop)};
      break;
    case Preprocess::scale_shortside:
    case Preprocess::scale_shortside_and_crop: {
      const bool upright = of.width <= of.height;
      const int shorter = std::min(of.width, of.height), longer = std::max(of.width, of.height);
      to = {load, detail::side_of(double{1} * load * longer / shorter)};
      if (!upright) std::swap(to.width, to.height);
      break;
    }
    case Preprocess::crop:
    case Preprocess::none:
      break;
  }
  if (crops(how)) return to;
  return {detail::multiple_of_4(to.width), detail::multiple_of_4(to.height)};
}

}  // namespace guise
