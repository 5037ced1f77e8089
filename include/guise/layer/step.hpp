// The three parts that every network is made of: gather, product, epilogue. Layers as the paper spells them
// are rewritten into steps by net/fuse.hpp; a plain layer is a step of one part, so plain and fused networks
// use the same operations.
//
//   x --[gather: normalize, activation, reflection]--> packed --[product: a convolution]--> epilogue --> y
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
  static constexpr GatherGeometry geometry(int n, Shape s) {
    GatherGeometry g{n, s.h, s.w, s.c};
    (Parts::gather(g), ...);
    return g;
  }
  static constexpr Name describe() {
    Name name;
    ((name = name + Parts::describe() + ", "), ...);
    return name;
  }
};

// The statistics lie behind the product that made x.
template <class T> const T* stats_behind(GatherGeometry g, const T* x) {
  return g.normalize ? x + Shape{g.c, g.h, g.w}.floats() * static_cast<std::size_t>(g.n) : nullptr;
}

template <class... Parts> struct Settle : LayerDefaults {  // a gather that is written out
  using Of = Gather<Parts...>;
  static constexpr Shape out(Shape s) { return Of::out(s); }
  static constexpr Name describe() { return Of::describe(); }
  template <class B> static void forward(Call<B> c) {
    const auto g = Of::geometry(c.n, c.in);
    c.backend.gather(g, c.x, stats_behind(g, c.x), nullptr, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    const auto g = Of::geometry(c.n, c.in);
    c.backend.gather_dx(g, c.x, stats_behind(g, c.x), c.dy, c.dx);
  }
};

// ---- what comes after the product ----
struct Raw {  // a norm of another kind follows: it cancels the bias and takes its own sums
  static constexpr Activation activation = Activation::none;
  static constexpr bool bias = false, moments = false;
};
struct Moments : Raw {  // a norm follows that is held for the next gather: it wants the sums
  static constexpr bool moments = true;
};
template <class... Activations> struct Bias : Raw {  // no norm follows: finish the value
  static constexpr Activation activation = Gather<Activations...>::geometry(0, {}).activation;
  static constexpr bool bias = true;
};

template <class Before, class Product, class After> struct Step : LayerDefaults {
  static constexpr int channels = Product::channels, tensors = Product::tensors;
  static constexpr std::size_t parameters = Product::parameters, weights = Product::weights;
  static constexpr bool adds_bias = After::bias && weights < parameters;
  static constexpr Shape out(Shape s) { return Product::out(Before::out(s)); }
  static constexpr std::size_t extra(Shape s) {
    return After::moments ? 2 * static_cast<std::size_t>(out(s).c) : 0;
  }
  static constexpr std::size_t scratch(Shape s) { return finished(s) + gathered(s); }
  static constexpr std::size_t macs(Shape s) { return Product::macs(Before::out(s)); }
  static constexpr int sees(int outputs) { return Product::sees(outputs); }
  static constexpr void list(ParameterList& table, Name path, int position) {
    Product::list(table, path, position);
  }
  static constexpr Name describe() { return Before::describe() + Product::describe(); }

  template <class B> static void forward(Call<B> c) {
    const auto g = Before::geometry(c.n, c.in);
    const auto p = Product::geometry(c.n, Before::out(c.in));
    Epilogue<typename B::Scalar> e{adds_bias ? c.parameters + weights : nullptr, After::activation, nullptr};
    if (After::moments) e.stats = c.y + c.samples() * out(c.in).floats();
    if constexpr (FusesForward<B>)
      if (c.backend.step(g, p, Product::transposed, c.x, stats_behind(g, c.x), c.parameters, e, c.y)) return;
    Product::apply(c.backend, p, pack(c, g, c.scratch), c.parameters, e, c.y);
  }

  template <class B> static void backward(Call<B> c) {
    const auto g = Before::geometry(c.n, c.in);
    const auto p = Product::geometry(c.n, Before::out(c.in));
    if constexpr (After::activation != Activation::none) {  // the epilogue
      c.backend.activation_dx(c.samples() * out(c.in).floats(), After::activation, c.y, c.dy, c.scratch);
      c.dy = c.scratch;
    }
    auto* packed = c.scratch + c.samples() * finished(c.in);
    if (c.gradients) learn(c, g, p, packed);
    if (c.dx) pull(c, g, p, packed);
  }

 private:
  static constexpr std::size_t finished(Shape s) {
    return After::activation == Activation::none ? 0 : whole_lines(out(s).floats());
  }
  static constexpr std::size_t gathered(Shape s) {
    return Before::empty ? 0 : whole_lines(Before::out(s).floats());
  }
  template <class B, class T> static const T* pack(Call<B> c, GatherGeometry g, T* packed) {
    if constexpr (Before::empty) return c.x;
    c.backend.gather(g, c.x, stats_behind(g, c.x), nullptr, packed);
    return packed;
  }
  template <class B, class T> static void learn(Call<B> c, GatherGeometry g, ConvGeometry p, T* packed) {
    const Shape s = out(c.in);
    if constexpr (adds_bias)
      c.backend.column_sums(c.samples() * Shape{1, s.h, s.w}.floats(), s.c, c.dy, c.gradients + weights);
    if constexpr (FusesWeightGradient<B>)
      if (c.backend.step_dw(g, p, Product::transposed, c.x, stats_behind(g, c.x), c.dy, c.gradients)) return;
    Product::learn(c.backend, p, pack(c, g, packed), c.dy, c.gradients);
  }
  template <class B, class T> static void pull(Call<B> c, GatherGeometry g, ConvGeometry p, T* packed) {
    if constexpr (FusesInputGradient<B>)
      if (c.backend.step_dx(g, p, Product::transposed, c.x, stats_behind(g, c.x), c.dy, c.parameters, c.dx))
        return;
    Product::pull(c.backend, p, c.dy, c.parameters, Before::empty ? c.dx : packed);
    if constexpr (!Before::empty) c.backend.gather_dx(g, c.x, stats_behind(g, c.x), packed, c.dx);
  }
};

}  // namespace guise
