// Spectral norm against PyTorch: names, output and gradients of two passes of which each has its own u and v, u and v
// afterwards, and inference by them.
#include "compose/composed.hpp"
#include "support/golden.hpp"
#include <guise/deploy/translator.hpp>
#include <guise/graph/summary.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;
using composed::SpectralDiscriminator;

namespace {

struct Translating : Sequential<SpectralNorm<Conv<3, 4, 3, Pad<1>>>, Relu,
                                SpectralNorm<Conv<4, 3, 3, Pad<1>, NoBias>>, Tanh> {};

const Golden& golden() {
  static const Golden file("spectral_norm");
  return file;
}

template <class On> struct Case {
  using B = typename On::Backend;
  using Net = Network<X, Y, Described, B, typename On::Form>;
  static constexpr double tolerance = On::tolerance(2e-5);
  std::string name;
  Net net;

  Case(std::string of, const Graph& graph) : name(std::move(of)), net(graph, 1) {
    set(net.parameters(), net.table());
    set(net.statistics(), net.statistics_table());
  }
  auto named(const std::string& prefix) const {
    return [this, prefix](const std::string& p) { return name + "." + prefix + p; };
  }
  template <class Table> void set(typename B::Buffer& buffer, const Table& table) {
    const auto values = golden().flat(table, buffer.size(), named(""));
    net.backend().upload(values.size(), values.data(), buffer.data());
  }
  double error(const std::string& what, const typename B::Buffer& values) const {
    return golden().error(name + "." + what, on_host(net.backend(), values));
  }
  template <class Domain> auto batch(const std::string& what) const {
    return golden().batch<Domain, B>(name + "." + what);
  }
  typename B::Buffer inferred() const { return std::move(net.infer(batch<X>("first.x")).data); }

  void check() {
    CHECK(error("first.y_inferred", inferred()) < tolerance);
    auto gradients = net.gradients();
    auto [y, tape] = net.forward(batch<X>("first.x"));
    auto [second_y, second_tape] = net.forward(batch<X>("second.x"));
    CHECK(error("first.y", y.data) < tolerance);
    CHECK(error("second.y", second_y.data) < tolerance);
    CHECK(error("first.dx", net.backward(std::move(tape), batch<Tangent<Y>>("first.dy"), gradients).data) <
          tolerance);
    const auto dx = net.backward(std::move(second_tape), batch<Tangent<Y>>("second.dy"), gradients);
    CHECK(error("second.dx", dx.data) < tolerance);
    CHECK(golden().error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
    const auto after = on_host(net.backend(), net.statistics());
    CHECK(golden().error(net.statistics_table(), after, named("after.")) < tolerance);
    CHECK(error("after.y_inferred", inferred()) < tolerance);
    net = std::move(net).frozen();
    net.statistics() = net.backend().zeros(net.statistics().size());  // u and v are not asked again
    CHECK(error("after.y_inferred", inferred()) < tolerance);
    CHECK(error("after.y_inferred", inferred()) < tolerance);  // what a frozen backend has kept
  }
};

}  // namespace

TEST_CASE_TEMPLATE("a spectral norm is PyTorch's", Here, GUISE_EVERYWHERE) {
  Case<Here>("discriminator", graph_of(SpectralDiscriminator<2>{})).check();
  Case<Here>("translator", graph_of(Translating{})).check();
}

TEST_CASE("a translator's weights are divided once") {
  Case<On<Cpu, Fused>> of("translator", graph_of(Translating{}));
  const auto x = of.batch<X>("first.x");
  Images<X> pictures{x.n, x.shape};
  std::copy(x.data.begin(), x.data.end(), pictures.data.begin());
  const Translator<X, Y, Described, Cpu> translate(std::move(of.net));
  for (int k = 0; k < 2; ++k) {  // the second time by what a frozen backend has kept
    const auto y = translate(pictures);
    CHECK(golden().error("translator.first.y_inferred", y.data.data(), y.data.size()) < 2e-5);
  }
}

TEST_CASE("a spectral norm has PyTorch's names and starts with u and v of length 1") {
  using Net = SpectralDiscriminator<4>;
  CHECK(Net::table[0].name == std::string_view("model.0.weight_orig"));
  CHECK(Net::table[1].name == std::string_view("model.0.bias"));
  CHECK(Net::statistics_table[2].name == std::string_view("model.2.weight_u"));
  CHECK(Net::statistics_table[3].name == std::string_view("model.2.weight_v"));
  CHECK(Net::statistics_table[3].floats == 4 * 16);
  const Network<X, Y, Net, Reference<double>> net(3);
  for (const Parameter& p : net.statistics_table()) {
    double squares = 0;
    for (std::size_t k = p.offset; k < p.offset + p.floats; ++k)
      squares += net.statistics()[k] * net.statistics()[k];
    CHECK(squares == doctest::Approx(1));
  }
  CHECK(summarize(graph_of(Net{}), {3, 32, 32}).rows[0].layer == "conv 3-4, 4x4, stride 2, spectral norm");
}

TEST_CASE("a spectral norm follows the largest singular value") {
  struct Alone : Sequential<SpectralNorm<Conv<3, 4, 3, NoBias>>> {};
  using B = Reference<double>;
  Network<X, Y, Alone, B> net(1), settled(1);
  randomize_parameters(net, 2), randomize_parameters(settled, 2);
  settle_spectral_norms(settled);
  Batch<X, B> x{1, {3, 5, 6}};
  randomize(x, 3);
  const auto stretched = settled.infer(x);
  for (int k = 0; k < 100; ++k) net.forward(x);
  CHECK(distance(net.infer(x).data, stretched.data) < 1e-6);
  for (double& w : net.parameters()) w *= 7;  // which sigma takes out
  CHECK(distance(net.infer(x).data, stretched.data) < 1e-6);
}

TEST_CASE("described as in a type, and refused where nobody has said what it means") {
  const Window window{.in = 3, .out = 4, .kernel = 4, .stride = 2, .pad = 1, .spectral_norm = true};
  CHECK(graph_of(conv(window)) == graph_of(composed::Bounded<3, 4>{}));
  CHECK(graph_of(composed::Bounded<3, 4>{}) != graph_of(Conv<3, 4, 4, Stride<2>, Pad<1>>{}));
  CHECK_THROWS_WITH_AS(
      graph_of(conv({.in = 3, .out = 4, .transposed = true, .spectral_norm = true})),
      "a spectral norm of a transposed convolution: expected a convolution that is not transposed", Error);
  CHECK_THROWS_WITH_AS(graph_of(depthwise({.in = 3, .out = 3, .spectral_norm = true})),
                       "a spectral norm of a depthwise convolution: expected a convolution of all channels",
                       Error);
}
