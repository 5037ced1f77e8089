// `--load_size` and `--crop_size` of the programs that prepare pictures, which are refused by their names where they cannot be
// together.
#pragma once
#include <guise/core/error.hpp>
#include <guise/data/transform.hpp>

#include <string>

inline void check_sizes(const guise::Transform& transform) {
  if (transform.crops() && transform.resizes() && transform.load < transform.crop)
    throw guise::Error("--load_size " + std::to_string(transform.load) + " and --crop_size " +
                       std::to_string(transform.crop) +
                       ": expected a --load_size that is not smaller than the square that is cut out of it");
}
