// Pictures of one domain in bytes, as they were loaded, and of each the window that chance drew: what a batch
// of training pictures is made of. data/transform.hpp makes the batch on the host, and a backend that has the
// operation `windows` (backend/concept.hpp) where it computes, so that a quarter of the bytes go there.
#pragma once
#include <cstddef>
#include <vector>

namespace guise {

struct Draw {  // what chance decides about one picture
  int left = 0, top = 0;
  bool flipped = false;
};

template <class Domain> struct Windows {
  int n = 0, load = 0, crop = 0;  // pictures, their side, the windows' side
  std::vector<unsigned char> rgb =
      std::vector<unsigned char>(static_cast<std::size_t>(n) * picture());  // (N, load, load, 3)
  std::vector<Draw> draws = std::vector<Draw>(static_cast<std::size_t>(n));

  std::size_t picture() const {  // bytes of one
    return static_cast<std::size_t>(load) * static_cast<std::size_t>(load) * 3;
  }
};

}  // namespace guise
