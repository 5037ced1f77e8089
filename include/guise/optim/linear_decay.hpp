// The learning rate of the paper, per mini-batch: constant before `decay_start_step`, then linear to 0 at
// `total_steps`, and 0 from there on, even where it would have begun to fall later.
#pragma once

namespace guise {

class LinearDecay {
 public:
  constexpr LinearDecay(double rate, long total_steps, long decay_start_step)
      : rate_(rate), total_(total_steps), start_(decay_start_step) {}

  // Of the step with this number, counted from 0.
  constexpr double operator()(long step) const {
    if (step >= total_) return 0;
    if (step < start_) return rate_;
    return rate_ * static_cast<double>(total_ - step) / static_cast<double>(total_ - start_);
  }

 private:
  double rate_;
  long total_, start_;
};

}  // namespace guise
