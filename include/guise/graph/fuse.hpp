// The graph optimiser: a network as it is written becomes one whose convolutions normalize, activate and reflect
// while they read, and finish their result while they write. Reading from left to right, what may still join the
// next node that reads a value is *held*:
//
//   an instance norm after a convolution   the convolution takes the moments and loses its bias; held
//   an activation after a convolution      its epilogue
//   an activation or a reflection else     held, if it may follow what is held (norm < activation < reflection)
//   a convolution, the body of a sum       reads what is held
//   anything else, a value read twice      is written once
//   dropout                                is left out of networks that infer
//
// Parameters keep their places, so one table serves every form. `plain` leaves the layers as they are written, and
// only drops the biases without effect (before an instance norm; their gradient is exactly zero) and dropout.
#pragma once
#include <guise/graph/graph.hpp>

#include <vector>

namespace guise {

enum class Mode { train, infer };

namespace detail {

class Fuser {
 public:
  constexpr Fuser(const Graph& from, Mode mode, bool fusing)
      : from_(from),
        mode_(mode),
        fusing_(fusing),
        to_(from),
        uses_(from.nodes.size(), 0),
        held_(from.nodes.size(), Held{}) {
    to_.nodes.assign(1, from.nodes[0]);
    ++uses_[index(source(from.output()))];
    for (const Node& node : from.nodes)
      for (Value v : {node.a, node.b})
        if (v != no_value && !left_out(node)) ++uses_[index(source(v))];
  }
  constexpr Graph run() {
    held_[0] = {0, {}};
    for (std::size_t k = 1; k < held_.size(); ++k)
      if (const Node& node = from_.nodes[k]; !left_out(node)) held_[k] = rewrite(node);
    const Value last = written(source(from_.output()));
    if (last != to_.output() || last == 0)
      emit({.op = Op::prologue, .a = last, .channels = to_[last].channels});
    return to_;
  }

 private:
  struct Held {
    Value value = no_value;   // of the new graph
    ReadPrologue prologue{};  // not yet done to it
  };
  static constexpr std::size_t index(Value v) { return static_cast<std::size_t>(v); }

  constexpr bool left_out(const Node& node) const { return mode_ == Mode::infer && node.op == Op::dropout; }
  constexpr Value source(Value v) const {  // what is read in the place of what is left out
    while (v != no_value && left_out(from_[v])) v = from_[v].a;
    return v;
  }

  constexpr Held rewrite(Node node) {
    node.a = source(node.a), node.b = source(node.b);
    switch (node.op) {
      case Op::conv:
      case Op::depthwise:
        return emit(reading(node));
      case Op::prologue:
        if (node.b != no_value) {
          node.b = written(node.b);
          return emit(reading(node));
        }
        if (node.prologue.normalize) drop_bias(node.a);
        if (fusing_ && node.prologue.activation.fusable()) return join(node);
        break;
      case Op::norm:
        if (!node.of_batch) drop_bias(node.a);
        break;
      default:
        break;
    }
    node.a = written(node.a);
    if (node.b != no_value) node.b = written(node.b);
    return emit(node);
  }
  // A norm, an activation or a reflection.
  constexpr Held join(const Node& node) {
    const ReadPrologue& part = node.prologue;
    if (Node* conv = raw_conv(node.a); conv && part.normalize) {
      conv->moments = true, conv->epsilon = part.epsilon;
      return {held_[index(node.a)].value, part};
    } else if (conv && part.activation.kind != Activation::none) {
      conv->activation = part.activation;
      return held_[index(node.a)];
    }
    Held x = held(node.a);
    if (part.normalize || x.prologue.rank() >= part.rank()) x = {written(node.a), {}};
    if (part.normalize) {
      Node norm = node;
      norm.a = x.value;
      return emit(norm);
    }
    if (part.reflect)
      x.prologue.reflect = part.reflect;
    else
      x.prologue.activation = part.activation;
    return x;
  }
  constexpr Node reading(Node node) {
    const Held x = held(node.a);
    node.a = x.value, node.prologue = x.prologue;
    return node;
  }
  // What is held of a value that one node reads; what more than one reads is written.
  constexpr Held held(Value v) { return uses_[index(v)] == 1 ? held_[index(v)] : Held{written(v), {}}; }
  constexpr Value written(Value v) {
    Held& x = held_[index(v)];
    if (!x.prologue.empty())
      x = emit({.op = Op::prologue, .a = x.value, .channels = to_[x.value].channels, .prologue = x.prologue});
    return x.value;
  }
  // The convolution whose unfinished value this is, if nobody else reads it.
  constexpr Node* raw_conv(Value v) {
    const Held& x = held_[index(v)];
    Node& node = to_[x.value];
    const bool raw = is_convolution(node) && node.activation.kind == Activation::none && !node.moments;
    return raw && x.prologue.empty() && uses_[index(v)] == 1 ? &node : nullptr;
  }
  constexpr void drop_bias(Value v) {
    if (Node* conv = raw_conv(v)) conv->adds_bias = false;
  }
  constexpr Held emit(const Node& node) {
    to_.nodes.push_back(node);
    return {to_.output(), {}};
  }

  const Graph& from_;
  Mode mode_;
  bool fusing_;
  Graph to_;
  std::vector<int> uses_;
  std::vector<Held> held_;
};

}  // namespace detail

constexpr Graph fuse(const Graph& g, Mode mode = Mode::train) { return detail::Fuser(g, mode, true).run(); }
constexpr Graph plain(const Graph& g, Mode mode = Mode::train) { return detail::Fuser(g, mode, false).run(); }

}  // namespace guise
