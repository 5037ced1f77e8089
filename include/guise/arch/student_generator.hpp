// A generator that is small enough to translate pictures of a camera as they come: the ResNet generator with narrow
// layers and blocks of separable convolutions, which learns from a large one.
//
//   (N, H, W, Channels) -> (N, H, W, Out), in [-1, 1]; H and W multiples of 4 and at least 8; Out: without more Channels
//
// The layout is that of MobileResnetGenerator of GAN Compression (Li et al. 2020), which is the student of OMGD too (Ren
// et al. 2021: at a width of 16, with 9 blocks, 0.955 billion multiply-adds at 256x256 and 137 thousand parameters, where
// the generator of the paper has 49.6 billion and 11.4 million): all convolutions around the blocks are those of
// ResnetGenerator, and in a block each 3x3 convolution is one of every channel by itself, an instance norm and one of 1x1.
// Parameters have the names of that program, model.10.conv_block.1.conv.0.weight and .conv.2.weight; the second is
// conv_block.6, for there a dropout of rate 0 stands before it.
//
// As a type, StudentGenerator<Blocks, Width, Channels, Out>, or as a graph that is made when a program runs,
// student_generator(blocks, width, channels, out), which equals that of the type.
#pragma once
#include <guise/arch/resnet_generator.hpp>

namespace guise {

struct Student {
  int blocks = 9, width = 16, channels = 3, out = channels;
  friend constexpr bool operator==(const Student&, const Student&) = default;
};

namespace detail {

// A place among the numbered layers where nothing is done.
struct Skipped {
  constexpr Value operator()(Graph&, Value x) const { return x; }
};
constexpr auto separable_conv(int channels) {
  return named("conv", sequential(depthwise({.in = channels, .out = channels, .kernel = 3}),
                                  normalization(Norm::instance, channels),
                                  conv({.in = channels, .out = channels, .kernel = 1})));
}
constexpr auto student_block(int channels) {
  const auto norm = normalization(Norm::instance, channels);
  return residual(reflect_pad(1), separable_conv(channels), norm, activation(Activation::relu), Skipped{},
                  reflect_pad(1), separable_conv(channels), norm);
}

}  // namespace detail

template <int C> struct StudentBlock {
  constexpr Value operator()(Graph& g, Value x) const { return detail::student_block(C)(g, x); }
};
template <int Blocks = 9, int Width = 16, int Channels = 3, int Out = Channels>
struct StudentGenerator : detail::ResnetAround<StudentBlock<4 * Width>, Blocks, Width, Channels, Out> {};

constexpr Graph student_generator(const Student& s = {}) {
  return detail::resnet_around([&] { return detail::student_block(4 * s.width); },
                               {.blocks = s.blocks, .width = s.width, .channels = s.channels, .out = s.out});
}
constexpr Graph student_generator(int blocks, int width, int channels, int out) {
  return student_generator({.blocks = blocks, .width = width, .channels = channels, .out = out});
}
constexpr Graph student_generator(int blocks, int width = 16, int channels = 3) {
  return student_generator(blocks, width, channels, channels);
}

}  // namespace guise
