// Depthwise convolution: every channel by itself, Depthwise<C, Kernel, options...>, options Stride<N>,
// Pad<N>, Same, NoBias, as torch.nn.Conv2d with groups = channels.
//
//   (N, H, W, C) -> (N, H', W', C), sides as those of Conv
//
// Parameters: weight (C, 1, Kernel, Kernel), bias (C). Kept for backward: nothing but x. Throws Error if not
// one output fits. The backend must be Channelwise.
#pragma once
#include <guise/layer/conv.hpp>

namespace guise {

template <int C, int Kernel, class... Options> struct Depthwise : LayerDefaults {
  using Sides = Conv<C, C, Kernel, Options...>;  // of a convolution that mixes the channels
  static constexpr bool bias = Sides::options.bias;
  static constexpr int channels = C, tensors = 1 + bias;
  static constexpr std::size_t weights = Shape{C, Kernel, Kernel}.floats();
  static constexpr std::size_t parameters = weights + (bias ? C : 0);

  static constexpr Shape out(Shape s) { return Sides::out(s); }
  static constexpr std::size_t macs(Shape s) { return Sides::macs(s) / C; }
  static constexpr int sees(int outputs) { return Sides::sees(outputs); }
  static constexpr void list(ParameterList& table, Name path, int position) {
    const Name name = path + position + ".";
    table.add(name + "weight", {C, 1, Kernel, Kernel}, Initializer::normal);
    if (bias) table.add(name + "bias", {C}, Initializer::zero);
  }
  static constexpr Name describe() { return Name("depthwise ") + C + ", " + Kernel + "x" + Kernel; }

  template <class B> static void forward(Call<B> c) {
    static_assert(Channelwise<B>, "the backend lacks the channelwise operations of a depthwise convolution");
    const auto* shift = bias ? c.parameters + weights : nullptr;
    c.backend.depthwise(Sides::geometry(c.n, c.in), c.x, c.parameters, shift, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    const ConvGeometry p = Sides::geometry(c.n, c.in);
    if (c.gradients) {
      c.backend.depthwise_dw(p, c.x, c.dy, c.gradients);
      const Shape one{1, p.out_h, p.out_w};
      if (bias) c.backend.column_sums(c.samples() * one.floats(), C, c.dy, c.gradients + weights);
    }
    if (c.dx) c.backend.depthwise_dx(p, c.dy, c.parameters, c.dx);
  }
};

}  // namespace guise
