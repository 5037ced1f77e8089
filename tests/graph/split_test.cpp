// A network that is split is the chain of its parts.
#include "support/reference.hpp"
#include <guise/arch/cut_generator.hpp>
#include <guise/graph/split.hpp>
#include <guise/graph/table.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

using Gen = CutGenerator<2, 4>;
using Any = Network<X, X, Described, Reference<double>, Plain>;

constexpr int last_channels() {
  const Graph g = graph_of(Gen{});
  const std::vector<Graph> parts = split(g, {value_after(g, 0), value_after(g, 4)});
  return parts[1][parts[1].output()].channels * 10 + int(parts.size());
}
static_assert(last_channels() == 83);

}  // namespace

TEST_CASE("the parts of a network give what it gives, and have its parameters in its order") {
  const Graph g = graph_of(Gen{});
  const auto parts = split(g, {value_after(g, 0), value_after(g, 4), value_after(g, 8), value_after(g, 12)});
  REQUIRE(parts.size() == 5);
  CHECK(parts[0].parameters == 0);
  Any whole(g, 1);
  Batch<X, Reference<double>> x{2, {3, 16, 12}};
  randomize(x, 2);
  auto y = as<X>(x);
  std::size_t at = 0;
  std::vector<Parameter> names;
  for (const Graph& part : parts) {
    Any net(part);
    std::copy_n(whole.parameters().data() + at, net.parameters().size(), net.parameters().data());
    for (const Parameter& row : net.table()) {
      names.push_back(row);
      names.back().offset += at;
    }
    at += net.parameters().size();
    y = net.forward(y).y;
  }
  CHECK(at == whole.parameters().size());
  CHECK(std::ranges::equal(names, whole.table()));
  CHECK(distance(y.data, whole.infer(x).data) == 0);
}

TEST_CASE("where a network is not split") {
  const Graph g = graph_of(Gen{});
  CHECK_THROWS_WITH_AS(value_after(g, 25), doctest::Contains("after layer of 25: expected the position"),
                       Error);
  for (const std::vector<Value>& wrong :
       {std::vector<Value>{0}, {3, 3}, {5, 4}, {g.output()}, {g.output() + 1}})
    CHECK_THROWS_WITH_AS(split(g, wrong), doctest::Contains("expected nodes that follow one another"), Error);
  const Value inside = value_after(g, 12) - 2;  // of a residual block, whose sum reads what is before it
  CHECK_THROWS_WITH_AS(split(g, {inside}),
                       doctest::Contains("expected no node behind it that reads one before"), Error);
  CHECK_THROWS_AS(split(graph_of(Sequential<Relu, ReflectPad<1>>{}), {1}),
                  Error);  // of any number of channels
}
