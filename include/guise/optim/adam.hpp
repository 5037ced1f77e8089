// Adam (Kingma and Ba 2014) as torch.optim.Adam, and AdamW (Loshchilov and Hutter 2017) as torch.optim.AdamW.
// Names and defaults are torch's, but for beta1 of Adam, which is 0.5 as the paper of CycleGAN has it. A
// parameter whose gradient is exactly zero from the start never moves under Adam without weight decay.
#pragma once
#include <guise/backend/math.hpp>

#include <array>

namespace guise {

struct Adam {
  double beta1 = 0.5, beta2 = 0.999, eps = 1e-8, weight_decay = 0;

  static constexpr const char* name = "adam";
  static constexpr const char* state_names[] = {"mean", "square"};

  std::array<double, 8> scalars(double rate, long step) const {
    const auto t = static_cast<double>(step);
    return {rate / (1 - std::pow(beta1, t)),
            1 / std::sqrt(1 - std::pow(beta2, t)),
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            eps,
            weight_decay};
  }
  template <class T, class S>
  GUISE_FORMULA static void update(T& w, T g, T& mean, T& square, const S (&scalars)[8]) {
    const auto [rate, scale, beta1, rest1, beta2, rest2, eps, decay] = scalars;
    const T gradient = g + decay * w;
    mean *= beta1;  // by itself: so compilers agree which product joins the sum
    mean += rest1 * gradient;
    square *= beta2;
    square += rest2 * gradient * gradient;
    w = w - rate * mean / (math::sqrt(square) * scale + eps);
  }
};

struct AdamW {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 1e-2;

  static constexpr const char* name = "adamw";
  static constexpr const char* state_names[] = {"mean", "square"};

  std::array<double, 8> scalars(double rate, long step) const {
    auto all = Adam{beta1, beta2, eps, 0}.scalars(rate, step);
    all[7] = 1 - rate * weight_decay;
    return all;
  }
  template <class T, class S>
  GUISE_FORMULA static void update(T& w, T g, T& mean, T& square, const S (&scalars)[8]) {
    const auto [rate, scale, beta1, rest1, beta2, rest2, eps, shrink] = scalars;
    mean *= beta1;  // by itself: so compilers agree which product joins the sum
    mean += rest1 * g;
    square *= beta2;
    square += rest2 * g * g;
    w = shrink * w - rate * mean / (math::sqrt(square) * scale + eps);
  }
};

}  // namespace guise
