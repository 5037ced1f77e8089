// The history of translated pictures that a discriminator learns from (Shrivastava et al. 2017; ImagePool of
// the PyTorch reference). For every picture of a batch: while the pool fills, the picture is kept and
// returned; then with probability one half a stored picture, drawn at random, is returned and the new one
// takes its place, else the new one is returned. Capacity 0: everything is returned as it came.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/random.hpp>

#include <utility>
#include <vector>

namespace guise {

template <class Domain, class B> class ImagePool {
  struct Stored {
    Shape shape;
    typename B::Buffer data;
  };

 public:
  ImagePool(std::size_t capacity, Random random) : capacity_(capacity), random_(random) {}

  Batch<Domain, B> query(Batch<Domain, B> pictures) {
    if (capacity_ == 0) return pictures;
    const std::size_t floats = pictures.shape.floats();
    for (int k = 0; k < pictures.n; ++k) {
      auto* picture = pictures.data.data() + static_cast<std::size_t>(k) * floats;
      if (stored_.size() < capacity_) {
        stored_.push_back(copy(pictures, picture));
      } else if (random_.chance(0.5)) {
        Stored& old = stored_[random_.below(capacity_)];
        if (old.shape != pictures.shape) continue;  // a batch has one shape: this one cannot come back in it
        Stored fresh = copy(pictures, picture);
        pictures.backend.copy(floats, old.data.data(), picture);
        old = std::move(fresh);
      }
    }
    return pictures;
  }
  std::size_t size() const { return stored_.size(); }

 private:
  static Stored copy(const Batch<Domain, B>& pictures, const typename B::Scalar* picture) {
    const std::size_t floats = pictures.shape.floats();
    Stored stored{pictures.shape, pictures.backend.uninitialized(floats)};
    pictures.backend.copy(floats, picture, stored.data.data());
    return stored;
  }

  std::size_t capacity_;
  Random random_;
  std::vector<Stored> stored_;
};

}  // namespace guise
