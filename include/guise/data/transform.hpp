// What happens to a training picture, as the PyTorch reference's resize_and_crop: resized to load x load
// whatever its shape, a crop x crop window of it at random, flipped left to right with probability one half,
// [0, 255] to
// [-1, 1]. Throws Error where crop is below 1 or above load.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/data/resize.hpp>
#include <guise/io/picture.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xview.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace guise {

struct Transform {
  int load = 286, crop = 256;
  bool flip = true;

  void check() const {
    if (crop < 1 || load < crop)
      throw Error("load of " + std::to_string(load) + " and crop of " + std::to_string(crop) +
                  ": expected a crop of at least 1 and a load that is not smaller");
  }
};

struct Draw {  // what chance decides about one picture
  int left = 0, top = 0;
  bool flipped = false;
};

inline Draw draw(const Transform& transform, Random& random) {  // always three numbers
  const auto places = static_cast<std::uint64_t>(transform.load - transform.crop) + 1;
  const int left = static_cast<int>(random.below(places)), top = static_cast<int>(random.below(places));
  return {left, top, random.chance(0.5) && transform.flip};
}

// Writes the picture as sample `index` of a batch of {3, crop, crop}.
template <class Domain>
void place(const Picture& picture, const Transform& transform, const Draw& draw, Images<Domain>& batch,
           int index) {
  const Picture whole = resized(picture, transform.load, transform.load);
  const auto load = static_cast<std::size_t>(transform.load), crop = static_cast<std::size_t>(transform.crop);
  const std::array<std::size_t, 3> loaded{load, load, 3}, cropped{crop, crop, 3};
  const auto pixels = xt::adapt(whole.rgb.data(), whole.rgb.size(), xt::no_ownership(), loaded);  // (H, W, 3)
  auto sample = xt::adapt(batch.data.data() + static_cast<std::size_t>(index) * batch.shape.floats(),
                          batch.shape.floats(), xt::no_ownership(), cropped);  // (crop, crop, 3)
  const auto window = xt::view(pixels, xt::range(draw.top, draw.top + transform.crop),
                               xt::range(draw.left, draw.left + transform.crop), xt::all());
  if (draw.flipped)
    xt::noalias(sample) = xt::cast<float>(xt::flip(window, 1)) / 127.5f - 1.f;
  else
    xt::noalias(sample) = xt::cast<float>(window) / 127.5f - 1.f;
}

}  // namespace guise
