// Adam (Kingma and Ba 2014) as torch.optim.Adam without weight decay: one call over a network's flat buffer.
// A parameter whose gradient is exactly zero from the start never moves. The gradients are zero afterwards.
#pragma once
#include <guise/backend/geometry.hpp>

#include <cstddef>

namespace guise {

struct AdamOptions {
  double beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8;
};

template <class Net> class Adam {
  using Floats = typename Net::Backend::Buffer;

 public:
  explicit Adam(const Net& net, AdamOptions options = {})
      : options_(options), mean_(net.gradients().floats), square_(net.gradients().floats) {}

  void step(Net& net, typename Net::Gradients& gradients, double rate) {
    ++steps_;
    net.backend().adam(net.parameters().size(),
                       AdamStep{rate, options_.beta1, options_.beta2, options_.epsilon, steps_},
                       gradients.floats.data(), mean_.data(), square_.data(), net.parameters().data());
  }

  long steps() const { return steps_; }

 private:
  AdamOptions options_;
  long steps_ = 0;
  Floats mean_, square_;
};

}  // namespace guise
