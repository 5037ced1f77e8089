// An AtomicFile is a file that is written whole or not at all. Its bytes go to a temporary file beside it,
// and commit() flushes them to the disk and renames it. Whatever ends before commit(), a thrown Error too,
// removes the temporary file and leaves the file that was there before as it was. A symbolic link is
// followed; anything but a regular file is refused. Throws Error with the path and the system's reason.
#pragma once
#include <guise/core/error.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

namespace guise {

class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path) : path_(path) {
    static std::atomic<unsigned> count{0};
    std::error_code ignored;
    if (std::filesystem::is_symlink(path, ignored))
      if (auto target = std::filesystem::weakly_canonical(path, ignored); !ignored) path_ = target;
    const auto kind = std::filesystem::status(path_, ignored).type();
    if (kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::none &&
        kind != std::filesystem::file_type::regular)
      throw Error(path_.string() + ": cannot be written: expected a regular file or a free name");
    do {
      temporary_ = path_.string() + ".part-" + std::to_string(getpid()) + "-" + std::to_string(count++);
      file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file_ < 0 && errno == EEXIST);
    if (file_ < 0) fail();
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (file_ >= 0) close(file_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes = bytes.subspan(written);
    }
  }
  // A file that was there before is renamed to `previous`, unless that is empty.
  void commit(const std::filesystem::path& previous = {}) {
    if (fsync(file_) != 0) fail();
    if (close(std::exchange(file_, -1)) != 0) fail();
    if (!previous.empty() && rename(path_.c_str(), previous.c_str()) != 0 && errno != ENOENT) fail();
    if (rename(temporary_.c_str(), path_.c_str()) != 0) fail();
    temporary_.clear();
    const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    // The new name survives a power cut once its folder is flushed. Not every file system can, so a failure
    // is not an error.
    if (const int entry = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); entry >= 0) {
      fsync(entry);
      close(entry);
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(path_.string() + ": cannot be written: " + std::strerror(errno));
  }

  std::filesystem::path path_;
  std::string temporary_;
  int file_ = -1;
};

// Removes the temporary files in a folder whose writer was killed.
inline void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    int writer = 0, end = 0;
    if (const auto part = name.rfind(".part-"); part != std::string::npos)
      if (std::sscanf(name.c_str() + part, ".part-%d-%*u%n", &writer, &end) == 1 &&
          part + end == name.size() && writer > 0 && kill(writer, 0) != 0 && errno == ESRCH)
        std::filesystem::remove(entry.path(), ignored);
  }
}

inline void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}
inline void write_file(const std::filesystem::path& path, const std::string& text) {
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace guise
