// RandomCrops are loaded pictures of one domain in bytes of red, green and blue, with the random crop of each: what a
// batch of training pictures is made of. data/transform.hpp makes the batch on the host. A backend that has the
// operation `random_crops` (backend/concept.hpp) makes it on its device, so that only a quarter of the bytes
// go there.
#pragma once
#include <guise/core/batch.hpp>

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
      std::vector<unsigned char>(floats_of(n, {rgb_channels, load, load}));  // (N, load, load, 3)
  std::vector<Crop> crops = std::vector<Crop>(static_cast<std::size_t>(n));

  std::size_t picture() const { return std::size_t{rgb_channels} * load * load; }  // bytes of one
};

}  // namespace guise
