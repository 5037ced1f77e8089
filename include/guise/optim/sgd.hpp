// Stochastic gradient descent with momentum as torch.optim.SGD, and RMSProp (Hinton 2012) as
// torch.optim.RMSprop that is not centred. Names and defaults are torch's.
#pragma once
#include <guise/backend/math.hpp>

#include <array>

namespace guise {

struct Sgd {
  double momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;

  static constexpr const char* name = "sgd";
  static constexpr const char* state_names[] = {"momentum"};

  std::array<double, 6> scalars(double rate, long step) const {
    const double taken = step == 1 ? 1 : 1 - dampening;  // the first step's is the gradient itself
    return {rate, momentum, taken, weight_decay, nesterov ? 1. : 0., nesterov ? momentum : 1};
  }
  template <class T, class S>
  GUISE_FORMULA static void update(T& w, T g, T& velocity, const S (&scalars)[6]) {
    const auto [rate, momentum, taken, decay, of_gradient, of_velocity] = scalars;
    const T gradient = g + decay * w;
    velocity = momentum * velocity + taken * gradient;
    w = w - rate * (of_gradient * gradient + of_velocity * velocity);
  }
};

struct RmsProp {
  double alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0;

  static constexpr const char* name = "rmsprop";
  static constexpr const char* state_names[] = {"square", "momentum"};

  std::array<double, 6> scalars(double rate, long) const {
    return {rate, alpha, 1 - alpha, eps, weight_decay, momentum};
  }
  template <class T, class S>
  GUISE_FORMULA static void update(T& w, T g, T& square, T& velocity, const S (&scalars)[6]) {
    const auto [rate, alpha, rest, eps, decay, momentum] = scalars;
    const T gradient = g + decay * w;
    square = alpha * square + rest * gradient * gradient;
    velocity = momentum * velocity + gradient / (math::sqrt(square) + eps);
    w = w - rate * velocity;
  }
};

}  // namespace guise
