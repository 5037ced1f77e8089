// Adam (Kingma and Ba 2014) as torch.optim.Adam without weight decay: one call over a network's flat buffer.
// A parameter whose gradient is exactly zero from the start never moves. The gradients are zero afterwards.
//
//   Adam<Net> adam(net);  adam.step(net, gradients, rate);     a network by itself
//   adam_step(net, gradients, state, options, scalars, guard)  what changes from step to step lies on the
//                                                              backend, so that steps can be replayed
#pragma once
#include <guise/backend/geometry.hpp>

#include <array>
#include <cmath>

namespace guise {

template <class B> struct AdamState {  // what it remembers of a network's parameters
  typename B::Buffer mean, square;
};
template <class Net> AdamState<typename Net::Backend> adam_state(const Net& net) {
  return {net.gradients().floats, net.gradients().floats};
}

// What changes from one step to the next; steps count from 1.
template <class Scalar>
std::array<Scalar, 2> adam_scalars(const AdamOptions& options, double rate, long step) {
  const auto t = static_cast<double>(step);
  return {static_cast<Scalar>(rate / (1 - std::pow(options.beta1, t))),
          static_cast<Scalar>(1 / std::sqrt(1 - std::pow(options.beta2, t)))};
}

template <class Net, class Scalar = typename Net::Backend::Scalar>
void adam_step(Net& net, typename Net::Gradients& gradients, AdamState<typename Net::Backend>& state,
               const AdamOptions& options, const Scalar* scalars, Guard<Scalar> guard = {}) {
  net.backend().adam(net.parameters().size(), options, guard, scalars, gradients.floats.data(),
                     state.mean.data(), state.square.data(), net.parameters().data());
}

template <class Net> class Adam {
 public:
  explicit Adam(const Net& net, AdamOptions options = {}) : options_(options), state_(adam_state(net)) {}

  void step(Net& net, typename Net::Gradients& gradients, double rate) {
    const auto scalars = adam_scalars<typename Net::Backend::Scalar>(options_, rate, ++steps_);
    auto there = net.backend().uninitialized(scalars.size());
    net.backend().upload(scalars.size(), scalars.data(), there.data());
    adam_step(net, gradients, state_, options_, there.data());
  }
  long steps() const { return steps_; }

 private:
  AdamOptions options_;
  AdamState<typename Net::Backend> state_;
  long steps_ = 0;
};

}  // namespace guise
