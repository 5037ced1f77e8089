// The three parts that every network is made of: prologue, product, epilogue. Layers as the paper spells them
// are rewritten into steps by net/fuse.hpp; a plain layer is a step of one part, so plain and fused networks
// use the same operations.
//
//   x --[prologue: normalize, activation, reflection]--> packed --[product: a convolution]--> epilogue --> y
//
// Kept for backward: y, and behind it the statistics (C, 2) of every sample if a norm follows. The gathered
// input is not kept: backward gathers it again from x.
#pragma once
#include <guise/layer/concept.hpp>

namespace guise {

template <class... Parts>
struct Gather {  // a norm, an activation, a reflection: each optional, in this order
  static constexpr bool empty = sizeof...(Parts) == 0;
  static constexpr Shape out(Shape s) { return ((s = Parts::out(s)), ..., s); }
  static constexpr Prologue geometry(int n, Shape s) {
    Prologue g{n, s.h, s.w, s.c};
    (Parts::prologue(g), ...);
    return g;
  }
  static constexpr Name describe() {
    Name name;
    ((name = name + Parts::describe() + ", "), ...);
    return name;
  }
};

// The statistics lie behind the product that made x.
template <class T> const T* stats_behind(Prologue g, const T* x) {
  return g.normalize ? x + Shape{g.c, g.h, g.w}.floats() * static_cast<std::size_t>(g.n) : nullptr;
}

template <class... Parts> struct Settle : LayerDefaults {  // a prologue that is written out
  using Of = Gather<Parts...>;
  static constexpr Shape out(Shape s) { return Of::out(s); }
  static constexpr Name describe() { return Of::describe(); }
  template <class B> static void forward(Call<B> c) {
    const auto g = Of::geometry(c.n, c.in);
    c.backend.prologue(g, c.x, stats_behind(g, c.x), nullptr, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    const auto g = Of::geometry(c.n, c.in);
    c.backend.prologue_dx(g, c.x, stats_behind(g, c.x), c.dy, c.dx);
  }
};

// ---- what comes after the product ----
struct Raw {  // a norm of another kind follows: it cancels the bias and takes its own sums
  static constexpr Activation activation = Activation::none;
  static constexpr bool bias = false, moments = false;
};
struct Moments : Raw {  // a norm follows that is held for the next prologue: it wants the sums
  static constexpr bool moments = true;
};
template <class... Activations> struct Bias : Raw {  // no norm follows: finish the value
  static constexpr Activation activation = Gather<Activations...>::geometry(0, {}).activation;
  static constexpr bool bias = true;
};

// A step without its types: one forward and one backward serve all steps of a backend, so that a network of
// many layers compiles as quickly as one of few.
struct StepPlan {
  Prologue prologue;
  ConvGeometry product;
  bool transposed;      // the product is the convolution's transpose
  std::size_t weights;  // scalars before the bias
  Shape out;
  Activation activation;  // of the epilogue, as are
  bool moments, bias;

  template <class B> void forward(const Call<B>& c) const {
    Epilogue<typename B::Scalar> e{bias ? c.parameters + weights : nullptr, activation, nullptr};
    if (moments) e.stats = c.y + c.samples() * out.floats();
    if constexpr (FusesForward<B>)
      if (c.backend.fused_conv(prologue, product, transposed, c.x, stats(c.x), c.parameters, e, c.y)) return;
    const auto* x = pack(c, c.scratch);
    if (transposed)
      c.backend.conv_dx(product, x, c.parameters, e, c.y);
    else
      c.backend.conv(product, x, c.parameters, e, c.y);
  }

  template <class B> void backward(Call<B> c) const {
    if (activation != Activation::none) {
      c.backend.pointwise_dx(activation, c.samples() * out.floats(), nullptr, c.y, c.dy, c.scratch);
      c.dy = c.scratch;
    }
    if (c.gradients && bias)
      c.backend.column_sums(c.samples() * Shape{1, out.h, out.w}.floats(), out.c, c.dy,
                            c.gradients + weights);
    if constexpr (FusesBothGradients<B>)
      if (c.gradients && c.dx &&
          c.backend.fused_conv_dw_dx(prologue, product, transposed, c.x, stats(c.x), c.dy, c.parameters,
                                     c.gradients, c.dx))
        return;
    auto* packed = c.scratch + c.samples() * finished();
    if (c.gradients) learn(c, packed);
    if (c.dx) pull(c, packed);
  }

  // Scratch per sample for the gradient before the activation.
  constexpr std::size_t finished() const {
    return activation == Activation::none ? 0 : whole_lines(out.floats());
  }

 private:
  template <class T> const T* stats(const T* x) const { return stats_behind(prologue, x); }
  template <class B, class T> const T* pack(const Call<B>& c, T* packed) const {
    if (prologue.empty()) return c.x;
    c.backend.prologue(prologue, c.x, stats(c.x), nullptr, packed);
    return packed;
  }
  template <class B, class T> void learn(const Call<B>& c, T* packed) const {
    if constexpr (FusesWeightGradient<B>)
      if (c.backend.fused_conv_dw(prologue, product, transposed, c.x, stats(c.x), c.dy, c.gradients)) return;
    const T* x = pack(c, packed);
    c.backend.conv_dw(product, transposed ? c.dy : x, transposed ? x : c.dy, c.gradients);
  }
  template <class B, class T> void pull(const Call<B>& c, T* packed) const {
    if constexpr (FusesInputGradient<B>)
      if (c.backend.fused_conv_dx(prologue, product, transposed, c.x, stats(c.x), c.dy, c.parameters, c.dx))
        return;
    T* dx = prologue.empty() ? c.dx : packed;
    if (transposed)
      c.backend.conv(product, c.dy, c.parameters, {}, dx);
    else
      c.backend.conv_dx(product, c.dy, c.parameters, {}, dx);
    if (!prologue.empty()) c.backend.prologue_dx(prologue, c.x, stats(c.x), packed, c.dx);
  }
};

template <class Before, class Product, class After> struct Step : LayerDefaults {
  static constexpr int channels = Product::channels, tensors = Product::tensors;
  static constexpr std::size_t parameters = Product::parameters, weights = Product::weights;
  static constexpr Shape out(Shape s) { return Product::out(Before::out(s)); }
  static constexpr std::size_t extra(Shape s) {
    return After::moments ? 2 * static_cast<std::size_t>(out(s).c) : 0;
  }
  static constexpr std::size_t scratch(Shape s) {
    return plan(1, s).finished() + (Before::empty ? 0 : whole_lines(Before::out(s).floats()));
  }
  static constexpr std::size_t macs(Shape s) { return Product::macs(Before::out(s)); }
  static constexpr int sees(int outputs) { return Product::sees(outputs); }
  static constexpr void list(ParameterList& table, Name path, int position) {
    Product::list(table, path, position);
  }
  static constexpr Name describe() { return Before::describe() + Product::describe(); }

  static constexpr StepPlan plan(int n, Shape in) {
    return {Before::geometry(n, in),
            Product::geometry(n, Before::out(in)),
            Product::transposed,
            weights,
            out(in),
            After::activation,
            After::moments,
            After::bias && weights < parameters};
  }
  template <class B> static void forward(Call<B> c) { plan(c.n, c.in).forward(c); }
  template <class B> static void backward(Call<B> c) { plan(c.n, c.in).backward(c); }
};

}  // namespace guise
