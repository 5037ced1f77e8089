// A network that learns: the network, the gradients of the step in hand, and what its optimiser remembers of its
// parameters. A part of a training step (train/training_step.hpp), which updates it and rolls it back.
//
//   Trained<Network<A, B, Arch, Device>, Adam> net({seed, stream, device}, {.beta1 = 0.9});
//   auto [y, tape] = net.forward(x);
//   auto dx = net.backward(std::move(tape), dy);         adds to its gradients
//   auto dx = net.backward(std::move(tape), dy, frozen); passes through and learns nothing
//   net.learn(std::move(tape), dy);                      where nobody wants dx
//
// A network whose update is not the last thing that can go wrong in a step says so by `updates_early`: then a step that
// does not count leaves also its parameters and optimiser states as they were, of which a copy is made for each step.
// With MovingAverage as its third argument it keeps a moving average of its parameters beside them. Parameters that are
// frozen by their names stay as they are, whatever the optimiser; their running statistics do not.
#pragma once
#include <guise/net/network.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/train/moving_average.hpp>
#include <guise/train/state.hpp>
#include <guise/train/step_part.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

template <class Net, class Rule, template <class> class Average = Without>
class Trained : public StepPart<typename Net::Backend> {
  static_assert(is_optimizer<Rule>());
  using Floats = typename Net::Backend::Buffer;
  struct Range {
    std::size_t first, count;
  };

 public:
  using Network = Net;
  using Device = typename Net::Backend;
  using Scalar = typename Device::Scalar;

  // `average`: the options of the moving average.
  template <class... AverageOptions>
  explicit Trained(Net net, Rule rule = {}, AverageOptions... average)
      : net_(std::move(net)),
        average_(net_, average...),
        rule_(std::move(rule)),
        gradients_(net_.gradients()),
        optimizer_(optimizer_state(net_, rule_)) {}

  template <class X> auto forward(const X& x) { return net_.forward(x); }
  template <class Tape, class Dy> auto backward(Tape&& tape, const Dy& dy) {
    return net_.backward(std::forward<Tape>(tape), dy, gradients_);
  }
  template <class Tape, class Dy> auto backward(Tape&& tape, const Dy& dy, Frozen) {
    return net_.backward(std::forward<Tape>(tape), dy, frozen);
  }
  template <class Tape, class Dy> void learn(Tape&& tape, const Dy& dy) {
    net_.learn(std::forward<Tape>(tape), dy, gradients_);
  }

  void updates_early() { updates_early_ = true; }
  // `names`: of parameters; those that the network does not have are another's.
  void freeze(const std::vector<std::string>& names) {
    frozen_.clear();
    std::size_t floats = 0;
    for (const Parameter& p : net_.table()) {
      if (std::ranges::find(names, std::string_view(p.name)) == names.end()) continue;
      if (frozen_.empty() || frozen_.back().first + frozen_.back().count != p.offset)
        frozen_.push_back({p.offset, 0});
      frozen_.back().count += p.floats, floats += p.floats;
    }
    frozen_values_ = device().uninitialized(floats);
  }

  Net& net() { return net_; }
  const Net& net() const { return net_; }
  // Of the moving average, or where none is kept the network's own.
  const Floats& averaged() const { return average_.of(net_); }
  const Device& device() const { return net_.backend(); }

  // `decided`: what this part decided for the step, on the device.
  void update(const Scalar* decided, Guard<Scalar> guard = {}) {
    optimizer_step(net_, gradients_, optimizer_, rule_, decided, guard);
    std::size_t at = 0;
    for (const Range& some : frozen_) {
      device().copy(some.count, frozen_values_.data() + at, net_.parameters().data() + some.first);
      at += some.count;
    }
  }

  // The network as NAME., the optimiser's states as NAME.adam_mean. and the like.
  void add_to(State& state, const std::string& name) {
    state.add_network(name, net_);
    for (auto& [of, floats] : optimizer_.buffers)
      state.add(name + "." + of + ".", net_.table(), device(), floats);
    average_.add_to(state, name, net_);
  }
  void add_to(BufferAddresses& all) const override {
    for (const auto* floats : {&net_.parameters(), &net_.statistics(), &gradients_.floats}) all.add(*floats);
    for (const auto& state : optimizer_.buffers) all.add(state.floats);
    all.add(frozen_values_);
  }
  void accept() override { average_.follow(net_); }
  void roll_back() override {
    std::size_t k = 0;
    for (Floats* floats : changed_before_the_end()) copy(before_[k++], *floats);
  }

 private:
  void decide(const StepStart& start, std::vector<Scalar>& decisions) override {
    net_.start_step(start.step);
    const auto scalars = optimizer_scalars<Scalar>(rule_, start.rate, start.step);
    decisions.insert(decisions.end(), scalars.begin(), scalars.end());
    std::size_t at = 0;
    for (const Range& some : frozen_) {  // as they are now: a checkpoint may have been read
      device().copy(some.count, net_.parameters().data() + some.first, frozen_values_.data() + at);
      at += some.count;
    }
    before_.resize(changed_before_the_end().size());
    std::size_t k = 0;
    for (const Floats* floats : changed_before_the_end()) {
      if (before_[k].size() != floats->size()) before_[k] = device().uninitialized(floats->size());
      copy(*floats, before_[k++]);
    }
    if (start.after_broken) copy(device().zeros(gradients_.floats.size()), gradients_.floats);
  }
  // What the work of a step may change before its losses are known to be finite; forward the running statistics.
  std::vector<Floats*> changed_before_the_end() {
    std::vector<Floats*> all{&net_.statistics()};
    if (!updates_early_) return all;
    all.push_back(&net_.parameters());
    for (auto& state : optimizer_.buffers) all.push_back(&state.floats);
    return all;
  }
  void copy(const Floats& from, Floats& to) const {
    if (from.size()) device().copy(from.size(), from.data(), to.data());
  }

  Net net_;
  [[no_unique_address]] Average<Net> average_;
  Rule rule_;
  typename Net::Gradients gradients_;
  OptimizerState<Device> optimizer_;
  std::vector<Floats> before_;  // the step
  bool updates_early_ = false;
  std::vector<Range> frozen_;  // of the parameters
  Floats frozen_values_{};     // as they were when the step began
};

}  // namespace guise
