// How the parameters of a network start. Weights of convolutions, and what custom layers call normal, are filled by an
// Initialization: one of these, whose names and meanings are those of torch.nn.init, or a function of one's own.
//
//   initial::normal(gain)            N(0, gain), what the reference does with 0.02, and what a network does without
//   initial::xavier_normal(gain)     N(0, gain sqrt(2 / (fan in + fan out)))       Glorot and Bengio 2010
//   initial::kaiming_normal(gain)    N(0, sqrt(2 / fan in))                        He et al. 2015
//   initial::orthogonal(gain)        rows, or columns, that are orthogonal          Saxe et al. 2013 (net/orthogonal.hpp)
//
// Fans count as torch counts them: the second and the first side of the weight times its kernel, also of a transposed
// convolution. Biases start at 0, scales of norms at N(1, gain), running variances at 1. The same seed, the same bits.
#pragma once
#include <guise/core/parameter.hpp>
#include <guise/core/random.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace guise {

struct Initialization {
  using Fill = void (*)(std::span<float> weight, const Parameter& of, double gain, Random& random);
  Fill fill;
  double gain = 0.02;
};

namespace initial {

inline void fill_normal(std::span<float> weight, double deviation, Random& random) {
  for (float& value : weight) value = static_cast<float>(deviation * random.normal());
}
inline double fan_in(const Parameter& p) { return double(p.shape[1]) * p.shape[2] * p.shape[3]; }
inline double fan_out(const Parameter& p) { return double(p.shape[0]) * p.shape[2] * p.shape[3]; }

constexpr Initialization normal(double gain = 0.02) {
  return {[](std::span<float> weight, const Parameter&, double deviation, Random& random) {
            fill_normal(weight, deviation, random);
          },
          gain};
}
constexpr Initialization xavier_normal(double gain = 0.02) {
  return {[](std::span<float> weight, const Parameter& p, double scale, Random& random) {
            fill_normal(weight, scale * std::sqrt(2 / (fan_in(p) + fan_out(p))), random);
          },
          gain};
}
constexpr Initialization kaiming_normal(double gain = 0.02) {  // which is that of norms alone
  return {[](std::span<float> weight, const Parameter& p, double, Random& random) {
            fill_normal(weight, std::sqrt(2 / fan_in(p)), random);
          },
          gain};
}

}  // namespace initial

inline std::vector<float> initial_values(std::span<const Parameter> table, std::size_t floats, Random& random,
                                         const Initialization& start = initial::normal()) {
  std::vector<float> values(floats);
  for (const Parameter& p : table) {
    const std::span<float> some(values.data() + p.offset, p.floats);
    double squares = 0;
    switch (p.initializer) {
      case Initializer::normal:
        start.fill(some, p, start.gain, random);
        break;
      case Initializer::near_one:
        for (float& value : some) value = static_cast<float>(1 + start.gain * random.normal());
        break;
      case Initializer::zero:
        break;
      case Initializer::one:
        for (float& value : some) value = 1;
        break;
      case Initializer::unit:
        initial::fill_normal(some, 1, random);
        for (const float value : some) squares += double(value) * double(value);
        for (float& value : some) value = static_cast<float>(value / std::sqrt(squares));
        break;
    }
  }
  return values;
}

}  // namespace guise
