// What an operation is told besides its pointers: plain numbers, usable in constant expressions and by any
// compiler. Tensors are (N, H, W, C), weights in PyTorch's axis order.
#pragma once

namespace guise {

inline constexpr double norm_epsilon = 1e-5;  // added to a variance before its root is taken
inline constexpr double leaky_slope = 0.2;

enum class Activation { none, relu, leaky_relu, tanh };

// y = reflect(activation(normalize(x))), each part optional, in this order.
struct Prologue {
  int n = 0, h = 0, w = 0, c = 0;  // of x; y is (n, h + 2 reflect, w + 2 reflect, c)
  bool normalize = false;          // by stats (n, c, 2): mean, 1 / deviation
  Activation activation = Activation::none;
  int reflect = 0;  // less than h and w

  constexpr bool empty() const { return !normalize && activation == Activation::none && reflect == 0; }
};

// A convolution (N, H, W, C) -> (N, out_h, out_w, out_c) with weights (out_c, c, kernel, kernel). Output
// pixel (r, q) meets input pixels (r stride - pad_top + i, q stride - pad_left + j), 0 <= i, j < kernel;
// those outside are zero. A transposed convolution is described by the convolution that it transposes.
struct ConvGeometry {
  int n = 0, h = 0, w = 0, c = 0;
  int out_h = 0, out_w = 0, out_c = 0;
  int kernel = 1, stride = 1, pad_top = 0, pad_left = 0;
};

// What is done to a product before it is written: y = activation(product + bias), then the moments of every
// (sample, channel) of y. Null pointers: not wanted.
template <class T> struct Epilogue {
  const T* bias = nullptr;  // (channels)
  Activation activation = Activation::none;
  T* stats = nullptr;  // (n, channels, 2): mean, 1 / sqrt(variance + norm_epsilon)
};

// What only the backend knows: an operation that is given these values is done where all of them are finite
// in single precision, as the host reads them. Without values it is done.
template <class T> struct Guard {
  int count = 0;
  const T* values = nullptr;
};

struct AdamOptions {  // of torch.optim.Adam
  double beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8;
};

}  // namespace guise
