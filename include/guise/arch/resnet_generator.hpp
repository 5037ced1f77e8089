// The generator of the paper (Zhu et al. 2017, appendix; ResnetGenerator of the PyTorch reference):
// c7s1-64, d128, d256, R256 x Blocks, u128, u64, c7s1-3, reflection padding, instance norm, tanh.
//
//   (N, H, W, Channels) -> the same, in [-1, 1]; H and W multiples of 4 and at least 8
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/conv_transpose.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/net/repeat.hpp>
#include <guise/net/residual.hpp>
#include <guise/net/sequential.hpp>

namespace guise {

template <int C>
struct ResnetBlock : Residual<                                                 //
                         ReflectPad<1>, Conv<C, C, 3>, InstanceNorm<C>, Relu,  //
                         ReflectPad<1>, Conv<C, C, 3>, InstanceNorm<C>> {};

// clang-format off
template <int Blocks, int Width = 64, int Channels = 3>
struct ResnetGenerator : Sequential<
  ReflectPad<3>, Conv<Channels, Width, 7>, InstanceNorm<Width>, Relu,                                     // 0-3
  Conv<Width, 2 * Width, 3, Stride<2>, Pad<1>>, InstanceNorm<2 * Width>, Relu,                            // 4-6
  Conv<2 * Width, 4 * Width, 3, Stride<2>, Pad<1>>, InstanceNorm<4 * Width>, Relu,                        // 7-9
  Repeat<Blocks, ResnetBlock<4 * Width>>,                                                                 // 10-
  ConvTranspose<4 * Width, 2 * Width, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<2 * Width>, Relu,
  ConvTranspose<2 * Width, Width, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<Width>, Relu,
  ReflectPad<3>, Conv<Width, Channels, 7>, Tanh> {};
// clang-format on

}  // namespace guise
