// Values by hand, gradients by finite differences in double precision.
#include "support/reference.hpp"
#include <guise/loss/adversarial.hpp>
#include <guise/loss/reconstruction.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using B = Reference<double>;

namespace {

Batch<testing::X, B> batch(std::initializer_list<double> values) {
  Batch<testing::X, B> x{1, {1, 1, static_cast<int>(values.size())}};
  std::copy(values.begin(), values.end(), x.data.begin());
  return x;
}

struct Logarithm {  // a loss of one's own
  static constexpr const char* name = "logarithm";
  template <class T> static T value(T x, T t) { return math::log1p((x - t) * (x - t)); }
  template <class T> static T slope(T x, T t) { return 2 * (x - t) / (1 + (x - t) * (x - t)); }
};
struct Wrong {  // a loss whose slope forgets a factor
  template <class T> static T value(T x, T t) { return (x - t) * (x - t); }
  template <class T> static T slope(T x, T t) { return x - t; }
};
struct Swish {  // an activation of one's own
  template <class T> static T value(T x) { return x * math::sigmoid(x); }
  template <class T> static T slope(T x, T y) { return y + math::sigmoid(x) * (1 - y); }
};
struct NotANumber {
  template <class T> static T value(T x) { return math::sqrt(x); }
  template <class T> static T slope(T, T y) { return T(0.5) / y; }
};
struct Smoothed {  // one whose target for real pictures is not 1
  struct Real {
    using Formula = L2;
    static constexpr double target = 0.9;
  };
  using Fake = Towards<L2, 0>;
  using Generator = Logarithm;
};

}  // namespace

TEST_CASE_TEMPLATE("the slope of a formula is that of its value", Formula, L1, L2, Charbonnier,
                   BinaryCrossEntropyWithLogits, Margin, Linear, Logarithm, Swish) {
  CHECK(testing::slope_error<Formula>() < 1e-6);
}
TEST_CASE("the check of a slope finds one that is wrong") {
  CHECK(testing::slope_error<Wrong>() > 0.4);
  CHECK(std::isinf(testing::slope_error<NotANumber>()));
}

TEST_CASE("l1 is the weighted mean of absolute differences") {
  const auto x = batch({1, -2, 0.5, 3}), target = batch({0, -2, 1, 1});
  const auto loss = reconstruction_loss<L1>(x, target, 10);
  CHECK(loss.read() == doctest::Approx(10 * (1 + 0 + 0.5 + 2) / 4));
  CHECK(loss.gradient.data[0] == doctest::Approx(2.5));
  CHECK(loss.gradient.data[1] == 0);
  CHECK(loss.gradient.data[2] == doctest::Approx(-2.5));
}

TEST_CASE("least squares is the weighted mean square distance from real or fake, per patch") {
  Batch<Verdict<testing::X>, B> score{2, {1, 1, 2}};
  const double values[] = {0.25, 1, -1, 2};
  std::copy(values, values + 4, score.data.begin());
  CHECK(real_loss<LeastSquares>(score).read() == doctest::Approx((0.5625 + 0 + 4 + 1) / 4));
  CHECK(fake_loss<LeastSquares>(score, 0.5).read() == doctest::Approx((0.0625 + 1 + 1 + 4) / 8));
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
  check([&] { return reconstruction_loss<L1>(x, target, 10); });
  check([&] { return reconstruction_loss<L2>(x, target, 10); });
  check([&] { return reconstruction_loss<Charbonnier>(x, target, 10); });
  check([&] { return reconstruction_loss<Logarithm>(x, target, 10); });
  const auto check_adversarial = [&](auto loss) {
    using L = decltype(loss);
    const auto scores = [&] {
      Batch<Verdict<testing::X>, B> score{x.n, x.shape};
      std::copy(x.data.begin(), x.data.end(), score.data.begin());
      return score;
    };
    check([&] { return real_loss<L>(scores(), 0.5); });
    check([&] { return fake_loss<L>(scores(), 0.5); });
    check([&] { return generator_loss<L>(scores(), 2); });
  };
  check_adversarial(LeastSquares{});
  check_adversarial(CrossEntropyWithLogits{});
  check_adversarial(Hinge{});
  check_adversarial(Wasserstein{});
  check_adversarial(Smoothed{});
}

TEST_CASE("a reconstruction loss refuses batches of different sizes in one line") {
  Batch<testing::X, B> x{1, {3, 4, 5}}, y{1, {3, 5, 4}};
  CHECK_THROWS_WITH_AS(
      reconstruction_loss<L1>(x, y),
      "L1 loss of two batches: expected the same number and size of pictures, got 1 of 3x4x5 "
      "and 1 of 3x5x4",
      Error);
}

TEST_CASE("adversarial losses say what their papers do, and scores far from 0 overflow nothing") {
  const auto value = [](auto loss, auto of) {
    Batch<Verdict<testing::X>, B> score{1, {1, 1, 1}};
    score.data[0] = loss;
    return of(score).value[0];
  };
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (double x : {-2.5, -1., -0.3, 0., 0.7, 1., 4.}) {
    CHECK(value(x, [](auto& s) { return generator_loss<LeastSquares>(s); }) ==
          doctest::Approx((x - 1) * (x - 1)));
    CHECK(value(x, [](auto& s) { return real_loss<CrossEntropyWithLogits>(s); }) ==
          doctest::Approx(-std::log(sigmoid(x))));
    CHECK(value(x, [](auto& s) { return fake_loss<CrossEntropyWithLogits>(s); }) ==
          doctest::Approx(-std::log(1 - sigmoid(x))));
    CHECK(value(x, [](auto& s) { return generator_loss<CrossEntropyWithLogits>(s); }) ==
          doctest::Approx(-std::log(sigmoid(x))));
    CHECK(value(x, [](auto& s) { return real_loss<Hinge>(s); }) == std::max(0., 1 - x));
    CHECK(value(x, [](auto& s) { return fake_loss<Hinge>(s); }) == std::max(0., 1 + x));
    CHECK(value(x, [](auto& s) { return generator_loss<Hinge>(s); }) == -x);
    CHECK(value(x, [](auto& s) { return real_loss<Wasserstein>(s); }) == -x);
    CHECK(value(x, [](auto& s) { return fake_loss<Wasserstein>(s); }) == x);
    CHECK(value(x, [](auto& s) { return generator_loss<Wasserstein>(s); }) == -x);
  }
  CHECK(value(-1000., [](auto& s) { return real_loss<CrossEntropyWithLogits>(s); }) == 1000);
  CHECK(value(-1000., [](auto& s) { return fake_loss<CrossEntropyWithLogits>(s); }) == 0);
}
