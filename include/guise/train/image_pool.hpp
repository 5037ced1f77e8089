// The history of translated pictures that a discriminator learns from (Shrivastava et al. 2017; ImagePool of
// the PyTorch reference). For every picture of a batch: while the pool fills, the picture is kept and
// returned; then with probability one half a stored picture, drawn at random, is returned and the new one
// takes its place, else the new one is returned. Capacity 0: everything is returned as it came. A pool holds
// pictures of one shape: where another comes it starts anew.
//
//   pool.query(pictures)   what the discriminator sees; or in three parts, of which the host does two:
//   decide                 what is to happen, by chance; the pool stays as it is
//   exchange               it happens, on the backend
//   accept                 it has happened
//
// Throws Error for a capacity above 16,777,216 (a place in the pool is a number in single precision), or
// where pictures so many do not fit in memory.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>

#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

// What a pool holds, whatever its domain: for checkpoints.
template <class B> struct PoolState {
  std::size_t capacity;
  Random random;
  std::size_t count = 0;          // of pictures
  Shape shape{};                  // of each
  typename B::Buffer pictures{};  // room for `capacity` of this shape, one after the other

  void start(Shape anew, const B& backend) {
    count = 0, shape = {}, pictures = {};
    try {
      pictures = backend.uninitialized(capacity * anew.floats());
    } catch (const std::bad_alloc&) {
      throw Error("a pool of " + std::to_string(capacity) + " pictures of " + std::to_string(anew.w) + "x" +
                  std::to_string(anew.h) + ": expected so few that they fit in memory");
    }
    shape = anew;
  }
};

template <class Domain, class B> class ImagePool {
  using Scalar = typename B::Scalar;

 public:
  struct Decision {
    std::vector<Scalar> moves;  // one a picture, as the backend's `swap_rows` reads them
    Random random;              // the pool's, afterwards
    std::size_t count;
  };

  ImagePool(std::size_t capacity, Random random) : state_{capacity, random} {
    constexpr std::size_t most = std::size_t{1} << 24;
    if (capacity > most)
      throw Error("a pool of " + std::to_string(capacity) + " pictures: expected at most " +
                  std::to_string(most));
  }

  Batch<Domain, B> query(Batch<Domain, B> pictures) {
    const Decision decision = decide(pictures.n, pictures.shape, pictures.backend);
    auto moves = pictures.backend.uninitialized(decision.moves.size());
    pictures.backend.upload(decision.moves.size(), decision.moves.data(), moves.data());
    exchange(pictures, moves.data());
    accept(decision);
    return pictures;
  }

  // ---- mistakes, in words ----
  template <class Other> Batch<Domain, B> query(const Batch<Other, B>&) {
    static_assert(std::is_same_v<Other, Domain>, "this pool keeps pictures of another domain than these");
  }

  Decision decide(int n, Shape shape, const B& backend) {
    if (shape != state_.shape) state_.start(shape, backend);
    Decision decision{{}, state_.random, state_.count};
    for (int k = 0; k < n; ++k) {
      Scalar move = 0;
      if (decision.count < state_.capacity)
        move = -static_cast<Scalar>(++decision.count);
      else if (state_.capacity && decision.random.chance(0.5))
        move = static_cast<Scalar>(decision.random.below(state_.capacity) + 1);
      decision.moves.push_back(move);
    }
    return decision;
  }
  void exchange(Batch<Domain, B>& pictures, const Scalar* moves, Guard<Scalar> guard = {}) {  // in place
    pictures.backend.swap_rows(pictures.n, pictures.shape.floats(), guard, moves, pictures.data.data(),
                               state_.pictures.data());
  }
  void accept(const Decision& decision) {
    state_.random = decision.random;
    state_.count = decision.count;
  }
  std::size_t size() const { return state_.count; }
  PoolState<B>& state() { return state_; }
  const PoolState<B>& state() const { return state_; }

 private:
  PoolState<B> state_;
};

}  // namespace guise
