// Batch normalization (Ioffe and Szegedy 2015) as torch.nn.BatchNorm2d: in training every channel to mean 0
// and variance 1 over all pixels of the batch, else by the running statistics (momentum 0.1, unbiased
// variance), then a learnt scale and shift. Epsilon 1e-5. Shape in = shape out.
//
// Parameters: weight (C), bias (C); statistics: running_mean (C), running_var (C), which training updates.
// Kept for backward: mean and inverse deviation, behind y.
#pragma once
#include <guise/layer/affine.hpp>

namespace guise {

template <int C> struct BatchNorm : AffineNorm<BatchNorm<C>, C> {
  static constexpr double momentum = 0.1;
  static constexpr int statistic_tensors = 2;
  static constexpr std::size_t statistics = 2 * C;
  static constexpr void list_statistics(ParameterList& table, Name path, int position) {
    table.add(path + position + ".running_mean", {C}, Initializer::zero);
    table.add(path + position + ".running_var", {C}, Initializer::one);
  }
  static constexpr Name describe() { return "batch norm"; }
  // In NHWC the pixels of a batch are one tall picture.
  static constexpr Prologue statistics_geometry(int n, Shape s) { return {1, n * s.h, s.w, C, true}; }

  template <class B> static void forward(Call<B> c) {
    auto* stats = c.y + c.floats_in();
    if (c.training) {
      const Prologue g = statistics_geometry(c.n, c.in);
      c.backend.moments(g, c.x, stats);
      c.backend.track(BatchNorm::rows(c), C, momentum, g.epsilon, stats, c.statistics, c.statistics + C);
    } else {
      c.backend.restore(C, Prologue{}.epsilon, c.statistics, c.statistics + C, stats);
    }
    BatchNorm::normalize(c);
  }
  template <class B> static void backward(Call<B> c) { BatchNorm::pull(c); }
};

}  // namespace guise
