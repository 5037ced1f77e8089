// Convolution: Conv<In, Out, Kernel, options...>, options Stride<N>, Pad<N>, Same, NoBias.
//
//   (N, H, W, In) -> (N, (H + 2 pad - Kernel) / stride + 1, ..., Out)      as torch.nn.Conv2d
//   (N, H, W, In) -> (N, ceil(H / stride), ..., Out)                       with Same, as TensorFlow pads
//
// Parameters: weight (Out, In, Kernel, Kernel), bias (Out). Kept for backward: nothing but x. Throws Error if
// not one output fits.
#pragma once
#include <guise/layer/step.hpp>

namespace guise {

struct ConvOptions {
  int stride = 1, pad = 0, output_pad = 0;
  bool bias = true, same = false;
};
template <int N> struct Stride {
  static constexpr void set(ConvOptions& o) { o.stride = N; }
};
template <int N> struct Pad {  // zeros on every side
  static constexpr void set(ConvOptions& o) { o.pad = N; }
};
template <int N> struct OutputPad {  // of a transposed convolution: so many more rows and columns at the end
  static constexpr void set(ConvOptions& o) { o.output_pad = N; }
};
struct Same {  // zeros so that the side depends on the stride alone; an odd one is added at the end
  static constexpr void set(ConvOptions& o) { o.same = true; }
};
struct NoBias {
  static constexpr void set(ConvOptions& o) { o.bias = false; }
};

// What both convolutions share. Self says: transposed, geometry.
template <class Self, int In, int Out, int Kernel, class... Options> struct Product : LayerDefaults {
  using self = Self;
  static constexpr ConvOptions options = [] {
    ConvOptions o;
    (Options::set(o), ...);
    return o;
  }();
  static_assert(In > 0 && Out > 0 && Kernel > 0 && options.stride > 0 && options.pad >= 0,
                "a convolution needs positive channels, kernel and stride");
  static constexpr int channels = In, tensors = 1 + options.bias;
  static constexpr std::size_t weights = Shape{In * Out, Kernel, Kernel}.floats();
  static constexpr std::size_t parameters = weights + (options.bias ? Out : 0);

  static constexpr void list(ParameterList& table, Name path, int position) {
    const Name name = path + position + ".";
    table.add(name + "weight", {Self::transposed ? In : Out, Self::transposed ? Out : In, Kernel, Kernel},
              Initializer::normal);
    if (options.bias) table.add(name + "bias", {Out}, Initializer::zero);
  }
  static constexpr Name describe(std::string_view kind) {
    Name name = Name(kind) + " " + In + "-" + Out + ", " + Kernel + "x" + Kernel;
    return options.stride == 1 ? name : name + ", stride " + options.stride;
  }
  // Zeros before the first of n pixels, so that `windows` of them begin `stride` apart.
  static constexpr int pad_before(int n, int windows) {
    if (!options.same) return options.pad;
    const int total = (windows - 1) * options.stride + Kernel - n;
    return total > 0 ? total / 2 : 0;
  }
  template <class B> static void forward(Call<B> c) { Step<Gather<>, Self, Bias<>>::forward(c); }
  template <class B> static void backward(Call<B> c) { Step<Gather<>, Self, Bias<>>::backward(c); }
};

template <int In, int Out, int Kernel, class... Options>
struct Conv : Product<Conv<In, Out, Kernel, Options...>, In, Out, Kernel, Options...> {
  static constexpr bool transposed = false;
  static constexpr ConvOptions o = Conv::options;
  static_assert(o.output_pad == 0, "OutputPad belongs to a ConvTranspose");

  static constexpr int side(int n) {
    if (o.same) return (n + o.stride - 1) / o.stride;
    if (n + 2 * o.pad < Kernel)
      refuse("a convolution's input has a side", n, "one that its kernel fits into");
    return (n + 2 * o.pad - Kernel) / o.stride + 1;
  }
  static constexpr Shape out(Shape s) { return {Out, side(s.h), side(s.w)}; }
  static constexpr std::size_t macs(Shape s) { return out(s).floats() * (Conv::weights / Out); }
  static constexpr int sees(int outputs) { return (outputs - 1) * o.stride + Kernel; }
  static constexpr Name describe() { return Conv::Product::describe("conv"); }

  static constexpr ConvGeometry geometry(int n, Shape s) {
    const Shape y = out(s);
    return {n,
            s.h,
            s.w,
            In,
            y.h,
            y.w,
            Out,
            Kernel,
            o.stride,
            Conv::pad_before(s.h, y.h),
            Conv::pad_before(s.w, y.w)};
  }
};

}  // namespace guise
