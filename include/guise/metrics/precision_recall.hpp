// Precision and recall of a set of translations (Kynkaanniemi, Karras, Laine, Lehtinen, Aila 2019), by features. A set
// covers all that is no further from one of its rows than the k-th nearest other row of the set is from it.
//
//   precision   the share of translations that the real pictures cover: are they like pictures of their domain?
//   recall      the share of real pictures that the translations cover: is there all that the domain has?
//
// Both are from 0 to 1, with the error and the interval of an Estimate (metrics/features.hpp): of halves, coverings are
// computed anew, among the 48 nearest rows of the set. A set is at least 2 (k + 1) rows of d floats, so that a half has a
// k-th neighbour. Throws Error on fewer, for a k outside 1 to 12, or where the sets differ in d.
#pragma once
#include <guise/metrics/features.hpp>

#include <cstddef>
#include <cstdint>

namespace guise {

struct PrecisionRecallOptions {
  std::uint64_t seed = 0;
  int halves = 100;
  int neighbours = 3;  // k

  std::size_t fewest() const { return 2 * (static_cast<std::size_t>(neighbours) + 1); }
};

struct PrecisionRecall {
  Estimate precision, recall;
};

PrecisionRecall precision_recall(const Features& translated, const Features& real,
                                 PrecisionRecallOptions options = {});

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/metrics/detail/precision_recall_by_eigen.hpp>
#endif
