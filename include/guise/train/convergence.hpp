// What a training knows of how far it has got, by its scores (ScoreRow::overall, of which less is better) and their errors:
//
//   lowest   the lowest overall score so far
//   best     the latest scores that are within an error of the lowest: no later ones could be told from it, and of those
//            that cannot be told apart the ones that were trained longest are kept
//   gain     a score that is lower than that of the last gain by more than its error
//   flat     `patience` scores in a row without a gain
//
// Where scores are flat, the rate begins its last fall: scale() falls from 1 to 0, linearly over `falling_epochs`, and the
// training ends. A training that would have ended earlier ends as it would. All of it is a function of the scores, and is
// kept with each checkpoint, so that a resumed training decides as one that was never stopped.
//
//   EpochCount count;
//   Convergence convergence({.patience = 5, .falling_epochs = 100});
//   CycleGan<A, B> model({.rate = [&](long step) { return 2e-4 * convergence.scale(count, step); }});
//   Loop loop({.scores = [&] { ... }, .epoch_count = &count, .convergence = &convergence});      (train/loop.hpp)
//
// Several directions are one score: the geometric mean, with the mean of their relative errors, which is the most that it
// can err by. Where a row has no overall score, or none that is finite and above 0, nothing is learnt.
#pragma once
#include <guise/core/whole_numbers.hpp>
#include <guise/train/epoch_count.hpp>
#include <guise/train/log/score_row.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

class Convergence {
 public:
  struct Options {
    long patience = 0;        // scores without a gain; 0: a training is never ended by them
    long falling_epochs = 0;  // of the last fall; 0: one more step
  };
  struct Score {
    double value = 0, error = 0;
  };
  struct News {
    bool best, flat;  // the best so far; the last fall of the rate begins here
  };

  Convergence() = default;
  explicit Convergence(Options options) : options_(options) {}

  static std::optional<Score> overall(const std::vector<ScoreRow>& rows) {
    GeometricMean mean;
    for (const ScoreRow& row : rows) {
      double value = NAN, error = NAN;
      for (const auto& [name, number] : row.scores) {
        if (name == ScoreRow::overall) value = number;
        if (name == std::string(ScoreRow::overall) + "_error") error = number;
      }
      if (!std::isfinite(value) || value <= 0) return {};
      mean.add(value, std::isfinite(error) ? error : 0);
    }
    if (mean.count() == 0) return {};
    return Score{mean.value(), mean.error()};
  }

  News observe(const Score& score, long step, long epoch) {
    const bool first = seen_++ == 0;
    if (first || score.value < lowest_.value) lowest_ = score;
    const bool best = score.value <= lowest_.value + lowest_.error;
    if (best) best_value_ = score.value, best_step_ = step, best_epoch_ = epoch;
    if (first || score.value < gain_ - score.error)
      gain_ = score.value, waited_ = 0;
    else
      ++waited_;
    const bool flat = options_.patience > 0 && waited_ >= options_.patience && !falls();
    if (flat) fall_step_ = step;
    return {best, flat};
  }

  long patience() const { return options_.patience; }
  double best() const { return best_value_; }
  long best_step() const { return best_step_; }  // 0: none yet
  long best_epoch() const { return best_epoch_; }
  bool falls() const { return fall_step_ > 0; }
  long fall_step() const { return fall_step_; }  // after which the last fall began; 0: it has not
  // The step after which the training ends, of one that would end after `last`.
  long end(const EpochCount& count, long last) const {
    return falls() ? std::min(last, fall_step_ + falling_steps(count)) : last;
  }
  // Of the rate, in the step after so many.
  double scale(const EpochCount& count, long step) const {
    if (!falls()) return 1;
    const double part = static_cast<double>(step - fall_step_) / static_cast<double>(falling_steps(count));
    return std::clamp(1 - part, 0.0, 1.0);
  }

  // As a note: whole numbers, of which some are the bits of others.
  std::string text() const {
    std::string words;
    for (const double number : {lowest_.value, lowest_.error, best_value_, gain_})
      words += std::to_string(std::bit_cast<std::uint64_t>(number)) + " ";
    for (const long number : {seen_, best_step_, best_epoch_, waited_, fall_step_})
      words += std::to_string(number) + " ";
    words.pop_back();
    return words;
  }
  // What a note says; as it was where that says nothing.
  void read(std::string_view text) {
    const auto words = whole_numbers<std::uint64_t, 9>(text);
    if (!words) return;
    const auto& w = *words;
    const auto number = [](std::uint64_t bits) { return std::bit_cast<double>(bits); };
    lowest_ = {number(w[0]), number(w[1])}, best_value_ = number(w[2]), gain_ = number(w[3]);
    const auto count = [](std::uint64_t n) { return static_cast<long>(n & INT64_MAX); };
    seen_ = count(w[4]), best_step_ = count(w[5]), best_epoch_ = count(w[6]);
    waited_ = count(w[7]), fall_step_ = count(w[8]);
  }

 private:
  long falling_steps(const EpochCount& count) const {
    return std::max(1l, options_.falling_epochs * count.epoch_steps());
  }

  Options options_{};
  Score lowest_{};
  double best_value_ = 0, gain_ = 0;
  long seen_ = 0, best_step_ = 0, best_epoch_ = 0, waited_ = 0, fall_step_ = 0;
};

}  // namespace guise
