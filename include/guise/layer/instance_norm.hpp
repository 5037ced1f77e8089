// Instance normalization (Ulyanov et al. 2016): every channel of every sample to mean 0 and variance 1 over its
// pixels, as torch.nn.InstanceNorm2d. InstanceNorm<C> is what the reference uses; InstanceNorm<C, Affine> learns a
// scale and a shift (weight (C), bias (C)); Epsilon<1, 1000> in place of 1e-5. Described at run time:
// instance_norm(channels, affine, epsilon). Shape in = shape out. Kept for backward: the operand, and the mean and the
// inverse deviation of every (sample, channel).
//
// A bias right before an instance norm has no effect and a gradient of exactly zero: graphs drop it (graph/fuse.hpp)
// and leave the parameter as it was.
#pragma once
#include <guise/layer/layer.hpp>
#include <guise/layer/norm_options.hpp>

namespace guise {

constexpr auto instance_norm(int channels, bool affine = false, double epsilon = 1e-5) {
  return [=](Graph& g, Value x) { return g.instance_norm(x, channels, affine, epsilon); };
}

template <int C, class... Options> struct InstanceNorm {
  constexpr Value operator()(Graph& g, Value x) const {
    constexpr NormOptions o = detail::norm_options<Options...>();
    return g.instance_norm(x, C, o.affine, o.epsilon);
  }
};

}  // namespace guise
