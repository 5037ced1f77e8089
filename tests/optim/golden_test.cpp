// Optimisers and learning rates against PyTorch.
#include "support/golden.hpp"

#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/schedule.hpp>
#include <guise/optim/sgd.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

TEST_CASE_TEMPLATE("three steps of adam are PyTorch's", Here, GUISE_EVERYWHERE) {
  using B = typename Here::Backend;
  struct Arch : Sequential<Conv<4, 5, 1, NoBias>> {};
  using Net = Network<struct From, struct To, Arch, B>;
  const Golden golden("optimiser");
  const auto& rows = golden["adam.gradients"].data;
  const auto& after = golden["adam.after"].data;
  const std::size_t n = Arch::parameters;
  Net net{1};
  Optimizer<Net, Adam> adam(net);
  auto gradients = net.gradients();
  const auto& before = golden["adam.before"].data;
  net.backend().upload(n, before.data(), net.parameters().data());
  for (std::size_t step = 0; step < 3; ++step) {
    net.backend().upload(n, rows.data() + step * n, gradients.floats.data());
    adam.step(net, gradients, 2e-4);
    const auto values = on_host(net.backend(), net.parameters());
    for (std::size_t k = 0; k < n; ++k)
      CHECK(std::abs(values[k] - after[step * n + k]) < 2.5e-7);  // one rounding; a step goes 2e-4
    CHECK(values[0] == before[0]);                                // its gradient is zero
  }
}

TEST_CASE("the rate is the reference's rule where a step is an epoch") {
  const Golden golden("optimiser");
  const auto& rates = golden["linear_decay.rates"].data;
  const Schedule rate =
      linear_decay(2e-4, 4 + 3, 4 - 1);  // 4 epochs and 3 of decay, whose first is already lower
  for (std::size_t step = 0; step < rates.size(); ++step)
    CHECK(rate(static_cast<long>(step)) == doctest::Approx(rates[step]).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("optimisers are PyTorch's", B, Reference<double>, Reference<float>, Cpu) {
  const Golden golden("formulas");
  const B backend{};
  using Scalar = typename B::Scalar;
  const std::size_t n = golden["optimiser.before"].data.size();
  const auto check = [&](auto rule, const std::string& name) {
    using Rule = decltype(rule);
    auto w = backend.zeros(n), g = backend.zeros(n), first = backend.zeros(n), second = backend.zeros(n);
    Scalar* const states[] = {first.data(), second.data()};
    backend.upload(n, golden["optimiser.before"].data.data(), w.data());
    std::vector<float> after;
    for (std::size_t step = 0; step < 4; ++step) {
      backend.upload(n, golden["optimiser.gradients"].data.data() + step * n, g.data());
      const auto scalars = optimizer_scalars<Scalar>(rule, 0.01, long(step) + 1);
      auto there = backend.zeros(scalars.size());
      backend.upload(scalars.size(), scalars.data(), there.data());
      backend.update(update_formula<Rule>, n, {}, there.data(), g.data(), states, w.data());
      const auto values = on_host(backend, w);
      after.insert(after.end(), values.begin(), values.end());
    }
    CHECK_MESSAGE(golden.error("optimiser." + name, after) < (sizeof(Scalar) == 8 ? 1e-7 : 1e-6), name);
  };
  check(Adam{.weight_decay = 0.1}, "adam_decay");
  check(AdamW{}, "adamw");
  check(Sgd{}, "sgd");
  check(Sgd{.momentum = 0.9, .dampening = 0.5, .weight_decay = 0.1}, "sgd_momentum");
  check(Sgd{.momentum = 0.9, .weight_decay = 0.1, .nesterov = true}, "sgd_nesterov");
  check(RmsProp{}, "rmsprop");
  check(RmsProp{.alpha = 0.9, .eps = 1e-3, .weight_decay = 0.1, .momentum = 0.5}, "rmsprop_momentum");
}

TEST_CASE("schedules are PyTorch's") {
  const Golden golden("formulas");
  const auto check = [&](const Schedule& schedule, const std::string& name) {
    const auto& rates = golden["schedule." + name].data;
    for (std::size_t step = 0; step < rates.size(); ++step)
      CHECK_MESSAGE(schedule(long(step)) == doctest::Approx(rates[step]).epsilon(1e-6), name);
  };
  check(cosine(2, 10, 0.1), "cosine");
  check(step_decay(2, 3, 0.5), "step_decay");
  check(warm_up(constant(2), 5), "warm_up");
  check(reference_linear(2, 4, 3), "reference_linear");
  check(reference_cosine(2, 4), "reference_cosine");
  check(reference_step(2, 3), "reference_step");
}
