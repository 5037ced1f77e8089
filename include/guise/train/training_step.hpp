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
// losses before are finite. Gradients are zero between steps.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/error.hpp>
#include <guise/loss/loss.hpp>
#include <guise/train/losses.hpp>
#include <guise/train/replay.hpp>
#include <guise/train/state.hpp>
#include <guise/train/step_part.hpp>

#include <algorithm>
#include <cstddef>
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
  // The value of a loss under its name; what is given to one name more than once is added up.
  template <class Domain> void loss(std::string_view name, const Loss<Domain, Device>& loss) {
    this->loss(name, loss.value.data());
  }
  void loss(std::string_view name, const Scalar* value) {
    const auto known = std::ranges::find(order_, name);
    const bool first = known == order_.end();
    device_.axpby(1, 1, value, first ? 0 : 1, values_ + (known - order_.begin()));
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
  const Scalar* decided(const StepPart<Device>& part) const { return decisions_ + part.first_decision(); }
  Guard<Scalar> finite_losses() const { return {static_cast<int>(order_.size()), values_}; }

 private:
  template <class> friend class TrainingStep;
  StepWork(const Device& device, const Scalar* decisions, Scalar* values)
      : device_(device), decisions_(decisions), values_(values) {}

  const Device& device_;
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
    begin(rate, parts);
    for (const StepPart<Device>* part : parts) part->add_to(read);
    read.add(decisions_);
    read.add(values_);
    try {
      replay_(device_, read, [&] {
        StepWork<Device> now(device_, decisions_.data(), values_.data());
        work(now);
        order_ = std::move(now.order_);
      });
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
      throw Error("training step " + std::to_string(steps_ + 1) + ": expected finite losses, got " +
                  losses.text());
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
      if (at == order_.end())
        throw Error("training step " + std::to_string(steps_ + 1) + ": expected a loss called " + name);
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
