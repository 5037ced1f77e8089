// Learning rates by step: functions of a step's number, counted from 0. Any callable double(long) is one;
// Schedule holds whichever it is.
//
//   linear_decay(rate, total, start)   of the paper: constant before step `start`, then linear to 0 at `total`,
//                                      and 0 from there on, even where it would have begun to fall later
//   cosine(rate, total, least)         half a wave from rate to least, as torch's CosineAnnealingLR, then least
//   step_decay(rate, every, factor)    times factor after every so many steps, as torch's StepLR;
//                                      throws Error for fewer than 1
//   constant(rate)
//   reference_linear(rate, epochs, decay_epochs), reference_cosine(rate, epochs), reference_step(rate, every)
//                                      the PyTorch reference's, functions of the epoch, counted from 0: it changes the
//                                      rate once before each epoch, the first too; after `epochs` its cosine rises again
//   warm_up(schedule, steps)           of another: times 1 / steps, 2 / steps, ... in its first steps
#pragma once
#include <guise/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>

namespace guise {

using Schedule = std::function<double(long step)>;

constexpr auto linear_decay(double rate, long total_steps, long decay_start_step) {
  return [=](long step) -> double {
    if (step >= total_steps) return 0;
    if (step < decay_start_step) return rate;
    return rate * static_cast<double>(total_steps - step) /
           static_cast<double>(total_steps - decay_start_step);
  };
}
inline auto cosine(double rate, long total_steps, double least = 0) {
  return [=](long step) -> double {
    if (step >= total_steps) return least;
    const double part = static_cast<double>(step) / static_cast<double>(total_steps);
    return least + (rate - least) * (1 + std::cos(std::numbers::pi * part)) / 2;
  };
}
inline auto step_decay(double rate, long every, double factor = 0.1) {
  if (every < 1) throw Error("a decay every " + std::to_string(every) + " steps: expected at least 1");
  return [=](long step) { return rate * std::pow(factor, static_cast<double>(step / every)); };
}
constexpr auto constant(double rate) {
  return [=](long) { return rate; };
}
inline auto reference_linear(double rate, long epochs, long decay_epochs) {
  return [=](long epoch) {
    const double fallen = static_cast<double>(std::max(0l, epoch + 2 - epochs));
    return rate * std::max(0., 1 - fallen / static_cast<double>(decay_epochs + 1));
  };
}
inline auto reference_cosine(double rate, long epochs) {
  if (epochs < 1) throw Error("a cosine over " + std::to_string(epochs) + " epochs: expected at least 1");
  return [=](long epoch) {
    const double part = static_cast<double>(epoch + 1) / static_cast<double>(epochs);
    return rate * (1 + std::cos(std::numbers::pi * part)) / 2;
  };
}
inline auto reference_step(double rate, long every) {
  return [=, falls = step_decay(rate, every)](long epoch) { return falls(epoch + 1); };
}
template <class Of> constexpr auto warm_up(Of schedule, long steps) {
  return [=](long step) -> double {
    const double rate = schedule(step);
    return step + 1 < steps ? rate * static_cast<double>(step + 1) / static_cast<double>(steps) : rate;
  };
}

}  // namespace guise
