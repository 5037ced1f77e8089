// What scores of two sets are computed from, and what they say. Features are what a network sees of pictures, a row for
// each. An Estimate is a score with what is known of it: it is computed again of random halves of both sets, drawn
// without replacement by a seed, and a half varies around the whole as the whole varies around the truth.
//
//   error       deviation of the score over the halves
//   low, high   where 95 of a hundred halves lie, moved so that their mean is the value: half as many pictures may make a
//               score larger, which is not what it varies by
//
// Halves have no row twice, as draws with replacement would, which nearest neighbours take for perfect pictures. NaN where
// a set has fewer rows than `fewest_features`: there are no halves.
#pragma once
#include <guise/core/compiler.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace guise {

struct Features {
  std::size_t channels = 0;   // d
  std::vector<float> values;  // (N, d)

  std::size_t size() const { return channels ? values.size() / channels : 0; }
};

inline constexpr std::size_t fewest_features = 4;  // rows of a set that is scored

struct Estimate {
  double value = 0;
  double error = std::numeric_limits<double>::quiet_NaN(), low = error, high = error;
};

}  // namespace guise
