// The 70x70 PatchGAN discriminator (Isola et al. 2016; NLayerDiscriminator of the PyTorch reference):
// C64-C128-C256-C512 and one score a patch, instance norm from the second on, leaky relu.
//
//   (N, H, W, Channels) -> (N, H / 8 - 2, W / 8 - 2, 1), 30x30 at 256x256; H and W at least 24
//
// As a type, PatchDiscriminator<Width, Channels>, or as a graph that is made when a program runs,
// patch_discriminator(width, channels), which equals that of the type.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/sequential.hpp>

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

constexpr Graph patch_discriminator(int width = 64, int channels = 3) {
  Graph g;
  Sequence net(g, 0);
  const auto leaky_relu = activation(Activation::leaky_relu);
  net << conv({.in = channels, .out = width, .kernel = 4, .stride = 2, .pad = 1}) << leaky_relu;
  for (int w = width; w < 8 * width; w *= 2)
    net << conv({.in = w, .out = 2 * w, .kernel = 4, .stride = w < 4 * width ? 2 : 1, .pad = 1})
        << instance_norm(2 * w) << leaky_relu;
  net << conv({.in = 8 * width, .out = 1, .kernel = 4, .pad = 1});
  return g;
}

}  // namespace guise
