// PatchNCE against its definition, and its gradient against differences; so too of the heads that make its vectors.
#include "support/reference.hpp"
#include <guise/arch/projection_head.hpp>
#include <guise/loss/patch_nce.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

using B = Reference<double>;

Batch<X, B> random_batch(int n, Shape shape, std::uint64_t seed) {
  Batch<X, B> batch{n, shape};
  randomize(batch, seed);
  return batch;
}
double by_definition(const Batch<X, B>& q, const Batch<X, B>& k, double temperature, bool of_batch) {
  const int places = q.shape.h * q.shape.w, c = q.shape.c, all = q.n * places;
  double sum = 0;
  for (int i = 0; i < all; ++i) {
    double powers = 0, own = 0;
    for (int j = 0; j < all; ++j) {
      if (!of_batch && i / places != j / places) continue;
      double product = 0;
      for (int at = 0; at < c; ++at)
        product += q.data[std::size_t(i * c + at)] * k.data[std::size_t(j * c + at)];
      powers += std::exp(product / temperature);
      if (i == j) own = std::exp(product / temperature);
    }
    sum -= std::log(own / powers);
  }
  return sum / all;
}

}  // namespace

TEST_CASE("PatchNCE is what it says, and its gradient too") {
  for (const bool of_batch : {false, true}) {
    auto q = random_batch(2, {3, 4, 1}, 1);
    const auto k = random_batch(2, {3, 4, 1}, 2);
    const PatchNce options{.temperature = 0.5, .of_batch = of_batch};
    const auto loss = patch_nce_loss(q, k, options, 3);
    CHECK(loss.value[0] == doctest::Approx(3 * by_definition(q, k, 0.5, of_batch)).epsilon(1e-12));
    for (std::size_t at = 0; at < q.data.size(); ++at) {
      const double here = q.data[at], step = 1e-5;
      q.data[at] = here + step;
      const double above = by_definition(q, k, 0.5, of_batch);
      q.data[at] = here - step;
      const double below = by_definition(q, k, 0.5, of_batch);
      q.data[at] = here;
      CHECK(loss.gradient.data[at] == doctest::Approx(3 * (above - below) / (2 * step)).epsilon(1e-6));
    }
  }
  CHECK_THROWS_WITH_AS(patch_nce_loss(random_batch(1, {3, 4, 1}, 1), random_batch(1, {3, 5, 1}, 1)),
                       doctest::Contains("PatchNCE loss of two batches"), Error);
}

TEST_CASE("a projection head makes vectors of length 1 of each place by itself") {
  const Graph head = projection_head(5, 6, 2);
  CHECK(gradient_error(head, 2, {5, 3, 4}) < 1e-6);
  Network<X, X, Described, B> net(head, 1);
  randomize_parameters(net, 2);
  CHECK(net.table()[0].name == "mlp_2.0.weight");
  CHECK(net.table()[3].name == "mlp_2.2.bias");
  auto x = random_batch(1, {5, 3, 4}, 3);
  const auto y = net.infer(x);
  CHECK(y.shape == Shape{6, 3, 4});
  for (std::size_t place = 0; place < 12; ++place) {
    double squares = 0;
    for (std::size_t k = 0; k < 6; ++k) squares += y.data[place * 6 + k] * y.data[place * 6 + k];
    CHECK(std::sqrt(squares) == doctest::Approx(1).epsilon(1e-3));
  }
  x.data[0] += 1;
  const auto other = net.infer(x);
  CHECK(std::equal(y.data.begin() + 6, y.data.end(), other.data.begin() + 6));
  CHECK(!std::equal(y.data.begin(), y.data.begin() + 6, other.data.begin()));
}
