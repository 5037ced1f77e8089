// Values by hand, gradients by finite differences in double precision.
#include <guise/testing/gradient_check.hpp>
#include <guise/loss/l1.hpp>
#include <guise/loss/lsgan.hpp>

#include <doctest/doctest.h>

using namespace guise;
using B = Reference<double>;

namespace {

Batch<testing::X, B> batch(std::initializer_list<double> values) {
  Batch<testing::X, B> x{1, {1, 1, static_cast<int>(values.size())}};
  std::copy(values.begin(), values.end(), x.data.begin());
  return x;
}

}  // namespace

TEST_CASE("l1 is the weighted mean of absolute differences") {
  const auto x = batch({1, -2, 0.5, 3}), target = batch({0, -2, 1, 1});
  const auto loss = l1(x, target, 10);
  CHECK(loss.read() == doctest::Approx(10 * (1 + 0 + 0.5 + 2) / 4));
  CHECK(loss.gradient.data[0] == doctest::Approx(2.5));
  CHECK(loss.gradient.data[1] == 0);
  CHECK(loss.gradient.data[2] == doctest::Approx(-2.5));
}

TEST_CASE("lsgan is the weighted mean square distance from real or fake, per patch") {
  Batch<Verdict<testing::X>, B> score{2, {1, 1, 2}};
  const double values[] = {0.25, 1, -1, 2};
  std::copy(values, values + 4, score.data.begin());
  CHECK(lsgan(score, is_real).read() == doctest::Approx((0.5625 + 0 + 4 + 1) / 4));
  CHECK(lsgan(score, is_fake, 0.5).read() == doctest::Approx((0.0625 + 1 + 1 + 4) / 8));
}

TEST_CASE("the losses' gradients are those of their values") {
  Batch<testing::X, B> x{2, {3, 4, 5}}, target{2, {3, 4, 5}};
  testing::randomize(x, 1);
  testing::randomize(target, 2);
  const auto value = [&](auto loss) {  // in double: read() rounds to float
    return loss.value[0];
  };
  const auto check = [&](auto of) {
    const auto analytic = of().gradient;
    for (std::size_t k = 0; k < x.data.size(); k += 7) {
      const double kept = x.data[k], h = 1e-6;
      x.data[k] = kept + h;
      const double up = value(of());
      x.data[k] = kept - h;
      const double down = value(of());
      x.data[k] = kept;
      CHECK((up - down) / (2 * h) == doctest::Approx(analytic.data[k]).epsilon(1e-6));
    }
  };
  check([&] { return l1(x, target, 10); });
  check([&] {
    Batch<Verdict<testing::X>, B> score{x.n, x.shape};
    std::copy(x.data.begin(), x.data.end(), score.data.begin());
    return lsgan(score, is_real, 0.5);
  });
}

TEST_CASE("l1 refuses batches of different sizes in one line") {
  Batch<testing::X, B> x{1, {3, 4, 5}}, y{1, {3, 5, 4}};
  CHECK_THROWS_WITH_AS(
      l1(x, y), "l1 of two batches: expected the same number and size of pictures, got 4x5 and 5x4", Error);
}
