// One step of a training, whatever its algorithm: the algorithm says what goes forward and back, and the step
// sees to the rest.
//
//   TrainingStep<Device> step({"restoration"}, device);                      the names of the losses
//   Losses losses = step(rate, {&net}, addresses_of(x, target), [&](StepWork<Device>& now) {
//     auto [y, tape] = net.forward(x);
//     auto loss = reconstruction_loss<L1>(y, target);
//     net.learn(std::move(tape), loss.gradient);
//     now.loss("restoration", loss);
//     now.update(net);
//   });
//
// The parts (networks that learn, image pools) decide on the host what changes from step to step, and their
// decisions go to the device in one piece before the work begins. The work then asks the same of the device
// each time: where the device records, it is recorded once and replayed for as long as all that it reads and
// writes stays where it is (train/replay.hpp). The losses are read once, when it is over.
//
// A step whose losses are not finite throws Error, and one whose work throws passes that on; both leave
// parameters, optimiser states, running statistics and chance as they were, for a part is updated only where the
// losses before are finite; what the work has updated already stays so, and a work that can still fail updates last.
// Throws Error, too, for a learning rate that is negative or not finite, before the work begins, and for a loss or a
// part that the step was not told of. Gradients are zero between steps.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/error.hpp>
#include <guise/loss/loss.hpp>
#include <guise/train/losses.hpp>
#include <guise/train/replay.hpp>
#include <guise/train/state.hpp>
#include <guise/train/step_part.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

// What the work of a step is given.
template <class Device> class StepWork {
  using Scalar = typename Device::Scalar;

 public:
  // The value of a loss under its name, by a factor; what is given to one name more than once is added up.
  template <class Domain>
  void loss(std::string_view name, const Loss<Domain, Device>& loss, double factor = 1) {
    this->loss(name, loss.value.data(), factor);
  }
  void loss(std::string_view name, const Scalar* value, double factor = 1) {
    const auto known = std::ranges::find(order_, name);
    const bool first = known == order_.end();
    if (first && std::ranges::find(names_, name) == names_.end())
      throw Error("a training step is given a loss called " + std::string(name) +
                  ": expected one of the names that it was made with");
    device_.axpby(1, factor, value, first ? 0 : 1, values_ + (known - order_.begin()));
    if (first) order_.emplace_back(name);
  }
  // Gradients become changes of the parameters, where all losses until now are finite.
  template <class... Parts> void update(Parts&... parts) {
    (parts.update(decided(parts), finite_losses()), ...);
  }
  // Pictures go through a pool (train/image_pool.hpp), where all losses until now are finite.
  template <class Pool, class Pictures> void exchange(Pool& pool, Pictures& pictures) {
    pool.exchange(pictures, decided(pool), finite_losses());
  }

  // What a part decided for this step, on the device.
  const Scalar* decided(const StepPart<Device>& part) const {
    if (std::ranges::find(parts_, &part) == parts_.end())
      throw Error(
          "a training step updates a part that it was not given: expected it in the step's list of parts");
    return decisions_ + part.first_decision();
  }
  Guard<Scalar> finite_losses() const { return {static_cast<int>(order_.size()), values_}; }

 private:
  template <class> friend class TrainingStep;
  StepWork(const Device& device, const std::vector<std::string>& names,
           const std::vector<StepPart<Device>*>& parts, const Scalar* decisions, Scalar* values)
      : device_(device), names_(names), parts_(parts), decisions_(decisions), values_(values) {}

  const Device& device_;
  const std::vector<std::string>& names_;  // of the losses that there are
  const std::vector<StepPart<Device>*>& parts_;
  const Scalar* decisions_;
  Scalar* values_;                  // in the order in which they came first
  std::vector<std::string> order_;  // their names
};

template <class Device> class TrainingStep {
  using Scalar = typename Device::Scalar;
  using Parts = std::vector<StepPart<Device>*>;

 public:
  explicit TrainingStep(std::vector<std::string> losses, Device device = {})
      : names_(std::move(losses)), device_(std::move(device)), values_(device_.zeros(names_.size())) {}

  template <class Work> Losses operator()(double rate, const Parts& parts, BufferAddresses read, Work work) {
    check(rate);
    begin(rate, parts);
    for (const StepPart<Device>* part : parts) part->add_to(read);
    read.add(decisions_);
    read.add(values_);
    try {
      replay_(device_, read, [&] {
        StepWork<Device> now(device_, names_, parts, decisions_.data(), values_.data());
        work(now);
        order_ = std::move(now.order_);
      });
      check_losses();
    } catch (...) {
      roll_back(parts);
      throw;
    }
    return end(parts);
  }

  long steps() const { return steps_; }
  const Device& device() const { return device_; }
  void add_to(State& state) { state.add("steps", steps_); }

 private:
  std::string number() const { return "training step " + std::to_string(steps_ + 1); }
  void check(double rate) const {
    if (rate >= 0 && std::isfinite(rate)) return;
    char text[32];
    std::snprintf(text, sizeof text, "%g", rate);
    throw Error(number() + ": a learning rate of " + text + ": expected a finite number from 0 on");
  }
  void check_losses() const {
    for (const std::string& name : names_)
      if (std::ranges::find(order_, name) == order_.end())
        throw Error(number() + ": expected a loss called " + name);
  }
  void begin(double rate, const Parts& parts) {
    std::vector<Scalar> decisions;
    for (StepPart<Device>* part : parts) part->begin({rate, steps_ + 1, unfinished_}, decisions);
    unfinished_ = true;
    if (decisions_.size() != decisions.size()) decisions_ = device_.uninitialized(decisions.size());
    device_.upload(decisions.size(), decisions.data(), decisions_.data());
  }
  Losses end(const Parts& parts) {
    const Losses losses = read();
    unfinished_ = false;
    if (!losses.finite()) {
      roll_back(parts);
      throw Error(number() + ": expected finite losses, got " + losses.text());
    }
    for (StepPart<Device>* part : parts) part->accept();
    ++steps_;
    return losses;
  }
  Losses read() const {  // the one wait of a step
    std::vector<float> in_order(names_.size()), values;
    device_.download(in_order.size(), values_.data(), in_order.data());
    for (const std::string& name : names_) {
      const auto at = std::ranges::find(order_, name);
      values.push_back(in_order[static_cast<std::size_t>(at - order_.begin())]);
    }
    return {names_, std::move(values)};
  }
  static void roll_back(const Parts& parts) {
    for (StepPart<Device>* part : parts) part->roll_back();
  }

  std::vector<std::string> names_;
  Device device_;
  typename Device::Buffer decisions_;  // of the parts, one after the other
  typename Device::Buffer values_;     // of the losses
  std::vector<std::string> order_;     // of the values
  Replay<Device> replay_;
  long steps_ = 0;
  bool unfinished_ = false;  // a step, whose gradients may not be zero
};

}  // namespace guise
