// The 1x1 PixelGAN discriminator (Isola et al. 2016; PixelDiscriminator of the PyTorch reference): C64-C128 and one score a
// pixel, which sees that pixel alone.
//
//   (N, H, W, Channels) -> (N, H, W, 1)
//
// As a type, PixelDiscriminator<Width, Channels>, or as a graph that is made when a program runs,
// pixel_discriminator(width, channels), which equals that of the type; pixel_discriminator(Pixels) has the reference's other
// norms too. Parameters have the reference's names, net.0.weight.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/norm.hpp>
#include <guise/layer/sequential.hpp>

namespace guise {

// What a described one is made of.
struct Pixels {
  int width = 64, channels = 3;
  Norm norm = Norm::instance;
  friend constexpr bool operator==(const Pixels&, const Pixels&) = default;
};

namespace detail {

struct PixelScores {
  Pixels p;
  constexpr Value operator()(Graph& g, Value x) const {
    g.scopes[0].label = "net";
    const auto leaky_relu = activation(Activation::leaky_relu);
    const bool bias = bias_before(p.norm);
    const int wide = 2 * p.width;
    return (Sequence(g, x) << conv({.in = p.channels, .out = p.width, .kernel = 1}) << leaky_relu
                           << conv({.in = p.width, .out = wide, .kernel = 1, .bias = bias})
                           << normalization(p.norm, wide) << leaky_relu
                           << conv({.in = wide, .out = 1, .kernel = 1, .bias = bias}))
        .value();
  }
};
template <int Width, int Channels> struct PixelLayers {
  constexpr Value operator()(Graph& g, Value x) const { return PixelScores{{Width, Channels}}(g, x); }
};

}  // namespace detail

template <int Width = 64, int Channels = 3>
struct PixelDiscriminator : detail::PixelLayers<Width, Channels>,
                            GraphConstants<detail::PixelLayers<Width, Channels>> {};

constexpr Graph pixel_discriminator(const Pixels& pixels) { return graph_of(detail::PixelScores{pixels}); }
constexpr Graph pixel_discriminator(int width = 64, int channels = 3) {
  return pixel_discriminator({.width = width, .channels = channels});
}

}  // namespace guise
