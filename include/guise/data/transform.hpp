// A Transform is what is done to a training picture, as in the PyTorch reference's resize_and_crop: it is
// resized to load x load whatever its shape, cropped at random to crop x crop, flipped left to right with
// probability one half, and scaled from [0, 255] to [-1, 1]. Throws Error where crop is below 1 or above
// load.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/core/random_crops.hpp>
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

// The crop of a picture, and whether it is flipped. Always draws three numbers.
inline Crop random_crop(const Transform& transform, Random& random) {
  const std::uint64_t offsets = transform.load - transform.crop + 1;
  const int left = static_cast<int>(random.below(offsets)), top = static_cast<int>(random.below(offsets));
  return {left, top, random.chance(0.5) && transform.flip};
}

// Writes the crop of a picture of load x load in bytes as sample `index` of a batch of {3, crop, crop}.
template <class Domain>
void write_crop(const unsigned char* rgb, int load_side, const Crop& at, Images<Domain>& batch, int index) {
  check_batch(batch);
  if (index < 0 || index >= batch.n || batch.shape.c != 3 || at.left < 0 || at.top < 0 ||
      at.left > load_side - batch.shape.w || at.top > load_side - batch.shape.h)
    throw Error("a crop at " + std::to_string(at.left) + ", " + std::to_string(at.top) + " of a picture of " +
                std::to_string(load_side) + " as sample " + std::to_string(index) +
                ": expected one within it, and a sample of the batch");
  const std::size_t load = load_side, crop = batch.shape.h;
  const std::array<std::size_t, 3> loaded{load, load, 3}, cropped{crop, crop, 3};
  const auto pixels = xt::adapt(rgb, load * load * 3, xt::no_ownership(), loaded);  // (H, W, 3)
  auto sample = xt::adapt(batch.data.data() + index * batch.shape.floats(), batch.shape.floats(),
                          xt::no_ownership(), cropped);  // (crop, crop, 3)
  const auto part = xt::view(pixels, xt::range(at.top, at.top + batch.shape.h),
                             xt::range(at.left, at.left + batch.shape.w), xt::all());
  if (at.flipped)
    xt::noalias(sample) = xt::cast<float>(xt::flip(part, 1)) / 127.5f - 1.f;
  else
    xt::noalias(sample) = xt::cast<float>(part) / 127.5f - 1.f;
}

// Writes the picture as sample `index` of a batch of {3, crop, crop}, or of random crops of load x load.
template <class Domain>
void write_sample(const Picture& picture, const Transform& transform, const Crop& at, Images<Domain>& batch,
                  int index) {
  write_crop(resized(picture, transform.load, transform.load).rgb.data(), transform.load, at, batch, index);
}
template <class Domain>
void write_sample(const Picture& picture, const Transform& transform, const Crop& at,
                  RandomCrops<Domain>& batch, int index) {
  if (index < 0 || index >= batch.n || batch.load != transform.load)
    throw Error("sample " + std::to_string(index) + " of " + std::to_string(batch.n) +
                " crops: expected one of them, and pictures of their side");
  std::ranges::copy(resized(picture, transform.load, transform.load).rgb,
                    batch.rgb.data() + index * batch.picture());
  batch.crops[index] = at;
}

// The batch of images that random crops stand for.
template <class Domain> const Images<Domain>& images(const Images<Domain>& batch) { return batch; }
template <class Domain> Images<Domain> images(const RandomCrops<Domain>& from) {
  Images<Domain> batch{from.n, {3, from.crop, from.crop}};
  for (int k = 0; k < from.n; ++k)
    write_crop(from.rgb.data() + k * from.picture(), from.load, from.crops[k], batch, k);
  return batch;
}

}  // namespace guise
