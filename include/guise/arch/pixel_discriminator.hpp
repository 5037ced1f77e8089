// The 1x1 PixelGAN discriminator (Isola et al. 2016; PixelDiscriminator of the PyTorch reference): C64-C128 and one score a
// pixel, which sees that pixel alone.
//
//   (N, H, W, Channels) -> (N, H, W, 1)
//
// As a type, PixelDiscriminator<Width, Channels>, or as a graph that is made when a program runs,
// pixel_discriminator(width, channels), which equals that of the type. Parameters have the reference's names, net.0.weight.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/sequential.hpp>

namespace guise {

namespace detail {

struct PixelScores {
  int width, channels;
  constexpr Value operator()(Graph& g, Value x) const {
    g.scopes[0].label = "net";
    const auto leaky_relu = activation(Activation::leaky_relu);
    return (Sequence(g, x) << conv({.in = channels, .out = width, .kernel = 1}) << leaky_relu
                           << conv({.in = width, .out = 2 * width, .kernel = 1}) << instance_norm(2 * width)
                           << leaky_relu << conv({.in = 2 * width, .out = 1, .kernel = 1}))
        .value();
  }
};
template <int Width, int Channels> struct PixelLayers {
  constexpr Value operator()(Graph& g, Value x) const { return PixelScores{Width, Channels}(g, x); }
};

}  // namespace detail

template <int Width = 64, int Channels = 3>
struct PixelDiscriminator : detail::PixelLayers<Width, Channels>,
                            GraphConstants<detail::PixelLayers<Width, Channels>> {};

constexpr Graph pixel_discriminator(int width = 64, int channels = 3) {
  return graph_of(detail::PixelScores{width, channels});
}

}  // namespace guise
