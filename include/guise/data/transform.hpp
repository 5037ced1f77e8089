// A Transform is what is done to a training picture: it is given the channels that the networks take, resized
// (data/preprocess.hpp says to what; without more, to load x load whatever its shape), cropped at random to crop x crop
// where the way says so, flipped left to right with probability one half, and mapped from its range to [-1, 1]. Channels,
// depth and range are those of io/picture/raster.hpp: whole numbers keep all their bits, and float32 is in [0, 1] where
// no range says what it means.
//
//   load_picture(file, transform)    a Raster, read, of the channels, resized
//   random_crop(transform, size)     what is cut out of it; middle_crop without chance
//   write_sample                     as sample of a batch
//
// Throws Error where the numbers of a transform cannot be, and, with its name, for a picture that cannot be read, has
// other channels, is smaller than what is to be cut out of it, or would become larger than a picture may be.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/core/random_crops.hpp>
#include <guise/data/preprocess.hpp>
#include <guise/data/resize.hpp>
#include <guise/io/picture/raster.hpp>
#include <guise/io/picture/reduced.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace guise {

struct Transform {
  int load = 286, crop = 256;
  bool flip = true;
  Preprocess preprocess = Preprocess::resize_and_crop;
  int channels = rgb_channels;
  int least = 1;                 // sides of a picture that is not cropped, which its networks take
  std::optional<Range> range{};  // what becomes -1 and 1, where it is not that of the depth

  bool crops() const { return guise::crops(preprocess); }
  bool resizes() const { return guise::resizes(preprocess); }
  PictureSize loaded(PictureSize of) const { return loaded_size(preprocess, load, crop, of); }
  PictureSize taken(PictureSize of_loaded) const { return crops() ? PictureSize{crop, crop} : of_loaded; }
  // The same for held-out pictures: as much of them as the crop can show, and nothing is flipped.
  Transform held_out() const {
    Transform all = *this;
    if (crops()) all.load = crop;
    all.flip = false;
    return all;
  }

  void check() const {
    if (crop < 1 || load < 1 || (crops() && resizes() && load < crop))
      throw Error("load of " + std::to_string(load) + " and crop of " + std::to_string(crop) +
                  ": expected a crop of at least 1 and a load that is not smaller");
    if (channels < 1 || channels > most_channels)
      refuse("a transform to channels in a number", channels, "1 to 64");
    if (range && !(std::isfinite(range->low) && std::isfinite(range->high) && range->low < range->high))
      throw Error("a range from " + std::to_string(range->low) + " to " + std::to_string(range->high) +
                  ": expected finite numbers, and the second above the first");
  }
  std::string text() const {
    return "load " + std::to_string(load) + ", crop " + std::to_string(crop) + (flip ? ", flipped" : "") +
           (preprocess == Preprocess::resize_and_crop ? "" : ", " + name_of(preprocess)) +
           (channels == rgb_channels ? "" : ", " + std::to_string(channels) + " channels") +
           (range ? ", range " + std::to_string(range->low) + " to " + std::to_string(range->high) : "");
  }

  // All that a loaded picture depends on besides its file.
  std::string loading() const {
    return name_of(preprocess) + " " + std::to_string(load) + " " + std::to_string(crop) + " " +
           std::to_string(channels) + (range ? " stored numbers" : "");
  }

  static constexpr int most_channels = 64;
};

// The picture as it is loaded; `whole`: its size in the file, of which it may be a reduced one.
inline Raster loaded(Raster picture, const Transform& transform, const std::string& name, PictureSize whole) {
  picture = fitted(std::move(picture), transform.channels, name);
  check_numbers(picture, transform.range, name);  // all of it, whatever is cut out
  const PictureSize to = transform.loaded(whole);
  const int least = transform.crops() ? transform.crop : transform.least;
  if (std::min(to.width, to.height) < least)
    throw Error(name + ": " + to.text() + " pixels: expected at least " + PictureSize{least, least}.text() +
                (transform.crops() ? ", which are cut out of it" : ", which the networks take"));
  if (std::int64_t{to.width} * to.height > largest_picture)
    throw Error(name + ": " + whole.text() + " pixels would become " + to.text() + ": expected at most " +
                std::to_string(largest_picture) + " in all");
  return resized(picture, to.width, to.height);
}
inline Raster loaded(Raster picture, const Transform& transform, const std::string& name = "picture") {
  const PictureSize whole{picture.width, picture.height};
  return loaded(std::move(picture), transform, name, whole);
}
inline Raster load_picture(const std::filesystem::path& file, const Transform& transform) {
  ReducedPicture read = read_reduced(
      file, [&](PictureSize whole) { return transform.loaded(whole); },
      numbers_for(transform.range.has_value()));
  return loaded(std::move(read.raster), transform, file.string(), read.whole);
}

// The crop of a loaded picture of this size, and whether it is flipped. Always draws three numbers.
inline Crop random_crop(const Transform& transform, PictureSize of, Random& random) {
  const PictureSize taken = transform.taken(of);
  if (of.width < taken.width || of.height < taken.height)
    throw Error("a crop of " + taken.text() + " from a picture of " + of.text() +
                ": expected one that is not smaller");
  const auto offset = [&](int room) {
    return static_cast<int>(random.below(static_cast<std::uint64_t>(room) + 1));
  };
  const int left = offset(of.width - taken.width), top = offset(of.height - taken.height);
  return {left, top, random.chance(0.5) && transform.flip};
}
inline Crop middle_crop(const Transform& transform, PictureSize of) {
  const PictureSize taken = transform.taken(of);
  return {(of.width - taken.width) / 2, (of.height - taken.height) / 2, false};
}

// A part of a picture, flipped left to right where the crop says so.
inline Raster cut_out(const Raster& from, const Crop& at, PictureSize size) {
  from.check();
  if (size.width < 1 || size.height < 1 || at.left < 0 || at.top < 0 || at.left > from.width - size.width ||
      at.top > from.height - size.height)
    throw Error("a crop of " + size.text() + " at " + std::to_string(at.left) + ", " +
                std::to_string(at.top) + " of a picture of " + PictureSize{from.width, from.height}.text() +
                ": expected one that lies in it");
  Raster part = blank_raster(size.width, size.height, from.channels, from.depth, from.alpha);
  const Index pixel = Index{from.channels} * static_cast<int>(from.depth);
  for (int y = 0; y < size.height; ++y) {
    const unsigned char* row = from.bytes.data() + (Index{at.top + y} * from.width + at.left) * pixel;
    unsigned char* to = part.bytes.data() + Index{y} * size.width * pixel;
    if (!at.flipped)
      std::copy_n(row, size.width * pixel, to);
    else
      for (int x = 0; x < size.width; ++x, to += pixel)
        std::copy_n(row + Index{size.width - 1 - x} * pixel, pixel, to);
  }
  return part;
}

// The picture becomes sample `index` of a batch of its shape; `name` is only for messages.
template <class Domain>
void write_sample(const Raster& picture, std::optional<Range> range, Images<Domain>& batch, int index,
                  const std::string& name = "picture") {
  check_batch(batch);
  if (index < 0 || index >= batch.n || batch.shape != Shape{picture.channels, picture.height, picture.width})
    throw Error(name + ": " + std::to_string(picture.channels) + " channels of " +
                PictureSize{picture.width, picture.height}.text() + " as sample " + std::to_string(index) +
                ": expected a sample of the batch, and its shape");
  const Images<Domain> one = to_images<Domain>(picture, range, name);
  std::ranges::copy(one.data, batch.data.begin() + index * std::ssize(one.data));
}
// The loaded picture's crop as sample `index` of a batch.
template <class Domain>
void write_sample(const Raster& loaded, const Transform& transform, const Crop& at, Images<Domain>& batch,
                  int index, const std::string& name = "picture") {
  const PictureSize size = transform.taken({loaded.width, loaded.height});
  write_sample(cut_out(loaded, at, size), transform.range, batch, index, name);
}
// The same of random crops, whose pictures are load x load in bytes.
template <class Domain>
void write_sample(const Raster& loaded, const Transform& transform, const Crop& at,
                  RandomCrops<Domain>& batch, int index, const std::string& name = "picture") {
  if (index < 0 || index >= batch.n || batch.load != transform.load ||
      loaded.bytes.size() != batch.picture() || loaded.depth != Depth::bits8 ||
      loaded.channels != rgb_channels)
    throw Error(name + ": sample " + std::to_string(index) + " of " + std::to_string(batch.n) +
                " random crops: expected one of them, and a picture of their side in bytes");
  std::ranges::copy(loaded.bytes, batch.rgb.data() + index * batch.picture());
  batch.crops[index] = at;
}

// The batch of images that random crops stand for.
template <class Domain> const Images<Domain>& images(const Images<Domain>& batch) { return batch; }
template <class Domain> Images<Domain> images(const RandomCrops<Domain>& from) {
  Images<Domain> batch{from.n, {rgb_channels, from.crop, from.crop}};
  Raster picture = blank_raster(from.load, from.load, rgb_channels);
  for (int k = 0; k < from.n; ++k) {
    std::copy_n(from.rgb.data() + k * from.picture(), from.picture(), picture.bytes.data());
    write_sample(cut_out(picture, from.crops[k], {from.crop, from.crop}), {}, batch, k);
  }
  return batch;
}

}  // namespace guise
