// A layer is anything that can be called with a graph and a value and gives a value: it emits nodes. A type whose
// name says it all is an empty callable (`Conv<3, 64, 7>`), a layer described at run time is an object
// (`conv({.in = 3, .out = 64, .kernel = 7})`); the first hands its template arguments to the second, so that both
// emit the same. A composite of the user's is a function of a few lines; parameters lie in the order in which it emits
// them, so that each value wants a name of its own: the order of a call's arguments is the compiler's.
//
//   Graph g = graph_of(Conv<3, 64, 7>{});
#pragma once
#include <guise/graph/graph.hpp>

#include <concepts>

namespace guise {

template <class L>
concept Layer = requires(const L& layer, Graph& g, Value x) {
  { layer(g, x) } -> std::same_as<Value>;
};

class Sequence;
// Takes several positions of a list, as Repeat does.
template <class L>
concept Spliced = requires(const L& layers, Sequence& list) {
  layers.into(list);
};
template <class L>
concept Listable = Layer<L> || Spliced<L>;

// Layers one after the other, whose positions count as those of torch.nn.Sequential.
class Sequence {
 public:
  constexpr Sequence(Graph& g, Value x) : graph_(g), value_(x) {}
  template <Listable L> constexpr Sequence& operator<<(const L& layer) {
    if constexpr (Spliced<L>) {
      layer.into(*this);
    } else {
      Inside part(graph_, position_++);
      value_ = layer(graph_, value_);
    }
    return *this;
  }
  constexpr Value value() const { return value_; }

 private:
  Graph& graph_;
  Value value_;
  int position_ = 0;
};

// A layer in a part of this name; `title` is what a summary calls it.
template <class L> constexpr auto named(Label label, const L& layer, Label title = {}) {
  return [=](Graph& g, Value x) {
    Inside part(g, label, title);
    return layer(g, x);
  };
}

template <Layer L> constexpr Graph graph_of(const L& layer) {
  Graph g;
  const Value result = layer(g, 0);
  if (result != g.output())
    refuse("a network of layers that return the value", result, "the last node, which is a network's output");
  return g;
}

}  // namespace guise
