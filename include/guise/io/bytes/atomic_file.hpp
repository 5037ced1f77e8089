// An AtomicFile is a file that is written whole or not at all. Its bytes go to a temporary file beside it,
// and commit() flushes them to the disk and renames it. Whatever ends before commit(), a thrown Error too,
// removes the temporary file and leaves the file that was there before as it was. Where the writer is killed the
// temporary file stays, until a program writes to the same folder again: the writer holds a lock on it, so that
// one without a lock is known as left behind. A symbolic link is followed, to a target that is not there yet
// too; anything but a regular file is refused. A name may be as long as the system allows. Throws Error with the
// path and the system's reason.
#pragma once
#include <guise/core/error.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace guise {

// A folder that is made where it is not there, with those that it lies in.
inline void make_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) throw Error(folder.string() + ": cannot be made or written: " + code.message());
}

// The name, or where it is longer than `most` bytes its beginning with a checksum of the whole.
inline std::string shortened_name(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  std::uint32_t sum = 2166136261u;  // FNV-1a
  for (const char c : name) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619u;
  char mark[16];
  std::snprintf(mark, sizeof mark, "~%08x", static_cast<unsigned>(sum));
  std::size_t kept = most - 9;
  while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80) --kept;  // no half character
  return name.substr(0, kept) + mark;
}
inline constexpr std::size_t longest_name = 255;  // bytes

// Where a link leads, over any number of links, whether its target is there or not.
inline std::filesystem::path followed(std::filesystem::path path) {
  std::error_code code;
  for (int links = 0; std::filesystem::is_symlink(path, code); ++links) {
    if (links == 40) throw Error(path.string() + ": a link that leads to itself: expected one to a file");
    const auto target = std::filesystem::read_symlink(path, code);
    if (code) break;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

// Removes the temporary files in a folder whose writer was killed.
inline void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    const auto part = name.rfind(".part-");
    int writer = 0, read = 0;
    if (part == name.npos || std::sscanf(name.c_str() + part, ".part-%d-%*u%n", &writer, &read) != 1 ||
        read == 0 || writer < 1)
      continue;
    const std::string rest = name.substr(part + static_cast<std::size_t>(read));
    if (!rest.empty() && (rest[0] != '.' || rest.size() > 5)) continue;  // ".mp4", for who needs it
    const int file = open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) continue;
    const bool unlocked = flock(file, LOCK_EX | LOCK_NB) == 0,
               dead = errno != EWOULDBLOCK && kill(writer, 0) != 0 && errno == ESRCH;
    if (unlocked || dead) unlink(entry->path().c_str());
    close(file);
  }
}

namespace detail {

inline void remove_unfinished_once(const std::filesystem::path& folder) {  // in the life of a program
  static std::mutex mutex;
  static std::set<std::filesystem::path> done;
  const std::scoped_lock lock(mutex);
  if (done.insert(folder).second) remove_unfinished(folder);
}

}  // namespace detail

class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path) : path_(followed(path)) {
    static std::atomic<unsigned> count{0};
    std::error_code ignored;
    const auto kind = std::filesystem::status(path_, ignored).type();
    if (kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::none &&
        kind != std::filesystem::file_type::regular)
      throw Error(path_.string() + ": cannot be written: expected a regular file or a free name");
    detail::remove_unfinished_once(folder());
    const std::string name = path_.filename().string();
    if (name.size() > longest_name) errno = ENAMETOOLONG, fail();
    do {
      const std::string end = ".part-" + std::to_string(getpid()) + "-" + std::to_string(count++);
      temporary_ = path_.parent_path() / (shortened_name(name, longest_name - end.size()) + end);
      file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file_ < 0 ? errno == EEXIST : !locked());
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
  // Over what was written before.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes = bytes.subspan(written);
      offset += written;
    }
  }
  // A file that was there before is renamed to `previous`, unless that is empty.
  void commit(const std::filesystem::path& previous = {}) {
    if (fsync(file_) != 0) fail();
    if (!previous.empty() && rename(path_.c_str(), previous.c_str()) != 0 && errno != ENOENT) fail();
    if (rename(temporary_.c_str(), path_.c_str()) != 0) fail();
    temporary_.clear();
    close(std::exchange(file_, -1));  // with its lock, which it needed until it had its name
    // The new name survives a power cut once its folder is flushed. Not every file system can, so a failure
    // is not an error.
    if (const int entry = open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); entry >= 0) {
      fsync(entry);
      close(entry);
    }
  }

 private:
  std::filesystem::path folder() const { return path_.has_parent_path() ? path_.parent_path() : "."; }
  // False where another program removed the file before it was locked.
  bool locked() {
    struct stat now {};
    if (flock(file_, LOCK_EX) != 0 || fstat(file_, &now) != 0 || now.st_nlink > 0) return true;
    close(std::exchange(file_, -1));
    return false;
  }
  [[noreturn]] void fail() const {
    throw Error(path_.string() + ": cannot be written: " + std::strerror(errno));
  }

  std::filesystem::path path_;
  std::string temporary_;
  int file_ = -1;
};

inline void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}
inline void write_file(const std::filesystem::path& path, const std::string& text) {
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace guise
