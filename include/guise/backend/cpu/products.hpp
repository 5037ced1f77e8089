// Convolutions: which of the ways to compute one is taken. A prologue may come before any of them.
#pragma once
#include <guise/backend/cpu/few_pixels.hpp>
#include <guise/backend/cpu/matrix_convolution.hpp>
#include <guise/backend/cpu/planar_convolution.hpp>
#include <guise/backend/cpu/prologue.hpp>
#include <guise/backend/cpu/thin_convolution.hpp>
#include <guise/backend/cpu/weight_gradient.hpp>
#include <guise/backend/cpu/winograd/winograd.hpp>

namespace guise::cpu {

// What a convolution reads; the prologue of `g` on the way, whose statistics go to a workspace.
inline Source input_of(const ConvGeometry& p, const float* x) { return {x, p.n, p.h, p.w, p.c}; }
inline Source output_of(const ConvGeometry& p, const float* y) { return {y, p.n, p.out_h, p.out_w, p.out_c}; }
inline Source gathered(Context& context, const Prologue& g, const float* x, const float* stats) {
  return {x, g.n, g.h, g.w, g.c, g.reflect, g.activation, centres_of(context, g, stats)};
}

enum class Way { winograd, back_through_winograd, planar, thin, few_pixels, matrix };
// `bare`: neither prologue nor epilogue.
inline Way way_of(const ConvGeometry& p, bool transposed, bool bare) {
  if ((winograd::suits(p) && !transposed) || winograd::suits_phases(p, transposed)) return Way::winograd;
  if (winograd::suits(p) && bare) return Way::back_through_winograd;
  if (is_planar(p, transposed)) return Way::planar;
  if (is_thin(p, transposed)) return Way::thin;
  return has_few_pixels(p, transposed ? 64 : 32) ? Way::few_pixels : Way::matrix;
}
inline Target target_of(const ConvGeometry& p, bool transposed, const Epilogue<float>& e, float* y) {
  return transposed ? Target{y, p.h, p.w, p.c, p.stride, e.bias, e.activation, e.epsilon}
                    : Target{y, p.out_h, p.out_w, p.out_c, 1, e.bias, e.activation, e.epsilon};
}

// y of p, or if `transposed` of p run backwards: x is what the output was and y what the input was.
inline void convolution(Context& context, const Source& x, const ConvGeometry& p, bool transposed,
                        const float* w, const Epilogue<float>& e, float* y) {
  const Target target = target_of(p, transposed, e, y);
  const bool gathers = x.reflect != 0 || x.centres || !x.activation.nothing();
  const bool finishes = e.bias || e.activation != Activation::none || e.stats;
  switch (way_of(p, transposed, !gathers && !finishes)) {
    case Way::winograd:
      return winograd::forward(context, x, p, transposed, w, target, e.stats);
    case Way::back_through_winograd:
      return winograd::backward(context, p, x.x, w, {y, p.h, p.w, p.c, p.pad_top, p.pad_left, false});
    case Way::planar:
      planar_convolution(context, x, p, w, target, {0, target.h});
      break;
    case Way::thin:
      thin_convolution(context, x, p, transposed, w, target, {0, target.h}, {0, x.h + 2 * x.reflect});
      break;
    case Way::few_pixels:
      transposed ? few_transposed(context, x, p, w, target) : few_convolution(context, x, p, w, target);
      break;
    case Way::matrix:
      return matrix_convolution(context, x, p, transposed, w, target, e.stats);
  }
  if (e.stats) moments(context, p.n, static_cast<long>(target.h) * target.w, target.c, e.epsilon, y, e.stats);
}

// dw += of p from x and dy; a prologue may come before either.
inline void weight_gradient(Context& context, const Source& x, const ConvGeometry& p, const Source& dy,
                            float* dw) {
  if ((winograd::suits(p) || winograd::suits_phases(p, false)) && dy.reflect == 0)
    winograd::weight_gradient(context, x, p, dy, dw);
  else if (has_few_pixels(p, 64) && dy.reflect == 0)
    few_weight_gradient(context, x, p, dy, dw);
  else
    matrix_weight_gradient(context, x, p, dy, dw);
}

// ---- a prologue and a product at once; false: not this geometry ----
inline bool fused_conv(Context& context, const Prologue& g, const ConvGeometry& p, bool transposed,
                       const float* x, const float* stats, const float* w, const Epilogue<float>& e,
                       float* y) {
  if (g.c % lanes != 0) return false;
  convolution(context, gathered(context, g, x, stats), p, transposed, w, e, y);
  return true;
}
inline bool fused_conv_dw(Context& context, const Prologue& g, const ConvGeometry& p, bool transposed,
                          const float* x, const float* stats, const float* dy, float* dw) {
  if (g.c % lanes != 0) return false;
  const Source source = gathered(context, g, x, stats);
  transposed ? weight_gradient(context, input_of(p, dy), p, source, dw)
             : weight_gradient(context, source, p, output_of(p, dy), dw);
  return true;
}
// The reflection's gradient is folded back on the way.
inline bool folds(const Prologue& g, const ConvGeometry& p, bool transposed) {
  return g.reflect == 1 && p.kernel == 3 && p.pad_top == 0 && p.pad_left == 0 && !transposed &&
         winograd::suits(p);
}
inline bool fused_conv_dx(Context& context, const Prologue& g, const ConvGeometry& p, bool transposed,
                          const float* x, const float* stats, const float* dy, const float* w, float* dx,
                          bool gathered = false) {
  if (folds(g, p, transposed))
    winograd::backward(context, p, dy, w, {dx, g.h, g.w, g.c, 1, 1, true}, gathered);
  else if (g.reflect != 0)
    return false;
  else if (transposed)
    convolution(context, input_of(p, dy), p, false, w, {}, dx);
  else
    convolution(context, output_of(p, dy), p, true, w, {}, dx);
  if (!g.normalize && g.activation == Activation::none) return true;
  Prologue inner = g;
  inner.reflect = 0;
  prologue_dx(context, inner, x, stats, dx, dx);
  return true;
}
inline bool fused_conv_dw_dx(Context& context, const Prologue& g, const ConvGeometry& p, bool transposed,
                             const float* x, const float* stats, const float* dy, const float* w, float* dw,
                             float* dx) {
  if (g.c % lanes != 0 || !folds(g, p, transposed) || !winograd::shares_planes(p)) return false;
  fused_conv_dw(context, g, p, transposed, x, stats, dy, dw);
  return fused_conv_dx(context, g, p, transposed, x, stats, dy, w, dx, true);
}

}  // namespace guise::cpu
