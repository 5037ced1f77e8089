// Runs a network backward on a backend, along the plan of its forward: each node writes the gradient of what it
// read and adds to the gradients of its parameters.
#pragma once
#include <guise/graph/plan_backward.hpp>
#include <guise/net/engine.hpp>

namespace guise {
namespace detail {

template <class B> struct BackwardSite : Site<B> {
  using T = typename B::Scalar;
  const BackwardTask& task;
  Memory<T> slope;  // of gradients; `at` is where forward left values
  T* dw;            // gradients of the node's own parameters; null: frozen

  BackwardSite(const Site<B>& forward, const BackwardTask& t, Memory<T> gradients, T* all_gradients)
      : Site<B>(forward),
        task(t),
        slope(gradients),
        dw(all_gradients ? all_gradients + this->node.parameters : nullptr) {}
};

template <class B> void backward_conv(const BackwardSite<B>& s) {
  using T = typename B::Scalar;
  const B& backend = s.backend;
  const Prologue g = s.prologue();
  const ConvGeometry p = s.convolution();
  const bool transposed = s.node.window.transposed;
  const T *const x = s.at(s.a.y), *const statistics = s.read_statistics(), *dy = s.slope(s.task.dy);
  T *const da = s.slope(s.task.da), *const packed = s.slope(s.task.scratch);
  if (T* const finished = s.slope(s.task.finished)) {
    backend.pointwise_dx(s.node.activation, s.floats(s.mine.out), nullptr, s.at(s.mine.y), dy, finished);
    dy = finished;
  }
  if (s.dw && s.node.adds_bias)
    backend.column_sums(s.pixels(s.mine.out), s.mine.out.c, dy, s.dw + weights(s.node));
  if constexpr (FusesBothGradients<B>)
    if (s.dw && da && backend.fused_conv_dw_dx(g, p, transposed, x, statistics, dy, s.weight, s.dw, da))
      return;
  const auto weight_gradient = [&] {
    if constexpr (FusesWeightGradient<B>)
      if (backend.fused_conv_dw(g, p, transposed, x, statistics, dy, s.dw)) return;
    if (packed) backend.prologue(g, x, statistics, nullptr, packed);
    const T* const read = packed ? packed : x;
    backend.conv_dw(p, transposed ? dy : read, transposed ? read : dy, s.dw);
  };
  if (s.dw) weight_gradient();
  if (!da) return;
  if constexpr (FusesInputGradient<B>)
    if (backend.fused_conv_dx(g, p, transposed, x, statistics, dy, s.weight, da)) return;
  if (transposed)
    backend.conv(p, dy, s.weight, {}, packed ? packed : da);
  else
    backend.conv_dx(p, dy, s.weight, {}, packed ? packed : da);
  if (packed) backend.prologue_dx(g, x, statistics, packed, da);
}

// Runs such a node backward as an OtherForward runs forward; null where a network has none.
template <class B> using OtherBackward = void (*)(const BackwardSite<B>&, const Weights<typename B::Scalar>&);

template <class B> void backward_prologue(const BackwardSite<B>& s) {
  const auto* dy = s.slope(s.task.dy);
  auto *da = s.slope(s.task.da), *db = s.slope(s.task.db);
  // What only reflects or adds has not kept its operand, whose values do not matter then.
  const auto* x = reads_operand(s.node) ? s.at(s.a.y) : dy;
  if (da) s.backend.prologue_dx(s.prologue(), x, s.read_statistics(), dy, da);
  if (db) s.backend.copy(s.floats(s.mine.out), dy, db);
  if (s.task.sum_b && !db) s.backend.axpby(s.floats(s.mine.out), 1, dy, 1, s.slope(s.task.sum_b));
}

}  // namespace detail

// `values`: where forward left them; `gradients`: the workspace, dx as its input and dy as its output. Gradients of
// parameters are added to `into`; null: nothing is learnt.
template <class B>
void run_backward(const B& backend, const Graph& g, const Plan& p, const BackwardPlan& back,
                  Memory<typename B::Scalar> values, Memory<typename B::Scalar> gradients,
                  const Weights<typename B::Scalar>& w, typename B::Scalar* into,
                  detail::OtherBackward<B> others) {
  for (const BackwardTask& task : back.tasks) {
    const detail::Site<B> forward(backend, g, task.node, p, values, w.parameters);
    const detail::BackwardSite<B> site(forward, task, gradients, into);
    if (is_other(site.node) || has_spectral_norm(site.node))
      others(site, w);
    else if (site.node.op == Op::conv)
      detail::backward_conv(site);
    else
      detail::backward_prologue(site);
    if (task.sum_a) backend.axpby(site.floats(site.a.out), 1, gradients(task.da), 1, gradients(task.sum_a));
    if (task.sum_b && task.db)
      backend.axpby(site.floats(site.b->out), 1, gradients(task.db), 1, gradients(task.sum_b));
  }
}

}  // namespace guise
