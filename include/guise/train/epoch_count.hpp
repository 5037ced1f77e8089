// Where a training is in its epochs. A step counts from the training's beginning, and the data may change while the
// training rests: with other pictures or another batch an epoch has other steps. An EpochCount says from which step,
// epoch and position on the data is as it is now; before anything has changed all three are 0. It is kept with each
// checkpoint, and what changes begins in the epoch in hand, at the share of it that was done.
//
//   epoch(step), position(step)      of the step after so many, epochs and positions from 0 on
//   schedule_step(step)              the step in which a training of this data alone would be there: a learning rate
//                                    that is a function of it falls to 0 at the end of the last epoch
//   pictures(step)                   that the training has seen
#pragma once
#include <guise/core/whole_numbers.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace guise {

struct EpochCount {
  long size = 1, batch = 1;                                  // pictures of an epoch and of a step
  long first_step = 0, first_epoch = 0, first_position = 0;  // from when on they are so
  long first_pictures = 0;                                   // seen until then

  long epoch_steps() const { return (size + batch - 1) / batch; }
  long schedule_step(long step) const {
    return first_epoch * epoch_steps() + first_position + step - first_step;
  }
  long epoch(long step) const { return schedule_step(step) / epoch_steps(); }
  long position(long step) const { return schedule_step(step) % epoch_steps(); }
  long steps_of(long epochs) const {  // after which so many epochs are done
    return first_step + (epochs - first_epoch) * epoch_steps() - first_position;
  }
  long pictures(long step) const {
    const auto of_epoch = [&](long at) { return std::min(size, at * batch); };
    return first_pictures + (epoch(step) - first_epoch) * size + of_epoch(position(step)) -
           of_epoch(first_position);
  }
  // The same training with other data from this step on.
  EpochCount changed(long step, long new_size, long new_batch) const {
    EpochCount next{new_size, new_batch, step, epoch(step), 0, pictures(step)};
    next.first_position = position(step) * next.epoch_steps() / epoch_steps();
    return next;
  }

  // As a note: six whole numbers.
  std::string text() const {
    std::string numbers;
    for (const long number : {size, batch, first_step, first_epoch, first_position, first_pictures})
      numbers += (numbers.empty() ? "" : " ") + std::to_string(number);
    return numbers;
  }
  static std::optional<EpochCount> read(std::string_view text) {  // nothing where it is none
    const auto numbers = whole_numbers<long, 6>(text);
    if (!numbers) return {};
    const auto& n = *numbers;
    for (const long number : n)
      if (number < 0 || number > 1'000'000'000'000) return {};
    if (n[0] < 1 || n[1] < 1) return {};
    return EpochCount{n[0], n[1], n[2], n[3], n[4], n[5]};
  }
};

}  // namespace guise
