// Internal: where a step of CUT looks, and whether it flips its pictures from left to right, which happens to all of a
// step with probability one half. Of each set of pictures that is compared with its translations, places of every
// feature map are drawn, at most so many and none of them twice. What is decided lies on the device as numbers of
// pixels, counted row by row: `places` of the maps of the source; `flipped`, the same places in what the generator makes
// of pictures that are flipped, or not; and `pixels`, the order in which the generator is given the pixels of its
// pictures. The random stream is the part's own, and a step that does not count leaves it as it was.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/core/shape.hpp>
#include <guise/train/state.hpp>
#include <guise/train/step_part.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace guise::detail {

// The rows of each sample at these places, (N, count, 1, C).
template <class To, class From, class B>
Batch<To, B> gathered(const Batch<From, B>& x, int count, const typename B::Scalar* places) {
  Batch<To, B> y{x.n, {x.shape.c, count, 1}, x.backend};
  for (std::size_t k = 0; k < static_cast<std::size_t>(x.n); ++k)
    x.backend.gather_rows(static_cast<std::size_t>(count), static_cast<std::size_t>(x.shape.c), places,
                          x.data.data() + k * x.shape.floats(), y.data.data() + k * y.shape.floats());
  return y;
}
// Its gradient is added to dx.
template <class To, class From, class B>
void add_scattered(const Batch<To, B>& dy, const typename B::Scalar* places, Batch<From, B>& dx) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(dx.n); ++k)
    dx.backend.gather_rows_dx(static_cast<std::size_t>(dy.shape.h), static_cast<std::size_t>(dy.shape.c),
                              places, dy.data.data() + k * dy.shape.floats(),
                              dx.data.data() + k * dx.shape.floats());
}

template <class Device> class Places : public StepPart<Device> {
  using Scalar = typename Device::Scalar;
  using Size = std::size_t;

 public:
  struct Looked {
    int count;
    const Scalar *places, *flipped;
  };

  Places(int most, bool flips, Random random) : most_(most), flips_(flips), random_(random), next_(random) {}

  // For the next step: of each set the shapes of its pictures and of their feature maps.
  struct Set {
    Shape picture;
    std::vector<Shape> maps;
  };
  void expect(std::vector<Set> sets) {
    for (const Set& set : sets)
      for (const Shape& map : set.maps) check(map);
    sets_ = std::move(sets);
  }

  // What was decided, as it lies on the device; where pictures may be flipped.
  const Scalar* pixels(const Scalar* decided, Size set) const { return decided + begin_of(set); }
  Looked at(const Scalar* decided, Size set, Size map) const {
    const Scalar* from = decided + begin_of(set) + (flips_ ? area(sets_[set].picture) : 0);
    for (Size k = 0; k < map; ++k) from += floats(sets_[set].maps[k]);
    const int count = places_of(sets_[set].maps[map]);
    return {count, from, flips_ ? from + count : from};
  }

  void accept() override { random_ = next_; }
  void add_to(BufferAddresses&) const override {}  // it has no buffers
  void add_to(State& state, const std::string& name) { state.add(name + ".random", random_); }

 private:
  static Size area(Shape s) { return Shape{1, s.h, s.w}.floats(); }
  int places_of(Shape map) const { return static_cast<int>(std::min(static_cast<Size>(most_), area(map))); }
  Size floats(Shape map) const { return static_cast<Size>(places_of(map)) * (flips_ ? 2 : 1); }
  Size begin_of(Size set) const {
    Size begin = 0;
    for (Size k = 0; k < set; ++k) {
      if (flips_) begin += area(sets_[k].picture);
      for (const Shape& map : sets_[k].maps) begin += floats(map);
    }
    return begin;
  }
  static void check(Shape map) {
    if (area(map) > Size{1} << 24)  // a place is a number in single precision
      throw Error("a feature map of " + std::to_string(map.w) + "x" + std::to_string(map.h) +
                  ": expected at most 2^24 places");
  }

  void decide(const StepStart&, std::vector<Scalar>& decisions) override {
    next_ = random_;
    const bool flipped = flips_ && next_.chance(0.5);
    const auto append = [&](Size pixel, int width, bool flip) {
      const Size w = static_cast<Size>(width), q = pixel % w;
      decisions.push_back(static_cast<Scalar>(flip ? pixel - q + (w - 1 - q) : pixel));
    };
    for (const Set& set : sets_) {
      for (Size pixel = 0; flips_ && pixel < area(set.picture); ++pixel)
        append(pixel, set.picture.w, flipped);
      for (const Shape& map : set.maps) {
        const std::vector<Size> places = drawn(map);
        for (const Size place : places) append(place, map.w, false);
        for (const Size place : places)
          if (flips_) append(place, map.w, flipped);
      }
    }
  }
  std::vector<Size> drawn(Shape map) {
    std::vector<Size> all(area(map));
    std::iota(all.begin(), all.end(), Size{0});
    const auto count = static_cast<Size>(places_of(map));
    for (Size k = 0; k < count; ++k) std::swap(all[k], all[k + next_.below(all.size() - k)]);
    all.resize(count);
    return all;
  }

  int most_;
  bool flips_;
  Random random_, next_;  // before the step in hand, and after it
  std::vector<Set> sets_;
};

}  // namespace guise::detail
