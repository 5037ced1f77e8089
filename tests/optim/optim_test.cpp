// Adam against its formula in double precision; the schedule at its corners.
#include "support/reference.hpp"
#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/schedule.hpp>
#include <guise/testing/gradient_check.hpp>

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

TEST_CASE("other schedules at their corners, and one that holds whichever it is") {
  CHECK(cosine(1, 10, 0.25)(0) == 1);
  CHECK(cosine(1, 10, 0.25)(5) == doctest::Approx(0.625));
  CHECK(cosine(1, 10, 0.25)(10) == 0.25);
  CHECK(cosine(1, 10, 0.25)(1000) == 0.25);
  CHECK(step_decay(1, 10)(9) == 1);
  CHECK(step_decay(1, 10)(10) == doctest::Approx(0.1));
  const auto warm = warm_up(linear_decay(1, 10, 4), 5);
  CHECK(warm(0) == doctest::Approx(1 / 5.0));
  CHECK(warm(3) == doctest::Approx(4 / 5.0));
  CHECK(warm(4) == 1);
  CHECK(warm(7) == doctest::Approx(0.5));
  static_assert(constant(3)(100) == 3);
  Schedule any = constant(2);
  any = warm_up(any, 4);  // of one that is hidden already
  CHECK(any(1) == 1);
  any = [](long step) { return 1.0 / static_cast<double>(step + 1); };
  CHECK(any(3) == 0.25);
}

namespace {

struct SignSgd {  // an optimiser of one's own, without a state
  double scale = 1;
  static constexpr const char* name = "sign";
  static constexpr std::array<const char*, 0> state_names{};
  std::array<double, 1> scalars(double rate, long) const { return {scale * rate}; }
  template <class T, class S> static void update(T& w, T g, const S (&scalars)[1]) {
    w -= scalars[0] * math::select(g > 0, T(1), math::select(g < 0, T(-1), T(0)));
  }
};

}  // namespace

TEST_CASE("states are named after the optimiser, and one of one's own may have none") {
  struct Arch : Sequential<Conv<1, 2, 1>> {};
  using Net = Network<testing::X, testing::Y, Arch, Reference<double>>;
  Net net{3};
  const auto state = optimizer_state(net, Adam{});
  REQUIRE(state.buffers.size() == 2);
  CHECK(state.buffers[0].name == "adam_mean");
  CHECK(state.buffers[1].name == "adam_square");
  CHECK(state.buffers[1].floats.size() == net.parameters().size());
  CHECK(optimizer_state(net, SignSgd{}).buffers.empty());
  Optimizer<Net, SignSgd> sign(net, {.scale = 2});
  auto gradients = net.gradients();
  gradients.floats[0] = -7;
  const double before = net.parameters()[0], still = net.parameters()[1];
  sign.step(net, gradients, 0.1);
  CHECK(net.parameters()[0] == doctest::Approx(before + 0.2));
  CHECK(net.parameters()[1] == still);
}
