// A network as a chain of networks, so that the values between them are seen, changed or learnt from:
//
//   std::vector<Graph> parts = split(g, {value_after(g, 0), value_after(g, 4)});  layers 0; 1-4; the rest
//
// The parts run one after the other give what the network gives, and have its parameters and running statistics between
// them: those of the first part, then those of the second, under the names that they have in the network. Throws Error
// for values that do not follow one another or of which one is the network's output, and where a layer behind one of
// them reads a value before it.
#pragma once
#include <guise/graph/graph.hpp>

#include <vector>

namespace guise {

// What the outermost layer at this position gives: after model.4 of a generator.
constexpr Value value_after(const Graph& g, int position) {
  const auto outermost = [&](int scope) {
    while (scope > 0 && g.scopes[static_cast<std::size_t>(scope)].parent > 0)
      scope = g.scopes[static_cast<std::size_t>(scope)].parent;
    return g.scopes[static_cast<std::size_t>(scope)].position;
  };
  for (Value v = g.output(); v > 0; --v)
    if (outermost(g[v].scope) == position) return v;
  refuse("a network is asked for what it has after layer", position, "the position of one of its layers");
}

namespace detail {

constexpr Graph between(const Graph& g, Value from, Value to) {
  const auto of = [&](Value v, std::size_t Node::*first, std::size_t all) {
    return v == g.output() ? all : g[v + 1].*first;
  };
  const auto before = [&](std::size_t Node::*first, std::size_t all) {
    return from == 0 ? 0 : of(from, first, all);
  };
  const std::size_t parameters = before(&Node::parameters, g.parameters),
                    statistics = before(&Node::statistics, g.statistics);
  Graph part;
  part.scopes = g.scopes;
  part.nodes[0] = {.channels = g[from].channels, .times = g[from].times};
  if (from > 0 && g[from].times != 0)
    throw Error("a network that takes any number of channels is split: expected one that says how many");
  for (Value v = from + 1; v <= to; ++v) {
    Node node = g[v];
    for (Value* operand : {&node.a, &node.b}) {
      if (*operand == no_value) continue;
      if (*operand < from)
        refuse("a network is split after node", from, "no node behind it that reads one before");
      *operand -= from;
    }
    node.parameters -= parameters, node.statistics -= statistics;
    part.nodes.push_back(node);
  }
  part.parameters = of(to, &Node::parameters, g.parameters) - parameters;
  part.statistics = of(to, &Node::statistics, g.statistics) - statistics;
  return part;
}

}  // namespace detail

constexpr std::vector<Graph> split(const Graph& g, std::vector<Value> after) {
  std::vector<Graph> parts;
  Value from = 0;
  after.push_back(g.output());
  for (const Value to : after) {
    if (to <= from || to > g.output())
      refuse("a network is split after node", to, "nodes that follow one another, before the last");
    parts.push_back(detail::between(g, from, to));
    from = to;
  }
  return parts;
}

}  // namespace guise
