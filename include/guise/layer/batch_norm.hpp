// Batch normalization (Ioffe and Szegedy 2015) as torch.nn.BatchNorm2d: in training every channel to mean 0 and
// variance 1 over all pixels of the batch, else by the running statistics (momentum 0.1, unbiased variance), then a
// learnt scale and shift. Epsilon 1e-5. Shape in = shape out.
//
// Parameters: weight (C), bias (C); statistics: running_mean (C), running_var (C), which training updates. Kept for
// backward: the operand, its mean and its inverse deviation.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

constexpr auto batch_norm(int channels) {
  return [=](Graph& g, Value x) { return g.batch_norm(x, channels); };
}

template <int C> struct BatchNorm {
  constexpr Value operator()(Graph& g, Value x) const { return g.batch_norm(x, C); }
};

}  // namespace guise
