// Convolutions: which of the ways to compute one is taken, and the moments after it.
#pragma once
#include <guise/backend/cpu/matrix_convolution.hpp>
#include <guise/backend/cpu/reductions.hpp>
#include <guise/backend/cpu/thin_convolution.hpp>
#include <guise/backend/cpu/weight_gradient.hpp>

namespace guise::cpu {

// y of g, or if `transposed` g run backwards: x is what the output was and y what the input was.
inline void convolution(Context& context, const Source& x, const ConvGeometry& g, bool transposed,
                        const float* w, const Epilogue<float>& e, float* y) {
  const Target target = transposed ? Target{y, g.h, g.w, g.c, g.stride, e.bias, e.activation}
                                   : Target{y, g.out_h, g.out_w, g.out_c, 1, e.bias, e.activation};
  if (is_thin(g, transposed))
    thin_convolution(context, x, g, transposed, w, target);
  else
    matrix_convolution(context, x, g, transposed, w, target);
  if (e.stats) moments(context, g.n, static_cast<long>(target.h) * target.w, target.c, y, e.stats);
}

}  // namespace guise::cpu
