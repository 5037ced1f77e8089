// The sides of a picture in pixels.
#pragma once
#include <guise/core/compiler.hpp>

#include <string>

namespace guise {

struct PictureSize {
  int width = 0, height = 0;
  std::string text() const { return std::to_string(width) + "x" + std::to_string(height); }
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

}  // namespace guise
