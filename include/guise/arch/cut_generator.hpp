// The generator of CUT's published code (Park et al. 2020): the ResNet generator of CycleGAN's, antialiased (Zhang 2019),
// so that it goes down by a convolution and a blur, and up by a blur and a convolution.
//
//   (N, H, W, Channels) -> (N, H, W, Channels), in [-1, 1]; H and W multiples of 4 and at least 8
#pragma once
#include <guise/arch/resnet_generator.hpp>
#include <guise/layer/resample.hpp>

namespace guise {

// clang-format off
template <int Blocks = 9, int Width = 64, int Channels = 3>
struct CutGenerator : Sequential<
  ReflectPad<3>, Conv<Channels, Width, 7>, InstanceNorm<Width>, Relu,                         // 0-3
  Conv<Width, 2 * Width, 3, Pad<1>>, InstanceNorm<2 * Width>, Relu, BlurDown,                 // 4-7
  Conv<2 * Width, 4 * Width, 3, Pad<1>>, InstanceNorm<4 * Width>, Relu, BlurDown,             // 8-11
  Repeat<Blocks, ResnetBlock<4 * Width>>,                                                     // 12-
  BlurUp, Conv<4 * Width, 2 * Width, 3, Pad<1>>, InstanceNorm<2 * Width>, Relu,
  BlurUp, Conv<2 * Width, Width, 3, Pad<1>>, InstanceNorm<Width>, Relu,
  ReflectPad<3>, Conv<Width, Channels, 7>, Tanh> {};
// clang-format on

}  // namespace guise
