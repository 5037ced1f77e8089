// The tables of a network: parameters and running statistics, each with its name, shape and place in the one flat
// buffer, in the order in which the layers were emitted, which is PyTorch's.
#pragma once
#include <guise/core/parameter.hpp>
#include <guise/graph/graph.hpp>

#include <vector>

namespace guise {

constexpr Name path(const Graph& g, int scope) {
  const Scope& s = g.scopes[static_cast<std::size_t>(scope)];
  const Name before = s.parent < 0 ? Name() : path(g, s.parent);
  return (s.position >= 0 ? before + s.position : before + s.label) + ".";
}

constexpr std::vector<Parameter> table(const Graph& g, std::vector<TensorSpec> (*of)(const Node&)) {
  std::vector<Parameter> rows;
  std::size_t offset = 0;
  for (const Node& node : g.nodes)
    for (const TensorSpec& t : of(node)) {
      rows.push_back({path(g, node.scope) + t.name, t.shape, t.rank, offset, t.floats(), t.initializer});
      offset += t.floats();
    }
  return rows;
}
constexpr std::vector<Parameter> parameter_table(const Graph& g) { return table(g, tensors); }
constexpr std::vector<Parameter> statistics_table(const Graph& g) { return table(g, running_statistics); }

}  // namespace guise
