// Runs the plan of a network on a backend: one switch over the nodes, compiled once for each backend and not for
// each network. backward is in engine_backward.hpp.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/graph/plan.hpp>
#include <guise/net/backend_operations.hpp>

namespace guise {

template <class T> struct Memory {  // what slots refer to
  T *tape = nullptr, *workspace = nullptr, *input = nullptr, *output = nullptr;
  T* operator()(const Slot& slot) const {
    T* const bases[] = {nullptr, tape, workspace, input, output};
    T* const base = bases[static_cast<int>(slot.where)];
    return base ? base + slot.offset : nullptr;
  }
};

template <class T> struct Weights {
  const T* parameters;
  T* statistics;  // running statistics, written while training
  bool training;  // false: norms of the batch use the running statistics
  // Of dropout: two whole numbers on the backend, which a recorded step reads again, and the number of the pass.
  const T* counter = nullptr;
  std::uint64_t pass = 0;
};

namespace detail {

// A node with the numbers and the memory that its operations are told.
template <class B> struct Site {
  using T = typename B::Scalar;
  static constexpr double momentum = 0.1;  // of running statistics

  const B& backend;
  const Graph& graph;
  const Node& node;
  int n;
  const Task &mine, &a, *b;
  Memory<T> at;
  const T* parameters;  // the node's own

  Site(const B& on, const Graph& g, Value v, const Plan& p, Memory<T> memory, const T* all_parameters)
      : backend(on),
        graph(g),
        node(g[v]),
        n(p.n),
        mine(p.tasks[static_cast<std::size_t>(v)]),
        a(p.tasks[static_cast<std::size_t>(node.a)]),
        b(node.b == no_value ? nullptr : &p.tasks[static_cast<std::size_t>(node.b)]),
        at(memory),
        parameters(all_parameters + node.parameters) {}

  std::size_t samples() const { return static_cast<std::size_t>(n); }
  std::size_t floats(Shape s) const { return samples() * s.floats(); }
  std::size_t pixels(Shape s) const { return samples() * Shape{1, s.h, s.w}.floats(); }

  Prologue prologue() const { return node.prologue.geometry(n, a.out); }
  // In NHWC the pixels of a batch are one tall picture.
  Prologue normalization() const {
    Prologue g = prologue();
    if (node.of_batch) g.n = 1, g.h *= n;
    return g;
  }
  Broadcast broadcast() const {
    return {n, a.out.h * a.out.w, a.out.c, b->out.h == 1 && b->out.w == 1, b->out.c == 1};
  }
  Reduce reduction() const {
    return {n, a.out.h * a.out.w, a.out.c, node.pixels, node.over_channels, node.mean};
  }
  Resample resampling() const {
    return {n, a.out.h, a.out.w, a.out.c, mine.out.h, mine.out.w, node.filter, node.factor};
  }
  std::uint64_t stream(const Weights<T>& w) const { return (w.pass << 32) + node.stream; }
  ConvGeometry convolution() const { return node.window.geometry(n, node.prologue.shape(a.out)); }
  ConvGeometry each_channel() const { return node.window.each_channel(n, a.out); }
  const T* bias() const { return node.adds_bias ? parameters + weights(node) : nullptr; }
  // By which the operand is normalized: taken by the convolution that made it, or by this node.
  const T* read_statistics() const {
    if (!node.prologue.normalize) return nullptr;
    return at(node.op == Op::conv || !mine.statistics ? a.statistics : mine.statistics);
  }
  CustomCall<T> custom_call(const Operations<T>& operations) const {
    check_reads<B>(*node.custom);
    return {operations, n,         a.out, b ? b->out : Shape{}, mine.out, at(a.y), b ? at(b->y) : nullptr,
            parameters, at(mine.y)};
  }
};

// ---- forward, node by node ----
template <class B> void forward_conv(const Site<B>& s) {
  using T = typename B::Scalar;
  const Prologue g = s.prologue();
  const ConvGeometry p = s.convolution();
  const bool transposed = s.node.window.transposed;
  const T* x = s.at(s.a.y);
  T* const y = s.at(s.mine.y);
  const Epilogue<T> e{s.bias(), s.node.activation, s.node.moments ? s.at(s.mine.statistics) : nullptr,
                      s.node.epsilon};
  if constexpr (FusesForward<B>)
    if (s.backend.fused_conv(g, p, transposed, x, s.read_statistics(), s.parameters, e, y)) return;
  if (T* const packed = s.at(s.mine.scratch)) {
    s.backend.prologue(g, x, s.read_statistics(), nullptr, packed);
    x = packed;
  }
  if (transposed)
    s.backend.conv_dx(p, x, s.parameters, e, y);
  else
    s.backend.conv(p, x, s.parameters, e, y);
}

template <class B> void forward_norm(const Site<B>& s, Weights<typename B::Scalar> w) {
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

template <class B> void forward_node(const Site<B>& s, Weights<typename B::Scalar> w) {
  const B& backend = s.backend;
  const auto* x = s.at(s.a.y);
  auto* y = s.at(s.mine.y);
  switch (s.node.op) {
    case Op::input:
      return;
    case Op::conv:
      return forward_conv(s);
    case Op::norm:
      return forward_norm(s, w);
    case Op::prologue:
      if (!s.node.prologue.activation.fusable())
        return backend.pointwise(s.node.prologue.activation, s.floats(s.a.out), x, y);
      if (auto* taken = s.at(s.mine.statistics)) backend.moments(s.prologue(), x, taken);
      return backend.prologue(s.prologue(), x, s.read_statistics(), s.b ? s.at(s.b->y) : nullptr, y);
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
      if constexpr (Channelwise<B>) backend.depthwise(s.each_channel(), x, s.parameters, s.bias(), y);
      return;
    case Op::max_pool:
      if constexpr (Channelwise<B>) backend.max_pool(s.each_channel(), x, y);
      return;
    case Op::pad_channels:
      if constexpr (Channelwise<B>) backend.columns(s.pixels(s.a.out), s.a.out.c, x, s.mine.out.c, y);
      return;
    case Op::custom: {
      const BackendOperations<B, false> operations(backend);
      CustomCall<typename B::Scalar> call = s.custom_call(operations);
      call.scratch = s.at(s.mine.scratch);
      return s.node.custom->forward(call);
    }
  }
}

}  // namespace detail

template <class B>
void run_forward(const B& backend, const Graph& g, const Plan& p, Memory<typename B::Scalar> at,
                 Weights<typename B::Scalar> w) {
  for (Value v = 1; v <= g.output(); ++v)
    detail::forward_node(detail::Site<B>(backend, g, v, p, at, w.parameters), w);
}

}  // namespace guise
