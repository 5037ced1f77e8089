// Runs the plan of a network on a backend, node by node, compiled once for each backend and not for each network:
// here convolutions and prologues, of which generators and discriminators are made. The other nodes are in
// engine_others.hpp and spectral_norm.hpp, so that a program whose networks have none does not compile their operations; backward is in
// engine_backward.hpp.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/graph/plan.hpp>

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
  const Node& node;
  int n;
  const Task &mine, &a, *b;
  Memory<T> at;
  const T* parameters;  // the node's own
  const T* weight;      // of a convolution: the first of them, or what a spectral norm makes of it

  Site(const B& on, const Graph& g, Value v, const Plan& p, Memory<T> memory, const T* all_parameters)
      : backend(on),
        node(g[v]),
        n(p.n),
        mine(p.tasks[static_cast<std::size_t>(v)]),
        a(p.tasks[static_cast<std::size_t>(node.a)]),
        b(node.b == no_value ? nullptr : &p.tasks[static_cast<std::size_t>(node.b)]),
        at(memory),
        parameters(all_parameters + node.parameters),
        weight(parameters) {}

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
  ConvGeometry each_channel() const { return node.window.each_channel(n, node.prologue.shape(a.out)); }
  const T* bias() const { return node.adds_bias ? parameters + weights(node) : nullptr; }
  // By which the operand is normalized: taken by the convolution that made it, or by this node.
  const T* read_statistics() const {
    if (!node.prologue.normalize) return nullptr;
    return at(is_convolution(node) || !mine.statistics ? a.statistics : mine.statistics);
  }
};

// Runs a node that is neither a convolution by its own weight nor a prologue; null where a network has none.
template <class B> using OtherForward = void (*)(const Site<B>&, const Weights<typename B::Scalar>&);

// Divides the weights of spectral norms once and for all, so that the graph has none; null where a network has none.
template <class B>
using WeightDivision = void (*)(const B&, Graph&, typename B::Scalar* parameters,
                                typename B::Scalar* statistics);

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
    if (s.backend.fused_conv(g, p, transposed, x, s.read_statistics(), s.weight, e, y)) return;
  if (T* const packed = s.at(s.mine.scratch)) {
    s.backend.prologue(g, x, s.read_statistics(), nullptr, packed);
    x = packed;
  }
  if (transposed)
    s.backend.conv_dx(p, x, s.weight, e, y);
  else
    s.backend.conv(p, x, s.weight, e, y);
}

template <class B>
void forward_node(const Site<B>& s, const Weights<typename B::Scalar>& w, OtherForward<B> others) {
  if (is_other(s.node) || has_spectral_norm(s.node)) return others(s, w);
  if (s.node.op == Op::conv) return forward_conv(s);
  const auto* x = s.at(s.a.y);
  if (auto* taken = s.at(s.mine.statistics)) s.backend.moments(s.prologue(), x, taken);
  s.backend.prologue(s.prologue(), x, s.read_statistics(), s.b ? s.at(s.b->y) : nullptr, s.at(s.mine.y));
}

}  // namespace detail

template <class B>
void run_forward(const B& backend, const Graph& g, const Plan& p, Memory<typename B::Scalar> at,
                 const Weights<typename B::Scalar>& w, detail::OtherForward<B> others) {
  for (Value v = 1; v <= g.output(); ++v)
    detail::forward_node(detail::Site<B>(backend, g, v, p, at, w.parameters), w, others);
}

}  // namespace guise
