// A moving average of a network's parameters, which follows them after each step that was finite: average =
// decay average + (1 - decay) parameters, beginning with the parameters. Without<Net> keeps none, and costs
// nothing. A Trained (train/trained.hpp) has one of the two.
#pragma once
#include <guise/train/state.hpp>

#include <string>

namespace guise {

template <class Net> struct Without {
  explicit Without(const Net&) {}
  void follow(const Net&) {}
  void add_to(State&, const std::string&, const Net&) {}
};

template <class Net> class MovingAverage {
 public:
  explicit MovingAverage(const Net& net, double decay = 0.999)
      : decay_(decay), floats_(net.backend().uninitialized(net.parameters().size())) {
    net.backend().copy(floats_.size(), net.parameters().data(), floats_.data());
  }

  void follow(const Net& net) {
    net.backend().axpby(floats_.size(), 1 - decay_, net.parameters().data(), decay_, floats_.data());
  }
  void add_to(State& state, const std::string& name, const Net& net) {  // as NAME.average.
    state.add(name + ".average.", net.table(), net.backend(), floats_);
  }
  const typename Net::Backend::Buffer& parameters() const { return floats_; }

 private:
  double decay_;
  typename Net::Backend::Buffer floats_;
};

}  // namespace guise
