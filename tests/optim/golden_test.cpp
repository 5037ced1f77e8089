// Optimisers and learning rates against PyTorch.
#include "support/golden.hpp"

#include <guise/layer/conv.hpp>
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
