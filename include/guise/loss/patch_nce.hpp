// PatchNCE, the contrast of CUT (Park et al. 2020, equation 3): each query should be like its own key, and unlike the
// other keys of its picture, or with `of_batch` of all pictures. Queries and keys (N, H, W, C) are vectors of length 1,
// one a place; the places of a picture are in any order, the same in both.
//
//   weight mean over queries q of -log(exp(q . k / t) / sum over all keys of exp(q . key / t))
//
// The gradient is that of the queries; keys are given. Throws Error if the batches differ in shape or have no samples.
#pragma once
#include <guise/loss/reconstruction.hpp>

namespace guise {

struct PatchNce {
  double temperature = 0.07;
  bool of_batch = false;  // its negatives
};

template <class X, class B>
Loss<X, B> patch_nce_loss(const Batch<X, B>& queries, const Batch<X, B>& keys, PatchNce options = {},
                          double weight = 1) {
  if (queries.n != keys.n || queries.shape != keys.shape)
    refuse_to_compare("PatchNCE", queries.n, queries.shape, keys.n, keys.shape);
  check_batch(queries, true), check_batch(keys, true);
  const B& device = queries.backend;
  const int places = queries.shape.h * queries.shape.w, c = queries.shape.c;
  const int groups = options.of_batch ? 1 : queries.n, rows = options.of_batch ? queries.n * places : places;
  const std::size_t all = static_cast<std::size_t>(groups) * static_cast<std::size_t>(rows);
  const std::size_t pairs = all * static_cast<std::size_t>(rows);

  Loss<X, B> loss{device.uninitialized(1), {queries.n, queries.shape, device}};
  auto alike = device.uninitialized(pairs), slopes = device.uninitialized(pairs);
  device.matmul({groups, rows, rows, c, false, true}, queries.data.data(), keys.data.data(), alike.data());
  device.axpby(pairs, 1 / options.temperature, alike.data(), 0, alike.data());
  device.cross_entropy(all, rows, weight, alike.data(), nullptr, loss.value.data(), slopes.data());
  device.axpby(pairs, 1 / options.temperature, slopes.data(), 0, slopes.data());
  device.matmul({groups, rows, c, rows}, slopes.data(), keys.data.data(), loss.gradient.data.data());
  return loss;
}

}  // namespace guise
