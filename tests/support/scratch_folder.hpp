// A folder for one test, empty at first and gone with everything in it at the end.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace guise::testing {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "guise-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no folder for a test in " + name);
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

inline void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The text of the E that `action` throws, or what says that it threw none.
template <class E, class Action> std::string message(Action action) {
  try {
    action();
  } catch (const E& error) { return error.what(); }
  return "nothing was thrown";
}
inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos && text.find('\n') == text.npos;  // and is one line
}

}  // namespace guise::testing
