// A Transform is what is done to a training picture, as in the PyTorch reference's resize_and_crop: it is
// resized to load x load whatever its shape, cropped at random to crop x crop, flipped left to right with
// probability one half, and scaled from [0, 255] to [-1, 1]. Throws Error where crop is below 1 or above
// load.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/core/windows.hpp>
#include <guise/data/resize.hpp>
#include <guise/io/picture/picture.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xview.hpp>

#include <algorithm>
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

inline Draw draw(const Transform& transform, Random& random) {  // always three numbers
  const std::uint64_t offsets = transform.load - transform.crop + 1;
  const int left = static_cast<int>(random.below(offsets)), top = static_cast<int>(random.below(offsets));
  return {left, top, random.chance(0.5) && transform.flip};
}

// The window of a picture of load x load in bytes, as sample `index` of a batch of {3, crop, crop}.
template <class Domain>
void cut(const unsigned char* rgb, int load_side, const Draw& draw, Images<Domain>& batch, int index) {
  const std::size_t load = load_side, crop = batch.shape.h;
  const std::array<std::size_t, 3> loaded{load, load, 3}, cropped{crop, crop, 3};
  const auto pixels = xt::adapt(rgb, load * load * 3, xt::no_ownership(), loaded);  // (H, W, 3)
  auto sample = xt::adapt(batch.data.data() + index * batch.shape.floats(), batch.shape.floats(),
                          xt::no_ownership(), cropped);  // (crop, crop, 3)
  const auto window = xt::view(pixels, xt::range(draw.top, draw.top + batch.shape.h),
                               xt::range(draw.left, draw.left + batch.shape.w), xt::all());
  if (draw.flipped)
    xt::noalias(sample) = xt::cast<float>(xt::flip(window, 1)) / 127.5f - 1.f;
  else
    xt::noalias(sample) = xt::cast<float>(window) / 127.5f - 1.f;
}

// Writes the picture as sample `index` of a batch of {3, crop, crop}, or of windows of load x load.
template <class Domain>
void place(const Picture& picture, const Transform& transform, const Draw& draw, Images<Domain>& batch,
           int index) {
  cut(resized(picture, transform.load, transform.load).rgb.data(), transform.load, draw, batch, index);
}
template <class Domain>
void place(const Picture& picture, const Transform& transform, const Draw& draw, Windows<Domain>& batch,
           int index) {
  std::ranges::copy(resized(picture, transform.load, transform.load).rgb,
                    batch.rgb.data() + index * batch.picture());
  batch.draws[index] = draw;
}

template <class Domain> const Images<Domain>& images(const Images<Domain>& batch) { return batch; }
template <class Domain> Images<Domain> images(const Windows<Domain>& windows) {
  Images<Domain> batch{windows.n, {3, windows.crop, windows.crop}};
  for (int k = 0; k < windows.n; ++k)
    cut(windows.rgb.data() + k * windows.picture(), windows.load, windows.draws[k], batch, k);
  return batch;
}

}  // namespace guise
