// What a training leaves in its folder, to be compared with what another leaves.
#pragma once
#include "scratch_folder.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace guise::testing {

// The bytes of all files by name, but of those that say when they were written.
inline std::map<std::string, std::string> files_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    if (entry.is_regular_file() && !name.starts_with("events.") && name != "web/index.html" &&
        name != "checkpoint_previous.safetensors")
      files[name] = bytes_of(entry.path());
  }
  return files;
}

}  // namespace guise::testing
