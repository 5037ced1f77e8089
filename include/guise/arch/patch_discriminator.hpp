// The 70x70 PatchGAN discriminator (Isola et al. 2016; NLayerDiscriminator of the PyTorch reference):
// C64-C128-C256-C512 and one score a patch, instance norm from the second on, leaky relu.
//
//   (N, H, W, Channels) -> (N, H / 8 - 2, W / 8 - 2, 1), 30x30 at 256x256; H and W at least 24
//
// As a type, PatchDiscriminator<Width, Channels>, or as a graph that is made when a program runs,
// patch_discriminator(width, channels), which equals that of the type. With other `layers` than 3 it halves the picture so
// often, and its patches are 16x16, 34x34, 70x70, 142x142, ...; patch_discriminator(Patches) has the reference's other
// norms too.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/norm.hpp>
#include <guise/layer/resample.hpp>
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

inline constexpr int most_patch_layers = 8;

// What a described discriminator is made of.
struct Patches {
  int width = 64, channels = 3, layers = 3;
  Norm norm = Norm::instance;
  bool antialias = false;  // down by blurs (Zhang 2019), as CUT's discriminators
  friend constexpr bool operator==(const Patches&, const Patches&) = default;
};

constexpr Graph patch_discriminator(const Patches& p) {
  if (p.layers < 1 || p.layers > most_patch_layers)
    refuse("a patch discriminator has layers in a number", p.layers, "1 to 8");
  Graph g;
  Sequence net(g, 0);
  const auto leaky_relu = activation(Activation::leaky_relu);
  const int halving = p.antialias ? 1 : 2;
  const auto blur = resample(Filter::blur_down, 2);
  net << conv({.in = p.channels, .out = p.width, .kernel = 4, .stride = halving, .pad = 1}) << leaky_relu;
  if (p.antialias) net << blur;
  int w = p.width;
  for (int layer = 1; layer <= p.layers; ++layer) {
    const int out = layer <= 3 ? 2 * w : w, stride = layer < p.layers ? halving : 1;
    net << conv({.in = w, .out = out, .kernel = 4, .stride = stride, .pad = 1, .bias = bias_before(p.norm)})
        << normalization(p.norm, out) << leaky_relu;
    if (p.antialias && layer < p.layers) net << blur;
    w = out;
  }
  net << conv({.in = w, .out = 1, .kernel = 4, .pad = 1});
  return g;
}
constexpr Graph patch_discriminator(int width = 64, int channels = 3, int layers = 3) {
  return patch_discriminator({.width = width, .channels = channels, .layers = layers});
}

}  // namespace guise
