// Batch normalization (Ioffe and Szegedy 2015) as torch.nn.BatchNorm2d: in training every channel to mean 0 and
// variance 1 over all pixels of the batch, else by the running statistics (momentum 0.1, unbiased variance), then a
// learnt scale and shift. Epsilon 1e-5, or Epsilon<1, 1000>. Shape in = shape out.
//
// Parameters: weight (C), bias (C); statistics: running_mean (C), running_var (C), which training updates. Kept for
// backward: the operand, its mean and its inverse deviation.
#pragma once
#include <guise/layer/layer.hpp>
#include <guise/layer/norm_options.hpp>

namespace guise {

constexpr auto batch_norm(int channels, double epsilon = 1e-5) {
  return [=](Graph& g, Value x) { return g.batch_norm(x, channels, epsilon); };
}

template <int C, class... Options> struct BatchNorm {
  constexpr Value operator()(Graph& g, Value x) const {
    constexpr NormOptions o = detail::norm_options<Options...>();
    static_assert(!o.affine,
                  "a batch norm always learns a scale and a shift: Affine is an option of InstanceNorm");
    return g.batch_norm(x, C, o.epsilon);
  }
};

}  // namespace guise
