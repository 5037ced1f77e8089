// The generator of the paper (Zhu et al. 2017, appendix; ResnetGenerator of the PyTorch reference):
// c7s1-64, d128, d256, R256 x Blocks, u128, u64, c7s1-3, reflection padding, instance norm, tanh.
//
//   (N, H, W, Channels) -> (N, H, W, Out), in [-1, 1]; H and W multiples of 4 and at least 8; Out: without more Channels
//
// As a type, ResnetGenerator<Blocks, Width, Channels, Out>, or as a graph that is made when a program runs,
// resnet_generator(blocks, width, channels, out), which equals that of the type. resnet_generator(Resnet) has the
// reference's other choices too, and its names: .norm, and .dropout, which makes the second convolution of a block
// conv_block.6; and with .antialias the generator of CUT, whose blocks begin at model.12.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/dropout.hpp>
#include <guise/layer/norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/repeat.hpp>
#include <guise/layer/resample.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/sequential.hpp>

namespace guise {

template <int C>
struct ResnetBlock : Residual<                                                 //
                         ReflectPad<1>, Conv<C, C, 3>, InstanceNorm<C>, Relu,  //
                         ReflectPad<1>, Conv<C, C, 3>, InstanceNorm<C>> {};

namespace detail {

// The generator around blocks of any kind, which keep 4 Width channels.
// clang-format off
template <class Block, int Blocks, int Width, int Channels, int Out>
struct ResnetAround : Sequential<
  ReflectPad<3>, Conv<Channels, Width, 7>, InstanceNorm<Width>, Relu,                                     // 0-3
  Conv<Width, 2 * Width, 3, Stride<2>, Pad<1>>, InstanceNorm<2 * Width>, Relu,                            // 4-6
  Conv<2 * Width, 4 * Width, 3, Stride<2>, Pad<1>>, InstanceNorm<4 * Width>, Relu,                        // 7-9
  Repeat<Blocks, Block>,                                                                                  // 10-
  ConvTranspose<4 * Width, 2 * Width, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<2 * Width>, Relu,
  ConvTranspose<2 * Width, Width, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<Width>, Relu,
  ReflectPad<3>, Conv<Width, Out, 7>, Tanh> {};
// clang-format on

}  // namespace detail

template <int Blocks, int Width = 64, int Channels = 3, int Out = Channels>
struct ResnetGenerator : detail::ResnetAround<ResnetBlock<4 * Width>, Blocks, Width, Channels, Out> {};

// What a described one is made of.
struct Resnet {
  int blocks = 9, width = 64, channels = 3, out = channels;
  Norm norm = Norm::instance;
  bool dropout = false;    // by half, between the convolutions of a block
  bool antialias = false;  // down and up by blurs (Zhang 2019), as CUT's generators
  friend constexpr bool operator==(const Resnet&, const Resnet&) = default;
};

namespace detail {

template <class MakeBlock> constexpr Graph resnet_around(MakeBlock block, const Resnet& r) {
  if (r.blocks < 1) refuse("a ResNet generator has blocks in a number", r.blocks, "at least 1");
  Graph g;
  Sequence net(g, 0);
  const bool bias = bias_before(r.norm);
  const auto relu = activation(Activation::relu);
  const auto normalized = [&](Window w) {
    w.bias = bias;
    net << conv(w) << normalization(r.norm, w.out) << relu;
  };
  net << reflect_pad(3);
  normalized({.in = r.channels, .out = r.width, .kernel = 7});
  for (int w = r.width; w < 4 * r.width; w *= 2) {
    normalized({.in = w, .out = 2 * w, .kernel = 3, .stride = r.antialias ? 1 : 2, .pad = 1});
    if (r.antialias) net << resample(Filter::blur_down, 2);
  }
  net << repeat(r.blocks, block());  // made here, where the widths are known to be possible
  for (int w = 4 * r.width; w > r.width; w /= 2)
    if (r.antialias) {
      net << resample(Filter::blur_up, 2);
      normalized({.in = w, .out = w / 2, .kernel = 3, .pad = 1});
    } else {
      normalized(
          {.in = w, .out = w / 2, .kernel = 3, .stride = 2, .pad = 1, .output_pad = 1, .transposed = true});
    }
  net << reflect_pad(3) << conv({.in = r.width, .out = r.out, .kernel = 7}) << activation(Activation::tanh);
  return g;
}

}  // namespace detail

constexpr Graph resnet_generator(const Resnet& r) {
  const auto relu = activation(Activation::relu);
  const auto inner = [&] {
    return conv({.in = 4 * r.width, .out = 4 * r.width, .kernel = 3, .bias = bias_before(r.norm)});
  };
  const auto norm = [&] { return normalization(r.norm, 4 * r.width); };
  if (r.dropout)
    return detail::resnet_around(
        [&] {
          return residual(reflect_pad(1), inner(), norm(), relu, dropout(0.5), reflect_pad(1), inner(),
                          norm());
        },
        r);
  return detail::resnet_around(
      [&] { return residual(reflect_pad(1), inner(), norm(), relu, reflect_pad(1), inner(), norm()); }, r);
}
constexpr Graph resnet_generator(int blocks, int width, int channels, int out) {
  return resnet_generator({.blocks = blocks, .width = width, .channels = channels, .out = out});
}
constexpr Graph resnet_generator(int blocks, int width = 64, int channels = 3) {
  return resnet_generator(blocks, width, channels, channels);
}

}  // namespace guise
