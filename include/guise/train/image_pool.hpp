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
// A training step (train/training_step.hpp) does these three for a pool that is one of its parts.
//
// Throws Error for a capacity above 16,777,216 (a place in the pool is a number in single precision), or
// where pictures so many do not fit in memory.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/train/state.hpp>
#include <guise/train/step_part.hpp>

#include <functional>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

template <class Domain, class B> class ImagePool : public StepPart<B> {
  using Scalar = typename B::Scalar;

 public:
  struct Decision {
    std::vector<Scalar> moves;  // one a picture, as the backend's `swap_rows` reads them
    Random random;              // the pool's, afterwards
    std::size_t count;
  };

  ImagePool(std::size_t capacity, Random random) : capacity_(capacity), random_(random) {
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
    if (shape != shape_) {
      count_ = 0, shape_ = {}, pictures_ = {};
      pictures_ = room(shape, backend);
      shape_ = shape;
    }
    Decision decision{{}, random_, count_};
    for (int k = 0; k < n; ++k) {
      Scalar move = 0;
      if (decision.count < capacity_)
        move = -static_cast<Scalar>(++decision.count);
      else if (capacity_ && decision.random.chance(0.5))
        move = static_cast<Scalar>(decision.random.below(capacity_) + 1);
      decision.moves.push_back(move);
    }
    return decision;
  }
  void exchange(Batch<Domain, B>& pictures, const Scalar* moves, Guard<Scalar> guard = {}) {  // in place
    pictures.backend.swap_rows(pictures.n, pictures.shape.floats(), guard, moves, pictures.data.data(),
                               pictures_.data());
  }
  void accept(const Decision& decision) {
    random_ = decision.random;
    count_ = decision.count;
  }
  std::size_t size() const { return count_; }

  // As a part of a training step: pictures of this number and shape will be exchanged in the next one.
  void expect(int n, Shape shape, const B& backend) { expected_ = decide(n, shape, backend); }
  void accept() override { accept(expected_); }
  void add_to(BufferAddresses& all) const override { all.add(pictures_); }

  // All that the next query depends on, as NAME.random and the pictures NAME.0, NAME.1, ...
  void add_to(State& state, const std::string& name, const B& backend) {
    state.add(name + ".random", random_);
    state.add_samples({name, capacity_, [this, backend] { return samples(backend); },
                       [this, backend](const Samples& anew) -> std::function<void()> {
                         auto pictures = std::make_shared<typename B::Buffer>();
                         if (!anew.values.empty()) *pictures = room(anew.shape, backend);
                         const std::size_t floats = anew.shape.floats(), count = anew.values.size();
                         for (std::size_t k = 0; k < count; ++k)
                           backend.upload(floats, anew.values[k].data(), pictures->data() + k * floats);
                         return [this, pictures, count, shape = anew.shape] {
                           count_ = count, shape_ = shape, pictures_ = std::move(*pictures);
                         };
                       }});
  }

 private:
  void decide(const StepStart&, std::vector<Scalar>& decisions) override {
    decisions.insert(decisions.end(), expected_.moves.begin(), expected_.moves.end());
  }
  typename B::Buffer room(Shape shape, const B& backend) const {
    try {
      return backend.uninitialized(capacity_ * shape.floats());
    } catch (const std::bad_alloc&) {
      throw Error("a pool of " + std::to_string(capacity_) + " pictures of " + std::to_string(shape.w) + "x" +
                  std::to_string(shape.h) + ": expected so few that they fit in memory");
    }
  }
  Samples samples(const B& backend) const {
    const std::size_t floats = shape_.floats();
    Samples held{shape_, {}};
    for (std::size_t k = 0; k < count_; ++k) {
      held.values.emplace_back(floats);
      backend.download(floats, pictures_.data() + k * floats, held.values.back().data());
    }
    return held;
  }

  std::size_t capacity_;
  Random random_;
  std::size_t count_ = 0;          // of pictures
  Shape shape_{};                  // of each
  typename B::Buffer pictures_{};  // room for `capacity`, one after the other
  Decision expected_{{}, random_, 0};
};

}  // namespace guise
