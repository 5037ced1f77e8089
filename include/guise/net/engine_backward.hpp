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
    if (s.dw && da && backend.fused_conv_dw_dx(g, p, transposed, x, statistics, dy, s.parameters, s.dw, da))
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
    if (backend.fused_conv_dx(g, p, transposed, x, statistics, dy, s.parameters, da)) return;
  if (transposed)
    backend.conv(p, dy, s.parameters, {}, packed ? packed : da);
  else
    backend.conv_dx(p, dy, s.parameters, {}, packed ? packed : da);
  if (packed) backend.prologue_dx(g, x, statistics, packed, da);
}

template <class B> void backward_norm(const BackwardSite<B>& s) {
  const B& backend = s.backend;
  const Prologue g = s.normalization();
  const std::size_t pixels = s.pixels(s.a.out);
  const auto *x = s.at(s.a.y), *taken = s.at(s.mine.statistics), *dy = s.slope(s.task.dy);
  auto *da = s.slope(s.task.da), *scratch = s.slope(s.task.scratch);
  if (s.dw) {
    backend.prologue(g, x, taken, nullptr, scratch);
    backend.affine_dw(pixels, g.c, scratch, dy, s.dw, s.dw + g.c);
  }
  if (!da) return;
  backend.affine(pixels, g.c, dy, s.parameters, nullptr, scratch);
  backend.prologue_dx(g, x, taken, scratch, da);
}

template <class B> void backward_node(const BackwardSite<B>& s, const Weights<typename B::Scalar>& w) {
  const B& backend = s.backend;
  const auto *x = s.at(s.a.y), *dy = s.slope(s.task.dy);
  auto *da = s.slope(s.task.da), *db = s.slope(s.task.db);
  switch (s.node.op) {
    case Op::input:
      return;
    case Op::conv:
      return backward_conv(s);
    case Op::norm:
      return backward_norm(s);
    case Op::prologue:
      if (!s.node.prologue.activation.fusable()) {
        if (da)
          backend.pointwise_dx(s.node.prologue.activation, s.floats(s.a.out), x, s.at(s.mine.y), dy, da);
        return;
      }
      // What only reflects or adds has not kept its operand, whose values do not matter then.
      if (da) backend.prologue_dx(s.prologue(), reads_operand(s.node) ? x : dy, s.read_statistics(), dy, da);
      if (db) backend.copy(s.floats(s.mine.out), dy, db);
      if (s.task.sum_b && !db) backend.axpby(s.floats(s.mine.out), 1, dy, 1, s.slope(s.task.sum_b));
      return;
    case Op::dropout:  // the same elements are dropped
      if (da) backend.dropout(s.floats(s.a.out), s.node.rate, s.stream(w), w.counter, dy, da);
      return;
    case Op::concat: {
      const std::size_t pixels = s.pixels(s.mine.out);
      const int c = s.a.out.c, more = s.b->out.c;
      if (da) backend.copy_channels(pixels, c, dy, c + more, 0, da, c, 0);
      if (db) backend.copy_channels(pixels, more, dy, c + more, c, db, more, 0);
      return;
    }
    case Op::multiply:
      if (da) backend.multiply(s.broadcast(), dy, s.at(s.b->y), da);
      if (db) backend.multiply_ds(s.broadcast(), x, dy, db);
      return;
    case Op::reduce:
      if (da) backend.reduce_dx(s.reduction(), dy, da);
      return;
    case Op::resample:
      if (da) backend.resample_dx(s.resampling(), dy, da);
      return;
    case Op::depthwise:
      if constexpr (Channelwise<B>) {
        if (s.dw) {
          backend.depthwise_dw(s.each_channel(), x, dy, s.dw);
          if (s.node.adds_bias)
            backend.column_sums(s.pixels(s.mine.out), s.mine.out.c, dy, s.dw + weights(s.node));
        }
        if (da) backend.depthwise_dx(s.each_channel(), dy, s.parameters, da);
      }
      return;
    case Op::max_pool:
      if constexpr (Channelwise<B>)
        if (da) backend.max_pool_dx(s.each_channel(), x, dy, da);
      return;
    case Op::pad_channels:
      if constexpr (Channelwise<B>)
        if (da) backend.columns(s.pixels(s.a.out), s.mine.out.c, dy, s.a.out.c, da);
      return;
    case Op::custom: {
      const BackendOperations<B, true> operations(backend);
      CustomCall<typename B::Scalar> call = s.custom_call(operations);
      call.dy = dy, call.da = da, call.db = db, call.gradients = s.dw, call.scratch = s.slope(s.task.scratch);
      return s.node.custom->backward(call);
    }
  }
}

}  // namespace detail

// `values`: where forward left them; `gradients`: the workspace, dx as its input and dy as its output. Gradients of
// parameters are added to `into`; null: nothing is learnt.
template <class B>
void run_backward(const B& backend, const Graph& g, const Plan& p, const BackwardPlan& back,
                  Memory<typename B::Scalar> values, Memory<typename B::Scalar> gradients,
                  Weights<typename B::Scalar> w, typename B::Scalar* into) {
  for (const BackwardTask& task : back.tasks) {
    const detail::Site<B> forward(backend, g, task.node, p, values, w.parameters);
    const detail::BackwardSite<B> site(forward, task, gradients, into);
    detail::backward_node(site, w);
    if (task.sum_a) backend.axpby(site.floats(site.a.out), 1, gradients(task.da), 1, gradients(task.sum_a));
    if (task.sum_b && task.db)
      backend.axpby(site.floats(site.b->out), 1, gradients(task.db), 1, gradients(task.sum_b));
  }
}

}  // namespace guise
