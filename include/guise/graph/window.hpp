// The window of a convolution or of a pooling, transposed or not: channels, kernel, stride and zeros around, with
// PyTorch's meaning, or TensorFlow's `same`, where a side depends on the stride alone. Sides are in pixels. Throws Error
// for numbers of which no convolution is made, and for ones so large that what is computed of them would overflow.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/error.hpp>
#include <guise/core/shape.hpp>

#include <climits>
#include <cstdint>

namespace guise {

inline constexpr int most_channels = 1 << 20;  // of any value of a network
inline constexpr int most_border = 1 << 15;    // of a padding, a reflection, a stride or a kernel

struct Window {
  int in = 0, out = 0;  // channels
  int kernel = 1, stride = 1, pad = 0;
  int output_pad = 0;  // of a transposed one: so many more rows and columns at the end
  bool transposed = false, same = false, bias = true;
  bool spectral_norm =
      false;  // the weight is divided by its largest singular value (layer/spectral_norm.hpp)
  friend constexpr bool operator==(const Window&, const Window&) = default;

  constexpr void check() const {
    for (const int channels : {in, out})
      if (channels < 1 || channels > most_channels)
        refuse("a convolution has channels in a number", channels, "at least 1, at most 2^20");
    if (kernel < 1) refuse("a convolution has a kernel", kernel, "at least 1");
    if (kernel > most_border || std::int64_t{in} * kernel * kernel > INT_MAX)
      refuse("a convolution has a kernel", kernel, "one that reads fewer than 2^31 values");
    if (stride < 1 || stride > most_border)
      refuse("a convolution has a stride", stride, "at least 1, at most 2^15");
    if (pad < 0 || pad > most_border) refuse("a convolution has a padding", pad, "at least 0, at most 2^15");
    if (output_pad < 0 || (output_pad > 0 && (!transposed || output_pad >= stride)))
      refuse("a convolution has an output padding", output_pad,
             "0, or less than the stride of a transposed one");
    if (spectral_norm && transposed)
      throw Error(
          "a spectral norm of a transposed convolution: expected a convolution that is not transposed");
  }
  constexpr std::size_t weights() const {
    return static_cast<std::size_t>(out) * Shape{in, kernel, kernel}.floats();
  }
  // Of the weight as a matrix, for a spectral norm.
  constexpr int rows() const { return out; }
  constexpr int columns() const { return in * kernel * kernel; }

  constexpr int side(int n) const {  // of the output, from the input's
    if (transposed) {
      const std::int64_t outputs =
          same ? std::int64_t{n} * stride : std::int64_t{n - 1} * stride - 2 * pad + kernel + output_pad;
      if (outputs < 1 || outputs > INT_MAX)
        refuse("a transposed convolution's input has a side", n,
               outputs < 1 ? "one that gives an output" : "one that gives a side below 2^31");
      return static_cast<int>(outputs);
    }
    if (n > INT_MAX - 2 * most_border) refuse("a convolution's input has a side", n, "one below 2^31 - 2^16");
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
