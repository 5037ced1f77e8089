// Instance normalization (Ulyanov et al. 2016): every channel of every sample to mean 0 and variance 1 over
// its pixels, epsilon 1e-5, as torch.nn.InstanceNorm2d. InstanceNorm<C> is what the reference uses;
// InstanceNorm<C, Affine> learns a scale and a shift. Shape in = shape out. Kept for backward: the mean and
// the inverse deviation of every (sample, channel), behind y.
//
// A bias right before an instance norm has no effect and a gradient of exactly zero: networks drop it by type
// (net/fuse.hpp) and leave the parameter as it was.
#pragma once
#include <guise/layer/affine.hpp>
#include <guise/layer/step.hpp>

namespace guise {

struct Affine;

template <int C, class... Options> struct InstanceNorm : LayerDefaults {
  static_assert(sizeof...(Options) == 0, "InstanceNorm takes a number of channels and, if you like, Affine");
  using self = InstanceNorm;
  static constexpr bool cancels_bias = true;
  static constexpr int channels = C, rank = 1;
  static constexpr Shape out(Shape s) { return s; }
  static constexpr std::size_t extra(Shape) { return 2 * C; }
  static constexpr void prologue(Prologue& g) { g.normalize = true; }
  static constexpr Name describe() { return "instance norm"; }

  template <class B> static void forward(Call<B> c) {
    const auto g = Gather<InstanceNorm>::geometry(c.n, c.in);
    auto* stats = c.y + c.floats_in();
    c.backend.moments(g, c.x, stats);
    c.backend.prologue(g, c.x, stats, nullptr, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    const auto g = Gather<InstanceNorm>::geometry(c.n, c.in);
    c.backend.prologue_dx(g, c.x, c.y + c.floats_in(), c.dy, c.dx);
  }
};

template <int C> struct InstanceNorm<C, Affine> : AffineNorm<InstanceNorm<C, Affine>, C> {
  using self = InstanceNorm;
  static constexpr bool cancels_bias = true;
  static constexpr Name describe() { return "instance norm, affine"; }
  static constexpr Prologue statistics_geometry(int n, Shape s) { return {n, s.h, s.w, C, true}; }

  template <class B> static void forward(Call<B> c) {
    c.backend.moments(statistics_geometry(c.n, c.in), c.x, c.y + c.floats_in());
    InstanceNorm::normalize(c);
  }
  template <class B> static void backward(Call<B> c) { InstanceNorm::pull(c); }
};

}  // namespace guise
