// The norm that a described network has, as the PyTorch reference's --norm: normalization(Norm::batch, channels) is an
// instance norm, a batch norm, or nothing, which takes its position among the layers all the same. Kept for backward: what
// that norm keeps. As in the reference, a convolution before an instance norm has a bias, and before the others none.
#pragma once
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/instance_norm.hpp>

namespace guise {

enum class Norm : unsigned char { instance, batch, none };

constexpr bool bias_before(Norm norm) { return norm == Norm::instance; }

constexpr auto normalization(Norm norm, int channels) {
  return [=](Graph& g, Value x) {
    return norm == Norm::instance ? g.instance_norm(x, channels)
           : norm == Norm::batch  ? g.batch_norm(x, channels)
                                  : x;
  };
}

}  // namespace guise
