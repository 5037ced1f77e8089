// A factor of the learning rate that falls where a score no longer gets better, as
// torch.optim.lr_scheduler.ReduceLROnPlateau: of scores of which less is better, so many after one that was better than all
// before it by a part `threshold`, the rate is multiplied by `factor`. The defaults are those of the PyTorch reference. What
// is not finite is no score. What it remembers is part of a training's state.
//
//   Plateau plateau;
//   CycleGan<A, B> model({.rate = [&](long) { return 2e-4 * plateau.scale(); }});
//   Loop loop({.scores = [&] { ... plateau.observe(score); ... }, .state = [&](State& s) { plateau.add_to(s); }});
#pragma once
#include <guise/train/state.hpp>

#include <bit>
#include <cmath>
#include <cstdint>

namespace guise {

class Plateau {
 public:
  struct Options {
    double factor = 0.2, threshold = 0.01;
    long patience = 5;  // scores that are no better, which change nothing yet
  };

  Plateau() = default;
  explicit Plateau(Options options) : options_(options) {}

  void observe(double score) {
    if (!std::isfinite(score)) return;
    if (seen_++ == 0 || score < best() * (1 - options_.threshold)) {
      const auto bits = std::bit_cast<std::uint64_t>(score);
      best_high_ = static_cast<long>(bits >> 32), best_low_ = static_cast<long>(bits & UINT32_MAX);
      waited_ = 0;
    } else if (++waited_ > options_.patience) {
      ++falls_;
      waited_ = 0;
    }
  }
  double scale() const { return std::pow(options_.factor, static_cast<double>(falls_)); }

  void add_to(State& state) {
    state.add("plateau.seen", seen_);
    state.add("plateau.best_high", best_high_);
    state.add("plateau.best_low", best_low_);
    state.add("plateau.waited", waited_);
    state.add("plateau.falls", falls_);
  }

 private:
  double best() const {
    return std::bit_cast<double>(static_cast<std::uint64_t>(best_high_) << 32 |
                                 static_cast<std::uint64_t>(best_low_));
  }

  Options options_{};
  long seen_ = 0, waited_ = 0, falls_ = 0;
  long best_high_ = 0, best_low_ = 0;  // halves of the number's bits: a state has whole numbers
};

}  // namespace guise
