// A PictureCache keeps loaded pictures, so that those of later epochs need not be decoded and resized again: in memory,
// or as .npy files in a folder, which the next training uses as well. A picture is known by the path, size and times of
// its file and by all that loading does to it, so that one that has changed is loaded anew, and batches have the same
// bits with a cache as without. Many threads may ask at the same time.
//
// It holds at most so many bytes; what comes when it is full is loaded each time, for any picture of a training is as
// likely to be asked for again as any other. Files are written whole or not at all, so that trainings may share a
// folder; each counts what it found there and what it wrote. A file that is damaged, by a checksum in its name, is written
// anew, one that cannot be written ends the writing and no training, and all of them may be removed at any time. Throws
// Error for a folder that cannot be made, and passes on what loading throws.
#pragma once
#include <guise/core/function_ref.hpp>
#include <guise/data/fingerprint.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/raster.hpp>

#include <sys/stat.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace guise {

class PictureCache {
 public:
  PictureCache() = default;
  PictureCache(const PictureCache&) = delete;
  PictureCache& operator=(const PictureCache&) = delete;
  virtual ~PictureCache() = default;

  // The file's picture as `load` makes it; `how` says all that this depends on besides the file.
  Raster get(const std::filesystem::path& file, const std::string& how, FunctionRef<Raster()> load) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return load();  // which says what is the matter
    const auto text = [](const timespec& time) {
      return ' ' + std::to_string(time.tv_sec) + '.' + std::to_string(time.tv_nsec);
    };
    // With the time at which it became another file, which no program can set as it can that of the content.
    return kept(std::filesystem::absolute(file).string() + '\n' + std::to_string(status.st_size) +
                    text(status.st_mtim) + text(status.st_ctim) + '\n' + how,
                load);
  }

 private:
  virtual Raster kept(const std::string& key, FunctionRef<Raster()> load) = 0;
};

class MemoryCache : public PictureCache {
 public:
  explicit MemoryCache(std::size_t most) : most_(most) {}

 private:
  Raster kept(const std::string& key, FunctionRef<Raster()> load) override {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = pictures_.find(key); found != pictures_.end()) return found->second;
    }
    Raster picture = load();
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = picture.bytes.size() + key.size();
    if (bytes <= most_ - bytes_ && pictures_.try_emplace(key, picture).second) bytes_ += bytes;
    return picture;
  }

  std::mutex mutex_;
  std::map<std::string, Raster> pictures_;
  std::size_t most_, bytes_ = 0;
};

class DiskCache : public PictureCache {
 public:
  DiskCache(std::filesystem::path folder, std::uintmax_t most) : folder_(std::move(folder)), most_(most) {
    make_folder(folder_);
    remove_unfinished(folder_);
    std::error_code code;
    for (std::filesystem::directory_iterator entry(folder_, code), end; !code && entry != end;
         entry.increment(code)) {
      std::error_code gone;
      if (const std::uintmax_t size = entry->file_size(gone); !gone) bytes_ += size;
      const std::string name = entry->path().filename().string();
      files_.emplace(name.substr(0, name.find('-')), entry->path());
    }
  }

 private:
  Raster kept(const std::string& key, FunctionRef<Raster()> load) override {
    Fingerprint sum;
    sum.add(std::string("loaded as in 0.2 ") + reader);
    sum.add(key);
    const std::string name = sum.text();
    if (const std::filesystem::path path = file_of(name); !path.empty()) try {
        if (Raster picture = read_raster(path); path == path_of(name, picture)) return picture;
      } catch (const Error&) {}
    Raster picture = load();
    if (has_room_for(picture.bytes.size())) try {
        const std::filesystem::path path = path_of(name, picture);
        write_raster(path, picture);
        const std::lock_guard lock(mutex_);
        files_.insert_or_assign(name, path);
      } catch (const Error&) { bytes_ = most_; }
    return picture;
  }
  std::filesystem::path file_of(const std::string& name) {  // empty where there is none
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    return found == files_.end() ? std::filesystem::path() : found->second;
  }
  std::filesystem::path path_of(const std::string& name, const Raster& picture) const {
    Fingerprint sum;
    for (const int number :
         {picture.width, picture.height, picture.channels, static_cast<int>(picture.depth)})
      sum.add(std::to_string(number) + ' ');
    sum.add({reinterpret_cast<const char*>(picture.bytes.data()), picture.bytes.size()});
    return folder_ / (name + '-' + sum.text() + ".npy");
  }
  bool has_room_for(std::uintmax_t bytes) {  // and takes it
    std::uintmax_t held = bytes_;
    do
      if (held > most_ || bytes > most_ - held) return false;
    while (!bytes_.compare_exchange_weak(held, held + bytes));
    return true;
  }

#ifdef GUISE_LIBJPEG
  static constexpr const char* reader = "by libjpeg";
#else
  static constexpr const char* reader = "by stb";
#endif
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::string, std::filesystem::path> files_;  // by what stands before the checksum in their names
  std::uintmax_t most_;
  std::atomic<std::uintmax_t> bytes_ = 0;
};

}  // namespace guise
