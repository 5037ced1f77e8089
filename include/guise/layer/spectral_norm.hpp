// Spectral normalization (Miyato et al. 2018) as torch.nn.utils.spectral_norm: a convolution by weight / sigma, where
// sigma is the largest singular value of the weight as a matrix (Out, In Kernel Kernel), so that the layer stretches
// nothing by more. Each training pass follows it by one power iteration (epsilon 1e-12); inference does not.
//
//   SpectralNorm<Conv<In, Out, Kernel, options...>>   shapes as those of the convolution
//
// Parameters: weight_orig (Out, In, Kernel, Kernel), bias (Out); statistics: weight_u (Out), weight_v (In Kernel
// Kernel), of length 1. The gradient takes u and v for constants. Kept for backward: the operand, the divided weight, u
// and v as they were in this pass. A frozen network holds the divided weight. Described at run time:
// conv({.in = 3, .out = 64, .kernel = 4, .spectral_norm = true}). Not of transposed or depthwise convolutions.
#pragma once
#include <guise/layer/conv.hpp>

namespace guise {
namespace detail {

struct WithSpectralNorm {
  static constexpr void set(Window& w) { w.spectral_norm = true; }
};

}  // namespace detail

template <class L> struct SpectralNorm {
  static_assert(!sizeof(L*),
                "a spectral norm is that of a Conv: SpectralNorm<Conv<In, Out, Kernel, options...>>");
};
template <int In, int Out, int Kernel, class... Options>
struct SpectralNorm<Conv<In, Out, Kernel, Options...>>
    : Conv<In, Out, Kernel, Options..., detail::WithSpectralNorm> {};

}  // namespace guise
