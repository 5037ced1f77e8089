// RandomCrops are loaded pictures of one domain in bytes, and for each the crop that chance chose: what a batch
// of training pictures is made of. data/transform.hpp makes the batch on the host, and a backend that has the
// operation `random_crops` (backend/concept.hpp) where it computes, so that a quarter of the bytes go there.
#pragma once
#include <cstddef>
#include <vector>

namespace guise {

struct Crop {  // of one picture
  int left = 0, top = 0;
  bool flipped = false;
};

template <class Domain> struct RandomCrops {
  int n = 0, load = 0, crop = 0;  // pictures, their side, the side of the crops
  std::vector<unsigned char> rgb =
      std::vector<unsigned char>(static_cast<std::size_t>(n) * picture());  // (N, load, load, 3)
  std::vector<Crop> crops = std::vector<Crop>(static_cast<std::size_t>(n));

  std::size_t picture() const {  // bytes of one
    return static_cast<std::size_t>(load) * static_cast<std::size_t>(load) * 3;
  }
};

}  // namespace guise
