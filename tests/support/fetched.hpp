// Files that only `tests/run.sh --all` fetches. It sets GUISE_ALL_TESTS, and then a test whose files are
// absent fails; else the test says that it is skipped.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace guise::testing {

inline bool fetched(bool there, const std::string& what) {
  if (there) return true;
  if (std::getenv("GUISE_ALL_TESTS"))
    FAIL_CHECK("absent: ", what);
  else
    MESSAGE("skipped, absent: ", what);
  return false;
}

// Detectors and photographs, as examples/faces/fetch.sh --pictures build/faces brings them.
inline const std::filesystem::path faces_folder = std::filesystem::path(GUISE_SOURCE_DIR) / "build" / "faces";
inline bool faces_fetched() {
  return fetched(std::filesystem::exists(faces_folder / "back.onnx") &&
                     std::filesystem::exists(faces_folder / "pictures" / "screenshot-webcam.png"),
                 "photographs, which examples/faces/fetch.sh --pictures build/faces brings");
}

}  // namespace guise::testing
