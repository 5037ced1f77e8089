// Instance normalization (Ulyanov et al. 2016): every channel of every sample to mean 0 and variance 1 over its
// pixels, epsilon 1e-5, as torch.nn.InstanceNorm2d. InstanceNorm<C> is what the reference uses;
// InstanceNorm<C, Affine> learns a scale and a shift (weight (C), bias (C)). Shape in = shape out. Kept for backward:
// the operand, and the mean and the inverse deviation of every (sample, channel).
//
// A bias right before an instance norm has no effect and a gradient of exactly zero: graphs drop it (graph/fuse.hpp)
// and leave the parameter as it was.
#pragma once
#include <guise/layer/layer.hpp>

#include <type_traits>

namespace guise {

constexpr auto instance_norm(int channels, bool affine = false) {
  return [=](Graph& g, Value x) { return g.instance_norm(x, channels, affine); };
}

struct Affine;

template <int C, class... Options> struct InstanceNorm {
  static_assert(sizeof...(Options) == 0 || std::is_same_v<void(Options...), void(Affine)>,
                "InstanceNorm takes a number of channels and, if you like, Affine");
  constexpr Value operator()(Graph& g, Value x) const {
    return g.instance_norm(x, C, sizeof...(Options) != 0);
  }
};

}  // namespace guise
