// An ImageFolder is the pictures of one domain: the files of a folder whose names end in .png, .jpg or .jpeg
// (in any case), sorted by name, and the Transform that is applied when they are loaded. Nothing is decoded
// here. It is cheap to copy. Throws Error for a folder that is missing, is not a folder, or has no picture in
// it.
#pragma once
#include <guise/core/error.hpp>
#include <guise/data/transform.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace guise {

inline std::vector<std::filesystem::path> picture_files(const std::filesystem::path& folder) {
  std::error_code code;
  if (!std::filesystem::is_directory(folder, code))
    throw Error(folder.string() + ": no such folder: expected one with PNG or JPEG pictures");
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    std::error_code unreadable;  // a broken link is not a picture
    if (image_file::has_picture_name(entry->path()) && entry->is_regular_file(unreadable))
      files.push_back(entry->path());
  }
  if (code) throw Error(folder.string() + ": cannot be read: " + code.message());
  if (files.empty()) throw Error(folder.string() + ": no picture in it: expected PNG or JPEG files");
  std::ranges::sort(files);
  return files;
}

template <class Domain> class ImageFolder {
 public:
  ImageFolder(const std::filesystem::path& folder, Transform transform)
      : transform_((transform.check(), transform)),
        files_(std::make_shared<const std::vector<std::filesystem::path>>(picture_files(folder))) {}

  std::size_t size() const { return files_->size(); }
  const std::filesystem::path& file(std::size_t k) const { return files_->at(k); }
  const Transform& transform() const { return transform_; }

 private:
  Transform transform_;
  std::shared_ptr<const std::vector<std::filesystem::path>> files_;
};

}  // namespace guise
