// Sequential<layers...>: one layer after the other, as torch.nn.Sequential; a whole network derives from it:
// `struct Mine : Sequential<...> {};`. Neighbours must agree about channels, which the compiler checks, in words
// (layer/sentence.hpp). What is asked of a network in constant expressions are its static members; all of them are
// questions to its graph.
//
//   Mine::parameters, Mine::out({3, 256, 256}), Mine::table[0].name, Mine::receptive_field, Mine::macs(shape)
#pragma once
#include <guise/graph/shapes.hpp>
#include <guise/graph/table.hpp>
#include <guise/layer/sentence.hpp>

#include <algorithm>
#include <array>

namespace guise {
namespace detail {

// A table whose length is part of its type, since a vector cannot outlive a constant expression.
template <class L, std::vector<Parameter> (*of)(const Graph&)> constexpr auto constant_table() {
  constexpr std::size_t rows = [] {
    const std::vector<Parameter> all = of(graph_of(L{}));  // named: clang 16 wants it deallocated
    return all.size();
  }();
  std::array<Parameter, rows> table{};
  const std::vector<Parameter> all = of(graph_of(L{}));
  std::copy(all.begin(), all.end(), table.begin());
  return table;
}

}  // namespace detail

// What is asked of the graph of a type of layers in constant expressions.
template <class L> struct GraphConstants {
  static constexpr int channels = graph_of(L{}).channels();  // 0: any number
  static constexpr int channels_made = channels ? graph_of(L{})[graph_of(L{}).output()].channels : 0;
  static constexpr std::size_t parameters = graph_of(L{}).parameters;
  static constexpr std::size_t statistics = graph_of(L{}).statistics;
  static constexpr int receptive_field = guise::receptive_field(graph_of(L{}));
  static constexpr auto table = detail::constant_table<L, parameter_table>();
  static constexpr auto statistics_table = detail::constant_table<L, guise::statistics_table>();
  static constexpr Shape out(Shape in) { return guise::out(graph_of(L{}), in); }
  static constexpr std::size_t macs(Shape in) { return guise::macs(graph_of(L{}), in); }
};

template <class... Ls>
struct Sequential : private decltype(detail::sentence<Ls...>())::type,
                    public GraphConstants<detail::Listed<Ls...>> {
  static_assert(sizeof...(Ls) > 0, "a Sequential needs at least one layer");

  constexpr Value operator()(Graph& g, Value x) const {
    g.title("sequential");
    return detail::Listed<Ls...>{}(g, x);
  }
};

template <Listable... Ls> constexpr auto sequential(const Ls&... layers) {
  return [=](Graph& g, Value x) {
    g.title("sequential");
    return (Sequence(g, x) << ... << layers).value();
  };
}

}  // namespace guise
