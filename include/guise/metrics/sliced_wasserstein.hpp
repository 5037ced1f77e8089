// Sliced Wasserstein distance between two sets of pictures, level by level of their Laplacian pyramids
// (Karras, Aila, Laine, Lehtinen 2018): patches of 7x7 at random places, each channel brought to mean 0 and
// deviation 1 over a set's patches, projected on random directions; the mean over directions of the mean
// distance between the sorted projections. Fine levels see texture and noise, coarse ones shapes. 0 for equal
// sets; the paper prints it times 1000. Since each set is normalised by itself, its overall colour and
// contrast do not count.
//
// Sets of different size may be compared: as many patches come from each. All that is random comes from the
// seed, and two calls with one seed look at the same places in the same directions. Pictures of both sets
// have one shape, at least 7x7. Throws Error where they do not, or a set is empty. The estimate (metrics/features.hpp) is of
// halves of the pictures, with the patches that come from them.
//
// The same of two sets of features, rows of d floats: their distance in deviations of the second set, so that every
// channel counts alike (one whose deviation is less than a hundredth of the largest counts as one of a hundredth). Sets
// may differ in size, at least 4 rows each; throws Error on fewer, or where they differ in d.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/metrics/features.hpp>

#include <cstdint>
#include <vector>

namespace guise {

struct SlicedWassersteinOptions {
  std::uint64_t seed = 0;
  int patches = 8192;    // of each set and level
  int directions = 128;  // to project them on
  int smallest = 16;     // side where the pyramid ends
  int halves = 100;
};

struct SlicedWasserstein {
  struct OfLevel {
    int height, width;
    double distance;
  };
  std::vector<OfLevel> levels;  // finest first
  double mean = 0;
  Estimate estimate;  // of the mean
};

struct FeatureWassersteinOptions {
  std::uint64_t seed = 0;
  int directions = 128, halves = 100;
};
Estimate sliced_wasserstein(const Features& x, const Features& y, FeatureWassersteinOptions options = {});

namespace metrics {
struct PictureSet {  // (N, H, W, C)
  int n;
  Shape shape;
  const float* data;
};
SlicedWasserstein sliced_wasserstein(PictureSet x, PictureSet y, SlicedWassersteinOptions options);
}  // namespace metrics

template <class Domain>
SlicedWasserstein sliced_wasserstein(const Images<Domain>& x, const Images<Domain>& y,
                                     SlicedWassersteinOptions options = {}) {
  if (x.n > 0) check_batch(x);
  if (y.n > 0) check_batch(y);
  return metrics::sliced_wasserstein({x.n, x.shape, x.data.data()}, {y.n, y.shape, y.data.data()}, options);
}

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/metrics/detail/sliced_wasserstein_by_eigen.hpp>
#endif
