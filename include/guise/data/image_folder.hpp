// An ImageFolder is the pictures of one domain: those that picture_files finds in a folder, and the Transform that is
// applied when they are loaded, and where there is one the PictureCache that keeps what was loaded. Nothing is decoded
// here. It is cheap to copy. Throws what picture_files and Transform::check throw, and `load` what load_picture throws.
#pragma once
#include <guise/data/picture_cache.hpp>
#include <guise/data/picture_files.hpp>
#include <guise/data/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

namespace guise {

template <class Domain> class ImageFolder {
 public:
  // `most`: no more than the first so many, by name.
  ImageFolder(const std::filesystem::path& folder, Transform transform,
              std::shared_ptr<PictureCache> cache = nullptr, std::size_t most = SIZE_MAX)
      : transform_((transform.check(), transform)),
        found_(std::make_shared<const PictureFiles>(first_of(picture_files(folder), most))),
        cache_(std::move(cache)) {}

  std::size_t size() const { return found_->files.size(); }
  const std::filesystem::path& file(std::size_t k) const { return found_->files.at(k); }
  const PictureFiles& found() const { return *found_; }  // with what was passed over
  const Transform& transform() const { return transform_; }
  Raster load(std::size_t k) const {
    const auto load = [&] { return load_picture(file(k), transform_); };
    return cache_ ? cache_->get(file(k), transform_.loading(), load) : load();
  }
  // The same pictures with another transform.
  ImageFolder with(Transform transform) const {
    transform.check();
    ImageFolder other = *this;
    other.transform_ = transform;
    return other;
  }
  // Whether its pictures can be loaded as RandomCrops: squares of red, green and blue, of files that hold no more than
  // bytes. Asks the files for their depth, not for their pixels.
  bool fits_random_crops() const {
    return transform_.preprocess == Preprocess::resize_and_crop && transform_.channels == rgb_channels &&
           !transform_.range && std::ranges::all_of(found_->files, holds_bytes);
  }

 private:
  static PictureFiles first_of(PictureFiles found, std::size_t most) {
    if (found.files.size() > most) found.files.resize(most);
    return found;
  }

  Transform transform_;
  std::shared_ptr<const PictureFiles> found_;
  std::shared_ptr<PictureCache> cache_;
};

}  // namespace guise
