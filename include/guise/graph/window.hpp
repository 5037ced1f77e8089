// The window of a convolution or of a pooling, transposed or not: channels, kernel, stride and zeros around, with
// PyTorch's meaning, or TensorFlow's `same`, where a side depends on the stride alone. Sides are in pixels.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/error.hpp>
#include <guise/core/shape.hpp>

namespace guise {

struct Window {
  int in = 0, out = 0;  // channels
  int kernel = 1, stride = 1, pad = 0;
  int output_pad = 0;  // of a transposed one: so many more rows and columns at the end
  bool transposed = false, same = false, bias = true;
  bool spectral_norm =
      false;  // the weight is divided by its largest singular value (layer/spectral_norm.hpp)
  friend constexpr bool operator==(const Window&, const Window&) = default;

  constexpr void check() const {
    if (in < 1 || out < 1) refuse("a convolution has channels in a number", in < 1 ? in : out, "at least 1");
    if (kernel < 1) refuse("a convolution has a kernel", kernel, "at least 1");
    if (stride < 1) refuse("a convolution has a stride", stride, "at least 1");
    if (pad < 0) refuse("a convolution has a padding", pad, "at least 0");
    if (output_pad < 0 || (output_pad > 0 && (!transposed || output_pad >= stride)))
      refuse("a convolution has an output padding", output_pad,
             "0, or less than the stride of a transposed one");
    if (spectral_norm && transposed)
      throw Error(
          "a spectral norm of a transposed convolution: expected a convolution that is not transposed");
  }
  constexpr std::size_t weights() const { return Shape{in * out, kernel, kernel}.floats(); }
  // Of the weight as a matrix, for a spectral norm.
  constexpr int rows() const { return out; }
  constexpr int columns() const { return in * kernel * kernel; }

  constexpr int side(int n) const {  // of the output, from the input's
    if (transposed) {
      const int outputs = same ? n * stride : (n - 1) * stride - 2 * pad + kernel + output_pad;
      if (outputs < 1) refuse("a transposed convolution's input has a side", n, "one that gives an output");
      return outputs;
    }
    if (same) return (n + stride - 1) / stride;
    if (n + 2 * pad < kernel) refuse("a convolution's input has a side", n, "one that its kernel fits into");
    return (n + 2 * pad - kernel) / stride + 1;
  }
  constexpr Shape shape(Shape x) const { return {out, side(x.h), side(x.w)}; }

  // What a backend is told; a transposed convolution is described by the one that it transposes.
  constexpr ConvGeometry geometry(int n, Shape x) const {
    const Shape y = shape(x), &wide = transposed ? y : x, &narrow = transposed ? x : y;
    return {n,
            wide.h,
            wide.w,
            wide.c,
            narrow.h,
            narrow.w,
            narrow.c,
            kernel,
            stride,
            pad_before(wide.h, narrow.h),
            pad_before(wide.w, narrow.w)};
  }
  constexpr ConvGeometry each_channel(int n, Shape x) const {  // of a depthwise one or a pooling
    return {n,
            x.h,
            x.w,
            x.c,
            side(x.h),
            side(x.w),
            x.c,
            kernel,
            stride,
            pad_before(x.h, side(x.h)),
            pad_before(x.w, side(x.w))};
  }
  // So many neighbouring inputs do so many neighbouring outputs see.
  constexpr int inputs_seen(int outputs) const {
    return transposed ? (outputs + kernel - 2) / stride + 1 : (outputs - 1) * stride + kernel;
  }

 private:
  // Zeros before the first of n pixels, so that `windows` of them begin `stride` apart.
  constexpr int pad_before(int n, int windows) const {
    if (!same) return pad;
    const int total = (windows - 1) * stride + kernel - n;
    return total > 0 ? total / 2 : 0;
  }
};

}  // namespace guise
