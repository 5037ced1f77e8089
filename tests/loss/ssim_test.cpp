// SSIM as a loss: against PyTorch, against the metric, by differences, and in sums.
#include "support/golden.hpp"
#include <guise/loss/ssim.hpp>
#include <guise/metrics/ssim.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

template <class Window, class B> void check(const std::string& name) {
  static const Golden golden("ssim");
  constexpr double tolerance = std::is_same_v<typename B::Scalar, double> ? 2e-7 : 2e-5;
  for (const std::string of : {"wide", "low"}) {
    CAPTURE(of);
    const auto x = golden.batch<X, B>(of + ".x"), t = golden.batch<X, B>(of + ".t");
    const auto loss = reconstruction_loss<Ssim<Window>>(x, t);
    CHECK(golden.error(of + "." + name + ".value", on_host(x.backend, loss.value)) < tolerance);
    CHECK(golden.error(of + "." + name + ".dx", on_host(x.backend, loss.gradient.data)) < tolerance);
    const auto weighted = reconstruction_loss<Ssim<Window>>(x, t, 3);
    CHECK(weighted.read() == doctest::Approx(3 * loss.read()));
    CHECK(on_host(x.backend, weighted.gradient.data)[5] ==
          doctest::Approx(3 * on_host(x.backend, loss.gradient.data)[5]));
  }
}

using R = Reference<double>;
Batch<X, R> drawn(std::uint64_t seed, Shape shape = {3, 13, 12}) {
  Batch<X, R> x{2, shape};
  randomize(x, seed);
  for (double& v : x.data) v = std::tanh(v);
  return x;
}
template <class L> double slope_error(const Batch<X, R>& at, const Batch<X, R>& target) {
  auto x = as<X>(at);
  const auto analytic = reconstruction_loss<L>(x, target, 10).gradient;
  double most = 0, scale = 0;
  for (std::size_t k = 0; k < x.data.size(); k += 5) {
    const double kept = x.data[k], h = 1e-6;
    const auto value = [&](double v) {
      x.data[k] = v;
      return reconstruction_loss<L>(x, target, 10).value[0];
    };
    const double slope = (value(kept + h) - value(kept - h)) / (2 * h);
    x.data[k] = kept;
    most = std::max(most, std::abs(slope - analytic.data[k])), scale = std::max(scale, std::abs(slope));
  }
  return most / scale;
}
using Mixed = WeightedSum<Weighted<Ssim<>, 84>, Weighted<L1, 16>>;

}  // namespace

TEST_CASE_TEMPLATE("SSIM and its gradient are PyTorch's", B, R, Reference<float>, Cpu, EigenCpu<double>,
                   EigenCpu<float>) {
  check<GaussianWindow, B>("gaussian");
  check<UniformWindow<7>, B>("uniform");
}

TEST_CASE("SSIM's gradient is that of its value") {
  const auto x = drawn(1), target = drawn(2);
  CHECK(slope_error<Ssim<>>(x, target) < 1e-7);
  CHECK(slope_error<Ssim<UniformWindow<3>>>(x, target) < 1e-7);
  CHECK(slope_error<Ssim<>>(drawn(3, {1, 4, 15}), drawn(4, {1, 4, 15})) < 1e-7);
  CHECK(slope_error<Mixed>(x, target) < 1e-7);
}

TEST_CASE("SSIM as a loss is 1 minus the metric, and 0 of equal pictures") {
  for (const Shape shape : {Shape{3, 13, 12}, Shape{1, 5, 20}}) {
    const auto x = drawn(5, shape), y = drawn(6, shape);
    const auto pictures = [&](const auto& of) {
      Images<X> images{of.n, of.shape};
      std::copy(of.data.begin(), of.data.end(), images.data.begin());
      return images;
    };
    CHECK(1 - reconstruction_loss<Ssim<>>(x, y).value[0] ==
          doctest::Approx(ssim(pictures(x), pictures(y))).epsilon(1e-6));
    const auto same = reconstruction_loss<Ssim<>>(x, x);
    CHECK(std::abs(same.value[0]) < 1e-12);
    CHECK(std::abs(same.gradient.data[7]) < 1e-12);
  }
}

TEST_CASE("a weighted sum of losses is what it says") {
  const auto x = drawn(7), y = drawn(8);
  const auto sum = reconstruction_loss<Mixed>(x, y, 10);
  const auto similar = reconstruction_loss<Ssim<>>(x, y), near = reconstruction_loss<L1>(x, y);
  CHECK(sum.value[0] == doctest::Approx(8.4 * similar.value[0] + 1.6 * near.value[0]));
  for (std::size_t k = 0; k < x.data.size(); k += 11)
    CHECK(sum.gradient.data[k] ==
          doctest::Approx(8.4 * similar.gradient.data[k] + 1.6 * near.gradient.data[k]));
  CHECK(reconstruction_loss<Mixed>(x, y, 0).value[0] == 0);
  CHECK(distance(reconstruction_loss<Mixed>(x, y, 0).gradient.data, drawn(7).backend.zeros(x.data.size())) ==
        0);
}

TEST_CASE("SSIM refuses batches of different sizes in one line") {
  CHECK_THROWS_WITH_AS(reconstruction_loss<Ssim<>>(drawn(1, {3, 4, 5}), drawn(1, {3, 5, 4})),
                       "SSIM loss of two batches: expected the same number and size of pictures, got 2 of "
                       "3x4x5 and 2 of 3x5x4",
                       Error);
}
