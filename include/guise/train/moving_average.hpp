// A moving average of a network's parameters, which follows them after each step that was finite: average =
// decay average + (1 - decay) parameters, beginning with the parameters; with a decay of 0 none is kept. In a training's
// state it is a network of its own, NAME_ema, with the running statistics of the network. Without<Net> keeps none, and
// costs nothing. A Trained (train/trained.hpp) has one of the two. Throws Error for a decay outside [0, 1).
#pragma once
#include <guise/core/error.hpp>
#include <guise/train/state.hpp>

#include <string>

namespace guise {

template <class Net> struct Without {
  explicit Without(const Net&) {}
  void follow(const Net&) {}
  void add_to(State&, const std::string&, Net&) {}
  const typename Net::Backend::Buffer& of(const Net& net) const { return net.parameters(); }
};

template <class Net> class MovingAverage {
  using Floats = typename Net::Backend::Buffer;

 public:
  explicit MovingAverage(const Net& net, double decay = 0.999) : decay_(decay) {
    if (!(decay >= 0 && decay < 1))
      throw Error("a moving average with a decay of " + std::to_string(decay) + ": expected 0 to below 1");
    if (decay == 0) return;
    floats_ = net.backend().uninitialized(net.parameters().size());
    net.backend().copy(floats_.size(), net.parameters().data(), floats_.data());
  }

  void follow(const Net& net) {
    if (decay_ == 0) return;
    net.backend().axpby(floats_.size(), 1 - decay_, net.parameters().data(), decay_, floats_.data());
  }
  void add_to(State& state, const std::string& name, Net& net) {
    if (decay_ != 0) state.add_network(name + "_ema", net, floats_);
  }
  // The average, or where none is kept the parameters themselves.
  const Floats& of(const Net& net) const { return decay_ == 0 ? net.parameters() : floats_; }

 private:
  double decay_;
  Floats floats_{};
};

}  // namespace guise
