// What an operation is told besides its pointers: plain numbers, usable in constant expressions and by any
// compiler. Tensors are (N, H, W, C), weights in PyTorch's axis order.
#pragma once
#include <guise/core/compiler.hpp>

namespace guise {

struct PointwiseFormula;  // backend/formula.hpp: a formula of one's own

// A scalar function of each value. The known kinds are told by number and may be part of a prologue or of an
// epilogue, where they cost no pass over memory; a formula of one's own is an operation by itself.
struct Activation {
  enum Kind : unsigned char { none, relu, leaky_relu, tanh, sigmoid, own };

  Kind kind = none;
  double slope = 0;                           // of leaky_relu, below zero
  const PointwiseFormula* formula = nullptr;  // of own

  constexpr Activation() = default;
  constexpr Activation(Kind k) : Activation(k, k == leaky_relu ? 0.2 : 0) {}
  constexpr Activation(Kind k, double negative_slope) : kind(k), slope(negative_slope) {}
  constexpr Activation(const PointwiseFormula& f) : kind(own), formula(&f) {}
  template <class Formula> static constexpr Activation of();  // with backend/formula.hpp

  friend constexpr bool operator==(const Activation&, const Activation&) = default;
  constexpr bool fusable() const { return kind != own; }
};

// A fusable activation as kernels in single precision take it.
struct FusedActivation {
  Activation::Kind kind = Activation::none;
  float slope = 0;

  constexpr FusedActivation() = default;
  constexpr FusedActivation(const Activation& a) : kind(a.kind), slope(static_cast<float>(a.slope)) {}
  constexpr bool nothing() const { return kind == Activation::none; }
};

// y = reflect(activation(normalize(x))), each part optional, in this order. The activation is a fusable one.
struct Prologue {
  int n = 0, h = 0, w = 0, c = 0;  // of x; y is (n, h + 2 reflect, w + 2 reflect, c)
  bool normalize = false;          // by stats (n, c, 2): mean, 1 / deviation
  Activation activation{};
  int reflect = 0;        // less than h and w
  double epsilon = 1e-5;  // that `moments` adds to a variance before its root is taken

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
// (sample, channel) of y. Null pointers: not wanted. The activation is a fusable one.
template <class T> struct Epilogue {
  const T* bias = nullptr;  // (channels)
  Activation activation{};
  T* stats = nullptr;     // (n, channels, 2): mean, 1 / sqrt(variance + epsilon)
  double epsilon = 1e-5;  // of stats
};

// What only the backend knows: an operation that is given these values is done where all of them are finite
// in single precision, as the host reads them. Without values it is done.
template <class T> struct Guard {
  int count = 0;
  const T* values = nullptr;
};

}  // namespace guise
