// The graph of a network of types as a constant: arrays, since vectors cannot outlive a constant expression. It is
// all that a program contains of an architecture.
#pragma once
#include <guise/layer/layer.hpp>

#include <algorithm>
#include <array>

namespace guise {
namespace detail {

template <std::size_t Nodes, std::size_t Scopes> struct FrozenGraph {
  std::array<Node, Nodes> nodes{};
  std::array<Scope, Scopes> scopes{};
  std::size_t parameters = 0, statistics = 0;

  Graph graph() const {
    Graph g;
    g.nodes.assign(nodes.begin(), nodes.end());
    g.scopes.assign(scopes.begin(), scopes.end());
    g.parameters = parameters, g.statistics = statistics;
    return g;
  }
};

template <class Arch>
inline constexpr auto frozen_graph = [] {
  constexpr std::array<std::size_t, 2> size = [] {
    const Graph g = graph_of(Arch{});
    return std::array<std::size_t, 2>{g.nodes.size(), g.scopes.size()};
  }();
  const Graph g = graph_of(Arch{});
  FrozenGraph<size[0], size[1]> frozen;
  std::copy(g.nodes.begin(), g.nodes.end(), frozen.nodes.begin());
  std::copy(g.scopes.begin(), g.scopes.end(), frozen.scopes.begin());
  frozen.parameters = g.parameters, frozen.statistics = g.statistics;
  return frozen;
}();

}  // namespace detail
}  // namespace guise
