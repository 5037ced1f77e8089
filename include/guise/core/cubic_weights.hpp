// The weights of the values at -1, 0, 1 and 2 for the value at t, in [0, 1], by Catmull and Rom's cubic. Their sum is 1,
// and at 0 and 1 the value that is there is returned.
#pragma once
#include <guise/core/compiler.hpp>

#include <array>

namespace guise {

inline std::array<float, 4> cubic_weights(double at) {
  const auto t = static_cast<float>(at);
  return {0.5f * t * (t * (2 - t) - 1), 0.5f * (t * t * (3 * t - 5) + 2), 0.5f * t * (t * (4 - 3 * t) + 1),
          0.5f * t * t * (t - 1)};
}

}  // namespace guise
