// A convolution with a spectral norm (layer/spectral_norm.hpp), forward and backward: by W / sigma, where W is the weight
// as a matrix (rows, columns) and sigma = u^T W v approaches its largest singular value. While training, one power iteration
// goes before: v = W^T u, u = W v, each divided by its length. The length of x is sqrt(|x|^2 + epsilon^2), which
// PyTorch's max(|x|, epsilon) is to rounding unless x is as short as epsilon.
//
// Of operations that every backend has; nothing is read by the host. Backward needs what forward leaves in a slot of
// its own: the divided weight, 1 / sigma, u and v.
#pragma once
#include <guise/net/engine_others_backward.hpp>

namespace guise::detail {

template <class B> class DividedWeight {
  using T = typename B::Scalar;
  static constexpr double epsilon = 1e-12;

 public:
  // `memory`: spectral_floats(node) scalars.
  DividedWeight(const B& backend, const Node& node, const T* learnt, T* memory)
      : b_(backend),
        rows_(node.window.rows()),
        columns_(node.window.columns()),
        weights_(node.window.weights()),
        learnt_(learnt),
        weight_(memory),
        u_(memory + weights_),
        v_(u_ + rows_),
        product_(v_ + columns_),
        inverse_(product_ + rows_),
        numbers_(inverse_ + 1) {}

  const T* weight() const { return weight_; }

  // `running`: u, then v, as the last training pass left them, which one that trains replaces.
  void compute(T* running, bool training) const {
    const auto both = static_cast<std::size_t>(rows_ + columns_);
    b_.copy(both, running, u_);
    if (training) {
      b_.matmul({.m = 1, .n = columns_, .k = rows_}, u_, learnt_, v_);
      normalize(columns_, v_, v_);
    }
    b_.matmul({.m = rows_, .n = 1, .k = columns_}, learnt_, v_, product_);
    if (training) {
      normalize(rows_, product_, u_);
      b_.copy(both, u_, running);
    }
    // 1 / sigma as sigma / |sigma|^2, for sigma may be negative where nobody has trained.
    dot(rows_, u_, product_, numbers_);
    inverse_length(1, numbers_, 0);
    scale(1, 1, numbers_, inverse_of_length(), inverse_);
    scale(1, 1, inverse_, inverse_of_length(), inverse_);
    scale(rows_, columns_, learnt_, inverse_, weight_);
  }

  // From the gradient G of the divided weight D, in its place, that of the weight itself, for which u and v are
  // constants: (G - <G, D> u v^T) / sigma. `scratch`: as many scalars as the weight has, `rows` and one.
  void pull(T* gradient, T* scratch) const {
    T *const outer = scratch, *const u = outer + weights_, *const product = u + rows_;
    b_.multiply_ds({1, rows_, columns_, true, true}, weight_, gradient, product);
    scale(rows_, 1, u_, product, u);
    b_.matmul({.m = rows_, .n = columns_, .k = 1}, u, v_, outer);
    b_.axpby(weights_, -1, outer, 1, gradient);
    scale(rows_, columns_, gradient, inverse_, gradient);
  }

 private:
  void dot(int n, const T* x, const T* y, T* result) const {
    b_.matmul({.m = 1, .n = 1, .k = n}, x, y, result);
  }
  void scale(int rows, int columns, const T* x, const T* factor, T* y) const {  // y may be x
    b_.multiply({1, rows, columns, true, true}, x, factor, y);
  }
  void inverse_length(int n, const T* x, double added) const {
    dot(n, x, x, numbers_ + 1);
    b_.restore(1, added * added, numbers_ + 1, numbers_ + 1, numbers_ + 2);
  }
  const T* inverse_of_length() const { return numbers_ + 3; }
  void normalize(int n, const T* x, T* y) const {
    inverse_length(n, x, epsilon);
    scale(1, n, x, inverse_of_length(), y);
  }

  const B& b_;
  int rows_, columns_;
  std::size_t weights_;
  const T* learnt_;
  T *weight_, *u_, *v_, *product_, *inverse_;
  T* numbers_;  // sigma; a squared length; what `restore` makes of it, whose second number is one over the length
};

// ---- nodes with a spectral norm, and where the network has them, `others` (engine_others.hpp) ----
template <class B, bool others>
void forward_spectral_norm(const Site<B>& s, const Weights<typename B::Scalar>& w) {
  if constexpr (others)
    if (!has_spectral_norm(s.node)) return forward_other(s, w);
  const DividedWeight<B> divided(s.backend, s.node, s.parameters, s.at(s.mine.weight));
  divided.compute(w.statistics + s.node.statistics, w.training);
  Site<B> conv(s);
  conv.weight = divided.weight();
  forward_conv(conv);
}

template <class B, bool others>
void backward_spectral_norm(const BackwardSite<B>& s, const Weights<typename B::Scalar>& w) {
  using T = typename B::Scalar;
  if constexpr (others)
    if (!has_spectral_norm(s.node)) return backward_other(s, w);
  const DividedWeight<B> divided(s.backend, s.node, s.parameters, s.at(s.mine.weight));
  BackwardSite<B> conv(s);
  conv.weight = divided.weight();
  if (!s.dw) return backward_conv(conv);
  T* const gradients = conv.dw = s.slope(s.task.weight);
  const std::size_t all = floats(tensors(s.node));
  s.backend.axpby(all, 0, s.parameters, 0, gradients);  // zeros
  backward_conv(conv);
  divided.pull(gradients, gradients + all);
  s.backend.axpby(all, 1, gradients, 1, s.dw);
}

// Every weight of this graph with a spectral norm is divided in its place, and the graph has none afterwards.
template <class B>
void divide_weights(const B& backend, Graph& g, typename B::Scalar* parameters,
                    typename B::Scalar* statistics) {
  for (Node& node : g.nodes) {
    if (!has_spectral_norm(node)) continue;
    auto memory = backend.uninitialized(spectral_floats(node));
    const DividedWeight<B> divided(backend, node, parameters + node.parameters, memory.data());
    divided.compute(statistics + node.statistics, false);
    backend.copy(node.window.weights(), divided.weight(), parameters + node.parameters);
    node.window.spectral_norm = false;
  }
}

}  // namespace guise::detail
