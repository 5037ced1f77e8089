// The 70x70 PatchGAN discriminator (Isola et al. 2016; NLayerDiscriminator of the PyTorch reference):
// C64-C128-C256-C512 and one score a patch, instance norm from the second on, leaky relu.
//
//   (N, H, W, Channels) -> (N, H / 8 - 2, W / 8 - 2, 1), 30x30 at 256x256; H and W at least 24
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/net/sequential.hpp>

namespace guise {

// clang-format off
template <int Width = 64, int Channels = 3>
struct PatchDiscriminator : Sequential<
  Conv<Channels, Width, 4, Stride<2>, Pad<1>>, LeakyRelu,
  Conv<Width, 2 * Width, 4, Stride<2>, Pad<1>>, InstanceNorm<2 * Width>, LeakyRelu,
  Conv<2 * Width, 4 * Width, 4, Stride<2>, Pad<1>>, InstanceNorm<4 * Width>, LeakyRelu,
  Conv<4 * Width, 8 * Width, 4, Pad<1>>, InstanceNorm<8 * Width>, LeakyRelu,
  Conv<8 * Width, 1, 4, Pad<1>>> {};
// clang-format on

}  // namespace guise
