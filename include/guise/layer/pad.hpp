// ReflectPad<Size>: (N, H, W, C) -> (N, H + 2 Size, W + 2 Size, C), the border mirrored without its edge, as
// torch.nn.ReflectionPad2d. Throws Error unless H and W are greater than Size.
// PadChannels<From, To>: (N, H, W, From) -> (N, H, W, To), channels of zeros behind those that are there.
// Kept for backward: nothing.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

constexpr auto reflect_pad(int size) {
  return [=](Graph& g, Value x) { return g.reflect(x, size); };
}
constexpr auto pad_channels(int from, int to) {
  return [=](Graph& g, Value x) { return g.pad_channels(x, from, to); };
}

template <int Size> struct ReflectPad {
  static_assert(Size > 0, "a reflection has a border of at least one pixel");
  constexpr Value operator()(Graph& g, Value x) const { return g.reflect(x, Size); }
};
template <int From, int To> struct PadChannels {
  static_assert(From > 0 && To >= From, "channel padding adds channels");
  constexpr Value operator()(Graph& g, Value x) const { return g.pad_channels(x, From, To); }
};

}  // namespace guise
