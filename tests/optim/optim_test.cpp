// Adam against its formula in double precision; the schedule at its corners.
#include "support/gradient_check.hpp"
#include <guise/layer/conv.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/schedule.hpp>

#include <doctest/doctest.h>

using namespace guise;

TEST_CASE("adam follows its paper, leaves zero gradients alone and empties them") {
  struct Arch : Sequential<Conv<1, 2, 1>> {};
  using Net = Network<testing::X, testing::Y, Arch, Reference<double>>;
  Net net{3};
  auto gradients = net.gradients();
  Optimizer<Net, Adam> adam(net);
  double w = net.parameters()[0], m = 0, v = 0;
  const double still = net.parameters()[1];
  for (int step = 1; step <= 3; ++step) {
    const double g = 0.3 - 0.2 * step;
    gradients.floats[0] = g;
    adam.step(net, gradients, 0.01);
    m = 0.5 * m + 0.5 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= 0.01 * (m / (1 - std::pow(0.5, step))) / (std::sqrt(v / (1 - std::pow(0.999, step))) + 1e-8);
    CHECK(net.parameters()[0] == doctest::Approx(w).epsilon(1e-12));
    CHECK(net.parameters()[1] == still);
    CHECK(gradients.floats[0] == 0);
  }
  CHECK(adam.steps() == 3);
}

TEST_CASE("the rate is constant, then linear to zero") {
  const auto rate = linear_decay(1, 10, 4);
  CHECK(rate(0) == 1);
  CHECK(rate(4) == 1);
  CHECK(rate(5) == doctest::Approx(5 / 6.0));
  CHECK(rate(7) == doctest::Approx(0.5));
  CHECK(rate(9) == doctest::Approx(1 / 6.0));
  CHECK(rate(10) == 0);
  CHECK(rate(11) == 0);
  constexpr auto late = linear_decay(1, 10, 20);  // ends before it would begin to fall
  static_assert(late(9) == 1 && late(10) == 0 && late(15) == 0);
}
