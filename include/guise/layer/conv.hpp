// Convolutions, with options Stride<N>, Pad<N>, Same, NoBias, and OutputPad<N> of a transposed one:
//
//   Conv<In, Out, Kernel, options...>           as torch.nn.Conv2d; weight (Out, In, Kernel, Kernel), bias (Out)
//     (N, H, W, In) -> (N, (H + 2 pad - Kernel) / stride + 1, ..., Out)
//     (N, H, W, In) -> (N, ceil(H / stride), ..., Out)                             with Same, as TensorFlow pads
//   ConvTranspose<In, Out, Kernel, options...>  as torch.nn.ConvTranspose2d; weight (In, Out, Kernel, Kernel)
//     (N, H, W, In) -> (N, (H - 1) stride - 2 pad + Kernel + output_pad, ..., Out)
//     (N, H, W, In) -> (N, H stride, ..., Out)                                     with Same
//   Depthwise<C, Kernel, options...>            every channel by itself: Conv2d with groups = channels;
//     weight (C, 1, Kernel, Kernel), bias (C)   the backend must be Channelwise
//
// Described at run time: conv({.in = 3, .out = 64, .kernel = 7}), with .transposed = true, depthwise({...}). Kept for
// backward: nothing but the operand. Throws Error where not one output fits.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

constexpr auto conv(Window w) {
  return [w](Graph& g, Value x) { return g.conv(x, w); };
}
constexpr auto depthwise(Window w) {
  return [w](Graph& g, Value x) { return g.depthwise(x, w); };
}

template <int N> struct Stride {
  static constexpr void set(Window& w) { w.stride = N; }
};
template <int N> struct Pad {  // zeros on every side
  static constexpr void set(Window& w) { w.pad = N; }
};
template <int N> struct OutputPad {  // so many more rows and columns at the end
  static constexpr void set(Window& w) { w.output_pad = N; }
};
struct Same {  // zeros so that the side depends on the stride alone; an odd one is added at the end
  static constexpr void set(Window& w) { w.same = true; }
};
struct NoBias {
  static constexpr void set(Window& w) { w.bias = false; }
};

namespace detail {

template <class... Options> constexpr Window window(Window w) {
  (Options::set(w), ...);
  return w;
}
template <Window w> constexpr void check_window() {
  static_assert(w.in > 0 && w.out > 0 && w.kernel > 0 && w.stride > 0 && w.pad >= 0,
                "a convolution needs positive channels, kernel and stride");
  static_assert(w.transposed || w.output_pad == 0, "OutputPad belongs to a ConvTranspose");
  static_assert(w.output_pad == 0 || w.output_pad < w.stride, "OutputPad must be smaller than the stride");
}

}  // namespace detail

template <int In, int Out, int Kernel, class... Options> struct Conv {
  constexpr Value operator()(Graph& g, Value x) const {
    constexpr Window w = detail::window<Options...>({.in = In, .out = Out, .kernel = Kernel});
    detail::check_window<w>();
    return g.conv(x, w);
  }
};
template <int In, int Out, int Kernel, class... Options> struct ConvTranspose {
  constexpr Value operator()(Graph& g, Value x) const {
    constexpr Window w =
        detail::window<Options...>({.in = In, .out = Out, .kernel = Kernel, .transposed = true});
    detail::check_window<w>();
    return g.conv(x, w);
  }
};
template <int C, int Kernel, class... Options> struct Depthwise {
  constexpr Value operator()(Graph& g, Value x) const {
    constexpr Window w = detail::window<Options...>({.in = C, .out = C, .kernel = Kernel});
    detail::check_window<w>();
    return g.depthwise(x, w);
  }
};

}  // namespace guise
