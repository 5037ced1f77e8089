// A file for numbers that memory has no room for, or memory in its place. The file loses its name at once, so that
// nothing is left of it whatever happens, and the disk promises all of its room before anything is written. Offsets
// and counts are in scalars of type T. Throws Error, in one line that names the folder.
#pragma once
#include <guise/core/buffer.hpp>
#include <guise/core/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

namespace guise::detail {

inline std::string mebibytes(std::size_t bytes) {
  constexpr std::size_t unit = std::size_t{1} << 20;
  return std::to_string((bytes + unit - 1) / unit) + " MiB";
}

template <class T> class ScratchFile {
 public:
  explicit ScratchFile(std::size_t scalars) : memory_(Buffer<T>::uninitialized(scalars)) {}
  ScratchFile(std::filesystem::path folder, std::size_t scalars) : folder_(std::move(folder)) {
    std::string name = (folder_ / "guise-scratch-XXXXXX").string();
    file_ = mkstemp(name.data());
    if (file_ < 0) fail("a scratch file cannot be made", errno);
    unlink(name.c_str());
    if (const int error = posix_fallocate(file_, 0, static_cast<off_t>(scalars * sizeof(T)))) {
      close(file_);
      fail("no room for a scratch file of " + mebibytes(scalars * sizeof(T)), error);
    }
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    if (file_ >= 0) close(file_);
  }

  void read(std::size_t offset, std::size_t count, T* to) const {
    if (file_ < 0) return void(std::copy_n(memory_.data() + offset, count, to));
    move(offset, count, reinterpret_cast<char*>(to), pread, "read");
  }
  void write(std::size_t offset, std::size_t count, const T* from) {
    if (file_ < 0) return void(std::copy_n(from, count, memory_.data() + offset));
    move(offset, count, reinterpret_cast<const char*>(from), pwrite, "written");
  }

 private:
  template <class Byte, class Call>
  void move(std::size_t offset, std::size_t count, Byte* bytes, Call call, const char* verb) const {
    const std::size_t all = count * sizeof(T), begin = offset * sizeof(T);
    for (std::size_t done = 0; done < all;) {
      const ssize_t now = call(file_, bytes + done, all - done, static_cast<off_t>(begin + done));
      if (now < 0 && errno == EINTR) continue;
      if (now <= 0) fail(std::string("the scratch file cannot be ") + verb, now < 0 ? errno : EIO);
      done += static_cast<std::size_t>(now);
    }
  }
  [[noreturn]] void fail(const std::string& what, int error) const {
    throw Error(folder_.string() + ": " + what + ": " + std::strerror(error));
  }

  std::filesystem::path folder_;
  int file_ = -1;
  Buffer<T> memory_;
};

}  // namespace guise::detail
