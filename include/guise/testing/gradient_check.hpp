// Holds the gradients of any network or layer against central differences in double precision: for layers and
// composites of your own as for the library's.
//
//   gradient_error<Mine>(2, {3, 8, 8}) < 1e-6             a type
//   gradient_error(graph_of(mine), 2, {3, 8, 8}) < 1e-6   a graph that is described at run time
//   slope_error<Mine>() < 1e-6                            the formula of an activation or of a loss by itself
//
// Weights, input and the gradient at the output are drawn from the seed. Values near a kink (a ReLU at 0) can cost
// digits: another seed tells.
#pragma once
#include <guise/backend/make_formula.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/net/network.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace guise::testing {

struct X;  // domains of a network under test
struct Y;

template <class Domain, class B> void randomize(Batch<Domain, B>& batch, std::uint64_t seed) {
  Random random(seed);
  for (auto& value : batch.data) value = static_cast<typename B::Scalar>(random.normal());
}
template <class Net> void randomize_parameters(Net& net, std::uint64_t seed, double deviation = 0.3) {
  Random random(seed);
  for (auto& value : net.parameters())
    value = static_cast<typename Net::Backend::Scalar>(deviation * random.normal());
}

// Of spectral norms: u and v become the singular vectors that power iterations approach, where the slope of sigma is
// the same whether they move with the weight or not.
template <class Net> void settle_spectral_norms(Net& net) {
  for (const Node& node : net.graph().nodes) {
    if (!has_spectral_norm(node)) continue;
    const auto rows = static_cast<std::size_t>(node.window.rows()),
               columns = static_cast<std::size_t>(node.window.columns());
    const auto* weight = net.parameters().data() + node.parameters;
    auto *u = net.statistics().data() + node.statistics, *v = u + rows;
    const auto multiply = [&](auto* to, std::size_t n, std::size_t terms, auto term) {
      double squares = 0;
      for (std::size_t k = 0; k < n; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < terms; ++i) sum += term(k, i);
        to[k] = sum, squares += sum * sum;
      }
      for (std::size_t k = 0; k < n; ++k) to[k] /= std::sqrt(squares);
    };
    for (int k = 0; k < 2000; ++k) {
      multiply(v, columns, rows,
               [&](std::size_t c, std::size_t r) { return weight[r * columns + c] * u[r]; });
      multiply(u, rows, columns,
               [&](std::size_t r, std::size_t c) { return weight[r * columns + c] * v[c]; });
    }
  }
}

// The largest difference, as a part of the largest value; infinite where one is not a number.
template <class Range, class Other> double distance(const Range& x, const Other& y) {
  double most = 0, scale = 1e-12;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double difference = std::abs(double(x[k]) - double(y[k]));
    if (std::isnan(difference)) return INFINITY;
    most = std::max(most, difference);
    scale = std::max(scale, std::abs(double(y[k])));
  }
  return x.size() == y.size() ? most / scale : INFINITY;
}

// The worst error of dx and of every parameter's gradient, as a part of the largest gradient of its kind.
template <class Form = Fused>
double gradient_error(const Graph& graph, int n, Shape in, std::uint64_t seed = 1) {
  using B = Reference<double>;
  Network<X, Y, Described, B, Form> net(graph);
  randomize_parameters(net, seed + 1);
  settle_spectral_norms(net);
  Batch<X, B> x{n, in};
  randomize(x, seed + 2);
  Gradient<Y, B> dy{n, net.out(in)};
  randomize(dy, seed + 3);
  auto gradients = net.gradients();
  const std::vector<double> statistics(net.statistics().begin(), net.statistics().end());
  const auto forward = [&] {  // each time the same: dropout draws, and running statistics are, as before
    net.start_step(0);
    std::copy(statistics.begin(), statistics.end(), net.statistics().begin());
    return net.forward(x);
  };
  auto [y, tape] = forward();
  const auto dx = net.backward(std::move(tape), dy, gradients);

  const auto loss = [&] {
    const auto run = forward();
    double sum = 0;
    for (std::size_t k = 0; k < run.y.data.size(); ++k) sum += run.y.data[k] * dy.data[k];
    return sum;
  };
  const auto worst = [&](auto& values, const auto& analytic) {
    double most = 0, scale = 1e-3;
    for (double g : analytic) scale = std::max(scale, std::abs(g));
    const std::size_t every = std::max<std::size_t>(1, values.size() / 150);
    for (std::size_t k = 0; k < values.size(); k += every) {
      const double kept = values[k], h = 1e-5;
      values[k] = kept + h;
      const double up = loss();
      values[k] = kept - h;
      const double down = loss();
      values[k] = kept;
      const double error = std::abs((up - down) / (2 * h) - analytic[k]) / scale;
      most = std::isnan(error) ? INFINITY : std::max(most, error);
    }
    return most;
  };
  return std::max(worst(x.data, dx.data), worst(net.parameters(), gradients.floats));
}
template <Layer L, class Form = Fused> double gradient_error(int n, Shape in, std::uint64_t seed = 1) {
  return gradient_error<Form>(architecture<L>(), n, in, seed);
}

// The worst difference of a formula's slope from that of its value at 1000 points of [-4, 4], as a part of the largest slope
// (or of 1): of an activation's slope(x, y) with y its value(x), or of a loss's slope(x, t) in x towards points t.
template <class Formula> double slope_error(std::uint64_t seed = 1) {
  constexpr bool activation = HasValue<Formula, double>;
  static_assert(activation || HasValue<Formula, double, double>,
                "a formula has value(x), as an activation's, or value(x, t), as a loss's");
  static_assert(HasSlope<Formula, double, double>, "a formula has slope(x, y), or slope(x, t) of a loss");
  Random random(seed);
  double most = 0, scale = 1;
  for (int k = 0; k < 1000; ++k) {
    const double x = 8 * random.uniform() - 4, t = 8 * random.uniform() - 4, h = 1e-6;
    const auto value = [&](double at) {
      if constexpr (activation)
        return Formula::value(at);
      else
        return Formula::value(at, t);
    };
    const double slope = Formula::slope(x, activation ? value(x) : t),
                 error = std::abs((value(x + h) - value(x - h)) / (2 * h) - slope);
    most = std::isnan(error) ? INFINITY : std::max(most, error);
    scale = std::max(scale, std::abs(slope));
  }
  return most / scale;
}

}  // namespace guise::testing
