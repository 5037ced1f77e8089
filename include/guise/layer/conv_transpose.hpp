// Transposed convolution: ConvTranspose<In, Out, Kernel, options...>, options as Conv's and OutputPad<N>.
//
//   (N, H, W, In) -> (N, (H - 1) stride - 2 pad + Kernel + output_pad, ..., Out)   torch.nn.ConvTranspose2d
//   (N, H, W, In) -> (N, H stride, ..., Out)                                       with Same
//
// It is a convolution Out -> In run backwards, so it needs no operation of its own: `conv_dx` is its forward,
// `conv` its input gradient, `conv_dw` with the roles swapped its weight gradient. Parameters: weight
// (In, Out, Kernel, Kernel), which is already the convolution's order, and bias (Out).
#pragma once
#include <guise/layer/conv.hpp>

namespace guise {

template <int In, int Out, int Kernel, class... Options>
struct ConvTranspose : Product<ConvTranspose<In, Out, Kernel, Options...>, In, Out, Kernel, Options...> {
  static constexpr bool transposed = true;
  static constexpr ConvOptions o = ConvTranspose::options;
  static_assert(o.output_pad < o.stride || o.output_pad == 0, "OutputPad must be smaller than the stride");

  static constexpr int side(int n) {
    if (o.same) return n * o.stride;
    const int outputs = (n - 1) * o.stride - 2 * o.pad + Kernel + o.output_pad;
    if (outputs < 1) refuse("a transposed convolution's input has a side", n, "one that gives an output");
    return outputs;
  }
  static constexpr Shape out(Shape s) { return {Out, side(s.h), side(s.w)}; }
  static constexpr std::size_t macs(Shape s) { return s.floats() * (ConvTranspose::weights / In); }
  static constexpr int sees(int outputs) { return (outputs + Kernel - 2) / o.stride + 1; }
  static constexpr Name describe() { return ConvTranspose::Product::describe("transposed conv"); }

  static constexpr ConvGeometry geometry(int n, Shape s) {
    const Shape y = out(s);
    return {n,
            y.h,
            y.w,
            Out,
            s.h,
            s.w,
            In,
            Kernel,
            o.stride,
            ConvTranspose::pad_before(y.h, s.h),
            ConvTranspose::pad_before(y.w, s.w)};
  }
};

}  // namespace guise
