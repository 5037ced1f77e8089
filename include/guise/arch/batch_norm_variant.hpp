// A second pair of networks from the same layers, as TensorFlow programs build them: batch norm, no bias but
// at the very end, `Same` padding, 32x32 decisions at 256x256. It shows that a new network is a new type.
//
//   generator      (N, H, W, Channels) -> the same, in [-1, 1]; H and W multiples of 4
//   discriminator  (N, H, W, Channels) -> (N, H / 8, W / 8, 1)
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/repeat.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/sequential.hpp>

namespace guise {

// clang-format off
template <int C>
struct BatchNormBlock : Residual<
  ReflectPad<1>, Conv<C, C, 3, NoBias>, BatchNorm<C>, Relu,
  ReflectPad<1>, Conv<C, C, 3, NoBias>, BatchNorm<C>> {};

template <int Blocks, int Width = 64, int Channels = 3>
struct BatchNormGenerator : Sequential<
  ReflectPad<3>, Conv<Channels, Width, 7, NoBias>, BatchNorm<Width>, Relu,
  Conv<Width, 2 * Width, 3, Stride<2>, Same, NoBias>, BatchNorm<2 * Width>, Relu,
  Conv<2 * Width, 4 * Width, 3, Stride<2>, Same, NoBias>, BatchNorm<4 * Width>, Relu,
  Repeat<Blocks, BatchNormBlock<4 * Width>>,
  ConvTranspose<4 * Width, 2 * Width, 3, Stride<2>, Same, NoBias>, BatchNorm<2 * Width>, Relu,
  ConvTranspose<2 * Width, Width, 3, Stride<2>, Same, NoBias>, BatchNorm<Width>, Relu,
  ReflectPad<3>, Conv<Width, Channels, 7>, Tanh> {};

template <int Width = 64, int Channels = 3>
struct BatchNormDiscriminator : Sequential<
  Conv<Channels, Width, 4, Stride<2>, Same, NoBias>, LeakyRelu,
  Conv<Width, 2 * Width, 4, Stride<2>, Same, NoBias>, BatchNorm<2 * Width>, LeakyRelu,
  Conv<2 * Width, 4 * Width, 4, Stride<2>, Same, NoBias>, BatchNorm<4 * Width>, LeakyRelu,
  Conv<4 * Width, 8 * Width, 4, Same, NoBias>, BatchNorm<8 * Width>, LeakyRelu,
  Conv<8 * Width, 1, 4, Same>> {};
// clang-format on

}  // namespace guise
