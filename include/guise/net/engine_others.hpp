// The nodes of a network that are neither convolutions nor prologues, forward: norms with a learnt scale, dropout,
// concat, products, reductions, resampling, what works channel by channel, and layers of the user's.
#pragma once
#include <guise/net/backend_operations.hpp>
#include <guise/net/engine.hpp>

namespace guise::detail {

template <class B>
CustomCall<typename B::Scalar> custom_call(const Site<B>& s,
                                           const Operations<typename B::Scalar>& operations) {
  check_reads<B>(*s.node.custom);
  return {operations,
          s.n,
          s.a.out,
          s.b ? s.b->out : Shape{},
          s.mine.out,
          s.at(s.a.y),
          s.b ? s.at(s.b->y) : nullptr,
          s.parameters,
          s.at(s.mine.y)};
}

template <class B> void forward_norm(const Site<B>& s, const Weights<typename B::Scalar>& w) {
  const Prologue g = s.normalization();
  const int c = g.c;
  const auto* x = s.at(s.a.y);
  auto *y = s.at(s.mine.y), *taken = s.at(s.mine.statistics), *running = w.statistics + s.node.statistics;
  if (w.training || !s.node.of_batch)
    s.backend.moments(g, x, taken);
  else
    s.backend.restore(c, g.epsilon, running, running + c, taken);
  if (w.training && s.node.of_batch)
    s.backend.track(s.pixels(s.a.out), c, Site<B>::momentum, g.epsilon, taken, running, running + c);
  s.backend.prologue(g, x, taken, nullptr, y);
  s.backend.affine(s.pixels(s.a.out), c, y, s.parameters, s.parameters + c, y);
}

template <class B> void forward_depthwise(const Site<B>& s) {
  using T = typename B::Scalar;
  const Prologue g = s.prologue();
  const ConvGeometry p = s.each_channel();
  const T* x = s.at(s.a.y);
  T *const y = s.at(s.mine.y), *const taken = s.node.moments ? s.at(s.mine.statistics) : nullptr;
  if constexpr (FusesDepthwise<B>)
    if (s.backend.fused_depthwise(g, p, x, s.read_statistics(), s.parameters,
                                  {s.bias(), s.node.activation, taken, s.node.epsilon}, y))
      return;
  if (T* const packed = s.at(s.mine.scratch)) {
    s.backend.prologue(g, x, s.read_statistics(), nullptr, packed);
    x = packed;
  }
  s.backend.depthwise(p, x, s.parameters, s.bias(), y);
  const Prologue made{p.n, p.out_h, p.out_w, p.c, false, s.node.activation, 0, s.node.epsilon};
  if (s.node.activation.kind != Activation::none) s.backend.prologue(made, y, nullptr, nullptr, y);
  if (taken) s.backend.moments(made, y, taken);
}

template <class B> void forward_other(const Site<B>& s, const Weights<typename B::Scalar>& w) {
  const B& backend = s.backend;
  const auto* x = s.at(s.a.y);
  auto* y = s.at(s.mine.y);
  switch (s.node.op) {
    case Op::input:
    case Op::conv:
      return;
    case Op::norm:
      return forward_norm(s, w);
    case Op::prologue:  // by a formula of the user's
      return backend.pointwise(s.node.prologue.activation, s.floats(s.a.out), x, y);
    case Op::dropout:
      return backend.dropout(s.floats(s.a.out), s.node.rate, s.stream(w), w.counter, x, y);
    case Op::concat: {
      const std::size_t pixels = s.pixels(s.mine.out);
      const int c = s.a.out.c, more = s.b->out.c;
      backend.copy_channels(pixels, c, x, c, 0, y, c + more, 0);
      return backend.copy_channels(pixels, more, s.at(s.b->y), more, 0, y, c + more, c);
    }
    case Op::multiply:
      return backend.multiply(s.broadcast(), x, s.at(s.b->y), y);
    case Op::reduce:
      return backend.reduce(s.reduction(), x, y);
    case Op::resample:
      return backend.resample(s.resampling(), x, y);
    case Op::depthwise:
      if constexpr (Channelwise<B>) forward_depthwise(s);
      return;
    case Op::max_pool:
      if constexpr (Channelwise<B>) backend.max_pool(s.each_channel(), x, y);
      return;
    case Op::pad_channels:
      if constexpr (Channelwise<B>) backend.columns(s.pixels(s.a.out), s.a.out.c, x, s.mine.out.c, y);
      return;
    case Op::custom: {
      const BackendOperations<B, false> operations(backend);
      CustomCall<typename B::Scalar> call = custom_call(s, operations);
      call.scratch = s.at(s.mine.scratch);
      return s.node.custom->forward(call);
    }
  }
}

}  // namespace guise::detail
