// What CUT looks at features through (Park et al. 2020, section 3; one MLP of PatchSampleF of the published code): two
// layers for each place by itself, and a length of 1.
//
//   (N, H, W, channels) -> (N, H, W, width)
//
// Parameters are called mlp_NUMBER.0.weight, .0.bias, .2.weight, .2.bias; PyTorch has the weights without the last two
// axes, which are 1.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/unit_length.hpp>

namespace guise {

constexpr Graph projection_head(int channels, int width = 256, int number = 0) {
  Graph g;
  g.scopes[0].label = Label("mlp_") + number;
  Sequence net(g, 0);
  net << conv({.in = channels, .out = width, .kernel = 1}) << activation(Activation::relu)
      << conv({.in = width, .out = width, .kernel = 1}) << UnitLength{};
  return g;
}

}  // namespace guise
