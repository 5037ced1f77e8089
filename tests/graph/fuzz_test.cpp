// Random networks of every operation: fused is plain, slopes along random directions are right, what infers is what
// trains, and in every plan what is read is what was written.
#include "random_graph.hpp"
#include "replay.hpp"
#include "support/reference.hpp"
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace guise;
using namespace guise::testing;

namespace {

using R = Reference<double>;
using Values = R::Buffer;

bool has(const Graph& g, bool (*what)(const Node&)) {
  return std::any_of(g.nodes.begin(), g.nodes.end(), what);
}

bool drops_out(const Node& node) { return node.op == Op::dropout; }
bool drops_out_or_learns_statistics(const Node& node) { return drops_out(node) || node.of_batch; }

// The graph itself, with the biases that the others leave out.
struct Written {
  static Graph form(const Graph& g, Mode mode) {
    return mode == Mode::infer && has(g, drops_out) ? guise::plain(g, mode) : g;
  }
};

// Where all values are 0 but for rounding, as behind the mean of a norm, the largest of them says nothing.
bool close(const Values& x, const Values& y) {
  double most = 0;
  for (double v : y) most = std::max(most, std::abs(v));
  return most < 1e-9 ? distance(x, y) * most < 1e-12 : distance(x, y) < 1e-9;
}

template <class Form> struct Trial {
  Network<X, Y, Described, R, Form> net;
  Batch<X, R> x;
  Gradient<Y, R> dy;
  Values y, dx, dp, inferred, statistics;

  Trial(const Graph& g, Shape in, std::uint64_t seed) : net(g, seed), x{2, in}, dy{2, net.out(in)} {
    randomize_parameters(net, seed + 1, 0.5);
    settle_spectral_norms(net);
    statistics = copy_of(net.statistics());
    randomize(x, seed + 2);
    randomize(dy, seed + 3);
    inferred = net.infer(x).data;
    auto gradients = net.gradients();
    auto [out, tape] = forward();
    dx = net.backward(std::move(tape), dy, gradients).data;
    y = std::move(out.data), dp = std::move(gradients.floats);
  }
  static Values copy_of(const Values& from) {
    Values to(from.size());
    std::copy(from.begin(), from.end(), to.begin());
    return to;
  }
  auto forward() {  // each time the same: dropout's chance and running statistics are what they were
    net.start_step(0);
    std::copy(statistics.begin(), statistics.end(), net.statistics().begin());
    return net.forward(x);
  }
  double loss() {
    const auto out = forward().y;
    double sum = 0;
    for (std::size_t k = 0; k < out.data.size(); ++k) sum += out.data[k] * dy.data[k];
    return sum;
  }
  // The error of the slope along a random direction, as a part of the sum of its terms' sizes.
  double slope_error(std::uint64_t seed) {
    Random random(seed);
    double slope = 0, size = 0.1;
    std::vector<std::pair<double*, double>> ways;
    const auto add = [&](Values& values, const Values& gradient) {
      for (std::size_t k = 0; k < values.size(); ++k) {
        const double way = random.normal();
        ways.push_back({&values[k], way});
        slope += way * gradient[k], size += std::abs(way * gradient[k]);
      }
    };
    add(x.data, dx);
    add(net.parameters(), dp);
    const double h = 1e-6;
    const auto along = [&](double step) {
      for (const auto& [value, way] : ways) *value += step * way;
      const double l = loss();
      for (const auto& [value, way] : ways) *value -= step * way;
      return l;
    };
    return std::abs((along(h) - along(-h)) / (2 * h) - slope) / size;
  }
};

// "", or what is wrong.
std::string wrong_with(std::uint64_t seed) {
  const Shape in{2, 6, 5};
  const Graph g = RandomGraph(seed, in).graph;
  check(g);
  for (const Mode mode : {Mode::train, Mode::infer})
    for (const bool fused : {true, false}) {
      const std::string wrong = unsound(fused ? fuse(g, mode) : plain(g, mode), 2, in, mode);
      if (!wrong.empty()) return wrong;
    }
  Trial<Fused> fused(g, in, seed);
  Trial<Plain> plain(g, in, seed);
  const Trial<Written> written(g, in, seed);
  const auto differ = [&](const auto& other) -> std::string {
    if (!close(fused.y, other.y)) return "makes something else";
    if (!close(fused.dx, other.dx) || !close(fused.dp, other.dp)) return "has other gradients";
    if (!close(fused.inferred, other.inferred)) return "infers something else";
    return "";
  };
  if (const std::string wrong = differ(plain); !wrong.empty()) return "plain " + wrong;
  if (const std::string wrong = differ(written); !wrong.empty()) return "as it is written, it " + wrong;
  if (!has(g, drops_out_or_learns_statistics) && !close(fused.inferred, plain.y))
    return "what infers is not what trains";

  auto learnt = fused.net.gradients();
  fused.net.learn(fused.forward().tape, fused.dy, learnt);
  if (!(distance(learnt.floats, fused.dp) == 0)) return "learn is not backward";
  if (!(distance(fused.net.backward(fused.forward().tape, fused.dy, frozen).data, fused.dx) == 0))
    return "frozen is not backward";

  // A kink (a ReLU at 0, two equal values in a pooling) may lie on one way, but not on three.
  double error = 1;
  for (std::uint64_t way = 0; way < 3 && error > 1e-5; ++way)
    error = std::min(error, fused.slope_error(seed + way));
  if (!(error < 1e-5)) return "the slope is wrong by " + std::to_string(error);
  return "";
}

void check_seeds(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed < last; ++seed) {
    CAPTURE(seed);
    CHECK(wrong_with(seed) == "");
  }
}

}  // namespace

TEST_CASE("random networks hold every operation") {
  std::set<Op> seen;
  int divided = 0;  // weights
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    for (const Node& node : RandomGraph(seed, {2, 6, 5}).graph.nodes)
      seen.insert(node.op), divided += has_spectral_norm(node);
  CHECK(seen.size() == static_cast<std::size_t>(Op::custom) + 1);
  CHECK(divided > 20);
}

TEST_CASE("random networks") { check_seeds(0, 400); }

TEST_SUITE("long") {
  TEST_CASE("many random networks") { check_seeds(1000, 21000); }
}
