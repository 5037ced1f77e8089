// Adam (Kingma and Ba 2014) as torch.optim.Adam without weight decay: one call over a network's flat buffer.
// A parameter whose gradient is exactly zero from the start never moves. The gradients are zero afterwards.
#pragma once
#include <guise/backend/geometry.hpp>

#include <cstddef>

namespace guise {

struct AdamOptions {
  double beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8;
};

template <class B> struct AdamState {  // what it remembers of a network's parameters
  typename B::Buffer mean, square;
  long steps = 0;
};

template <class Net> class Adam {
 public:
  using State = AdamState<typename Net::Backend>;

  explicit Adam(const Net& net, AdamOptions options = {})
      : options_(options), state_{net.gradients().floats, net.gradients().floats} {}

  void step(Net& net, typename Net::Gradients& gradients, double rate) {
    ++state_.steps;
    net.backend().adam(net.parameters().size(),
                       AdamStep{rate, options_.beta1, options_.beta2, options_.epsilon, state_.steps},
                       gradients.floats.data(), state_.mean.data(), state_.square.data(),
                       net.parameters().data());
  }

  long steps() const { return state_.steps; }
  State& state() { return state_; }

 private:
  AdamOptions options_;
  State state_;
};

}  // namespace guise
