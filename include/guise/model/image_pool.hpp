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

// What a pool holds, whatever its domain: for checkpoints.
template <class B> struct PoolState {
  struct Picture {
    Shape shape;
    typename B::Buffer pixels;
  };
  std::size_t capacity;
  Random random;
  std::vector<Picture> pictures{};
};

template <class Domain, class B> class ImagePool {
  using Picture = typename PoolState<B>::Picture;

 public:
  ImagePool(std::size_t capacity, Random random) : state_{capacity, random} {}

  Batch<Domain, B> query(Batch<Domain, B> pictures) {
    exchange(pictures);
    return pictures;
  }
  void exchange(Batch<Domain, B>& pictures) {  // the same in place: the batch stays where it is
    if (state_.capacity == 0) return;
    const std::size_t floats = pictures.shape.floats();
    for (int k = 0; k < pictures.n; ++k) {
      auto* pixels = pictures.data.data() + static_cast<std::size_t>(k) * floats;
      if (size() < state_.capacity) {
        state_.pictures.push_back(copy(pictures, pixels));
      } else if (state_.random.chance(0.5)) {
        Picture& old = state_.pictures[state_.random.below(state_.capacity)];
        if (old.shape != pictures.shape) continue;  // a batch has one shape: this one cannot come back in it
        pictures.backend.swap(floats, pixels, old.pixels.data());
      }
    }
  }
  std::size_t size() const { return state_.pictures.size(); }
  PoolState<B>& state() { return state_; }

 private:
  static Picture copy(const Batch<Domain, B>& pictures, const typename B::Scalar* pixels) {
    const std::size_t floats = pictures.shape.floats();
    Picture stored{pictures.shape, pictures.backend.uninitialized(floats)};
    pictures.backend.copy(floats, pixels, stored.pixels.data());
    return stored;
  }

  PoolState<B> state_;
};

}  // namespace guise
