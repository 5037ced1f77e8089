// The U-Net of pix2pix (Isola et al. 2016; UnetGenerator of the PyTorch reference): down by convolutions of stride 2 to
// the innermost block and up again by transposed ones; every block hands its input on beside its result.
//
//   (N, H, W, Channels) -> (N, H, W, Out), in [-1, 1]; H and W multiples of 2^downs: unet_256 has 8 downs, unet_128 has 7
//
// As a type, UnetGenerator<Downs, Width, Channels, options...> with the options WithInstanceNorm, WithoutNorm and
// WithDropout and as many channels out as in, or as a graph that is made when a program runs,
// unet_generator({.downs = 8, .dropout = true}), which equals that of the type and may give other channels than it takes.
//
// What a block hands on is its input after the leaky relu, as in the reference, whose activations work in place; to
// the relu that reads it, it is the same as before. Parameters have the reference's names,
// model.model.1.model.3.model.1.weight; convolutions have a bias where the norm is of instances, and the last one
// always. Throws Error for fewer than 5 downs, which the reference does not have either, and for more than 9,
// whose names would be longer than a Name.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/dropout.hpp>
#include <guise/layer/norm.hpp>
#include <guise/layer/sequential.hpp>

namespace guise {

struct Unet {
  int downs = 8, width = 64, channels = 3, out = channels;
  Norm norm = Norm::batch;
  bool dropout = false;  // by half, in the blocks between the innermost and those that change the width
  friend constexpr bool operator==(const Unet&, const Unet&) = default;
};
struct WithInstanceNorm {
  static constexpr void set(Unet& u) { u.norm = Norm::instance; }
};
struct WithoutNorm {
  static constexpr void set(Unet& u) { u.norm = Norm::none; }
};
struct WithDropout {
  static constexpr void set(Unet& u) { u.dropout = true; }
};

namespace detail {

inline constexpr int most_downs = 9;

// The block at a depth, with all that lies within; 0: the outermost.
struct UnetBlock {
  Unet unet;
  int depth = 0;

  constexpr Value operator()(Graph& g, Value x) const {
    const bool outermost = depth == 0, innermost = depth == unet.downs - 1;
    const int taken = outermost ? unet.channels : wide(depth - 1), inner = wide(depth),
              made = outermost ? unet.out : taken;
    const bool bias = bias_before(unet.norm);
    const Inside part(g, "model", "unet block");
    Sequence block(g, x);
    Value skip = x;
    if (!outermost) {
      block << activation(Activation::leaky_relu);
      skip = block.value();
    }
    block << conv({.in = taken, .out = inner, .kernel = 4, .stride = 2, .pad = 1, .bias = bias});
    if (!outermost && !innermost) block << normalization(unet.norm, inner);
    if (!innermost) block << UnetBlock{unet, depth + 1};
    block << activation(Activation::relu)
          << conv({.in = innermost ? inner : 2 * inner,
                   .out = made,
                   .kernel = 4,
                   .stride = 2,
                   .pad = 1,
                   .transposed = true,
                   .bias = bias || outermost});
    if (outermost) {
      block << activation(Activation::tanh);
      return block.value();
    }
    block << normalization(unet.norm, made);
    if (unet.dropout && depth > 3 && !innermost) block << dropout(0.5);
    return g.concat(skip, block.value());
  }

 private:
  constexpr int wide(int at) const { return unet.width << (at < 3 ? at : 3); }
};

}  // namespace detail

template <int Downs = 8, int Width = 64, int Channels = 3, class... Options> struct UnetLayers {
  static_assert(Downs >= 5 && Downs <= detail::most_downs, "a U-Net has 5 to 9 downs");
  constexpr Value operator()(Graph& g, Value x) const {
    Unet u{.downs = Downs, .width = Width, .channels = Channels};
    (Options::set(u), ...);
    return detail::UnetBlock{u}(g, x);
  }
};
template <int Downs = 8, int Width = 64, int Channels = 3, class... Options>
struct UnetGenerator : UnetLayers<Downs, Width, Channels, Options...>,
                       GraphConstants<UnetLayers<Downs, Width, Channels, Options...>> {};

constexpr Graph unet_generator(const Unet& unet = {}) {
  if (unet.downs < 5 || unet.downs > detail::most_downs)
    refuse("a U-Net has downs in a number", unet.downs, "5 to 9");
  return graph_of(detail::UnetBlock{unet});
}

}  // namespace guise
