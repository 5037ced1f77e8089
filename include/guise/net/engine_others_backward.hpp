// The nodes of engine_others.hpp, backward.
#pragma once
#include <guise/net/engine_backward.hpp>
#include <guise/net/engine_others.hpp>

namespace guise::detail {

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

template <class B> void backward_depthwise(const BackwardSite<B>& s) {
  using T = typename B::Scalar;
  const B& backend = s.backend;
  const Prologue g = s.prologue();
  const ConvGeometry p = s.each_channel();
  const T *const x = s.at(s.a.y), *dy = s.slope(s.task.dy);
  T *const da = s.slope(s.task.da), *const packed = s.slope(s.task.scratch);
  if (T* const finished = s.slope(s.task.finished)) {
    backend.pointwise_dx(s.node.activation, s.floats(s.mine.out), nullptr, s.at(s.mine.y), dy, finished);
    dy = finished;
  }
  const auto weight_gradient = [&] {
    if constexpr (FusesDepthwise<B>)
      if (backend.fused_depthwise_dw(g, p, x, s.read_statistics(), dy, s.dw)) return;
    if (packed) backend.prologue(g, x, s.read_statistics(), nullptr, packed);
    backend.depthwise_dw(p, packed ? packed : x, dy, s.dw);
  };
  if (s.dw) {
    weight_gradient();
    if (s.node.adds_bias) backend.column_sums(s.pixels(s.mine.out), s.mine.out.c, dy, s.dw + weights(s.node));
  }
  if (!da) return;
  backend.depthwise_dx(p, dy, s.parameters, packed ? packed : da);
  if (packed) backend.prologue_dx(g, x, s.read_statistics(), packed, da);
}

template <class B> void backward_other(const BackwardSite<B>& s, const Weights<typename B::Scalar>& w) {
  const B& backend = s.backend;
  const auto *x = s.at(s.a.y), *dy = s.slope(s.task.dy);
  auto *da = s.slope(s.task.da), *db = s.slope(s.task.db);
  switch (s.node.op) {
    case Op::input:
    case Op::conv:
      return;
    case Op::norm:
      return backward_norm(s);
    case Op::prologue:  // by a formula of the user's
      if (da) backend.pointwise_dx(s.node.prologue.activation, s.floats(s.a.out), x, s.at(s.mine.y), dy, da);
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
      if constexpr (Channelwise<B>) backward_depthwise(s);
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
      CustomCall<typename B::Scalar> call = custom_call(s, operations);
      call.dy = dy, call.da = da, call.db = db, call.gradients = s.dw, call.scratch = s.slope(s.task.scratch);
      return s.node.custom->backward(call);
    }
  }
}

}  // namespace guise::detail
