// Random is a generator of random numbers whose bits are the same on every platform: xoshiro256++ (Blackman
// and Vigna, 2019), seeded by splitmix64. Its whole state is four numbers, which a checkpoint can store.
#pragma once
#include <guise/core/compiler.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace guise {

class Random {
 public:
  using State = std::array<std::uint64_t, 4>;

  // Streams of one seed are independent of each other: each user of random numbers takes its own.
  explicit Random(std::uint64_t seed = 0, std::uint64_t stream = 0) {
    std::uint64_t mixed = mix(seed) ^ mix(~stream);
    for (auto& word : state_) word = mix(mixed += 0x9e3779b97f4a7c15u);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0], shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // [0, 1)
  std::uint64_t below(std::uint64_t n) {  // 0 ... n - 1, each equally likely
    const std::uint64_t limit = (UINT64_MAX - n + 1) % n;
    std::uint64_t value = next();
    while (value < limit) value = next();
    return value % n;
  }
  bool chance(double probability) { return uniform() < probability; }
  double normal() {  // mean 0, deviation 1; Box-Muller, of whose two values one is not used
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  State state_;
};

}  // namespace guise
