// An ImageFolder is the pictures of one domain: those that picture_files finds in a folder, and the Transform that is
// applied when they are loaded. Nothing is decoded here. It is cheap to copy. Throws what picture_files throws.
#pragma once
#include <guise/data/picture_files.hpp>
#include <guise/data/transform.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace guise {

template <class Domain> class ImageFolder {
 public:
  ImageFolder(const std::filesystem::path& folder, Transform transform)
      : transform_((transform.check(), transform)),
        found_(std::make_shared<const PictureFiles>(picture_files(folder))) {}

  std::size_t size() const { return found_->files.size(); }
  const std::filesystem::path& file(std::size_t k) const { return found_->files.at(k); }
  const PictureFiles& found() const { return *found_; }  // with what was passed over
  const Transform& transform() const { return transform_; }

 private:
  Transform transform_;
  std::shared_ptr<const PictureFiles> found_;
};

}  // namespace guise
