// Formulas as operations: every backend against Reference, and those of one's own, which no backend knows.
#include "backends.hpp"
#include <guise/backend/make_formula.hpp>
#include <guise/core/error.hpp>
#include <guise/loss/formulas.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/sgd.hpp>

using namespace guise;
using namespace guise::test;

namespace {

struct Mish {  // x tanh(softplus(x))
  static constexpr const char* name = "mish";
  template <class T> static T value(T x) { return x * math::tanh(math::softplus(x)); }
  template <class T> static T slope(T x, T) {
    const T t = math::tanh(math::softplus(x));
    return t + x * math::sigmoid(x) * (1 - t * t);
  }
};
struct Logarithm {  // log((x - t)^2 + 1 / 2), which is not 0 where both are
  static constexpr const char* name = "logarithm";
  template <class T> static T value(T x, T t) { return math::log((x - t) * (x - t) + T(0.5)); }
  template <class T> static T slope(T x, T t) { return 2 * (x - t) / ((x - t) * (x - t) + T(0.5)); }
};
struct Lion {  // Chen et al. 2023
  double beta1 = 0.9, beta2 = 0.99;
  static constexpr const char* name = "lion";
  static constexpr const char* state_names[] = {"mean"};
  std::array<double, 3> scalars(double rate, long) const { return {rate, beta1, beta2}; }
  template <class T, class S> static void update(T& w, T g, T& mean, const S (&scalars)[3]) {
    const auto [rate, beta1, beta2] = scalars;
    const T towards = beta1 * mean + (1 - beta1) * g;
    w -= rate * math::select(towards > 0, T(1), math::select(towards < 0, T(-1), T(0)));
    mean = beta2 * mean + (1 - beta2) * g;
  }
};

Values joined(std::initializer_list<Values> parts) {
  Values all;
  for (const Values& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// By each backend, or only by those of the host.
template <class F> void check(bool everywhere, F run, double tolerance = 1e-5) {
  const Values expected = run(Reference<float>{});
  every_backend([&]<class B>(const B& backend) {
    if (everywhere || !std::is_same_v<B, Cuda>) CHECK(difference(run(backend), expected) < tolerance);
  });
}
template <class F> void check_mean(F, bool everywhere = true) {
  for (std::size_t n : {1u, 15u, 9000u})
    check(everywhere, [&](const auto& b) {
      const On x(b, noise(n, 1)), target(b, noise(n, 2));
      On values(b, std::size_t{2}), dx(b, n), dz(b, n);
      b.mean(mean_formula<F>, n, 10, x, target, 7, values, dx);
      b.mean(mean_formula<F>, n, 0.5, x, nullptr, -1, static_cast<float*>(values) + 1, dz);
      return joined({values.values(), dx.values(), dz.values()});
    });
}
template <class Rule> void check_update(Rule rule, bool everywhere = true) {
  for (std::size_t n : {1u, 20'011u})
    check(everywhere, [&](const auto& b) {
      On g(b, noise(n, 1)), w(b, noise(n, 2)), first(b, Values(n, 0.f)), second(b, Values(n, 0.f));
      float* const states[] = {first, second};
      for (long step : {1, 2, 3}) {
        const auto numbers = optimizer_scalars<float>(rule, 0.1, step);
        const On scalars(b, Values(numbers.begin(), numbers.end()));
        b.upload(n, noise(n, std::uint64_t(step)).data(), g);
        b.update(update_formula<Rule>, n, {}, scalars, g, states, w);
        CHECK(g.values() == Values(n, 0.f));
      }
      return joined({w.values(), first.values(), second.values()});
    });
}

}  // namespace

TEST_CASE("losses by their formulas") {
  check_mean(L1{});
  check_mean(L2{});
  check_mean(Charbonnier{});
  check_mean(BinaryCrossEntropyWithLogits{});
  check_mean(Margin{});
  check_mean(Linear{});
  check_mean(Logarithm{}, false);
}

TEST_CASE("optimisers by their formulas") {
  check_update(Adam{});
  check_update(Adam{.beta1 = 0.9, .eps = 1e-3, .weight_decay = 0.1});
  check_update(AdamW{});
  check_update(Sgd{});
  check_update(Sgd{.momentum = 0.9, .dampening = 0.5, .weight_decay = 0.1});
  check_update(Sgd{.momentum = 0.9, .nesterov = true});
  check_update(RmsProp{});
  check_update(RmsProp{.alpha = 0.9, .eps = 1e-3, .weight_decay = 0.1, .momentum = 0.5});
  check_update(Lion{}, false);
}

TEST_CASE("an activation of one's own") {
  constexpr Activation mish = Activation::of<Mish>();
  static_assert(!mish.fusable() && mish != Activation::tanh && mish == Activation::of<Mish>());
  for (std::size_t n : {1u, 65u, 40'003u})
    check(false, [&](const auto& b) {
      const On x(b, noise(n, 1)), dy(b, noise(n, 2));
      On y(b, n), dx(b, n), same(b, noise(n, 2));
      b.pointwise(mish, n, x, y);
      b.pointwise_dx(mish, n, x, y, dy, dx);
      b.pointwise_dx(mish, n, x, y, same, same);
      CHECK(same.values() == dx.values());
      return joined({y.values(), dx.values()});
    });
}

TEST_CASE("the functions of formulas are the scalars'") {
  const auto check_function = [](auto of, std::initializer_list<float> ends) {
    Values x(ends);
    for (float v : noise(4000, 1)) x.insert(x.end(), {v, 30 * v, v / 1000});
    for (float v : x) {
      const float got = of(cpu::Packet(v)).v[0], expected = of(v);
      if (std::isnan(expected))
        CHECK(std::isnan(got));
      else if (std::isinf(expected))
        CHECK(got == expected);
      else
        CHECK(std::abs(got - expected) <= 4e-7 * std::abs(double(expected)) + 1e-38);
    }
  };
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto ends = {0.f,    -0.f,   1.f,   -1.f,     88.7f,     89.f, -87.f,
                     -110.f, 1e-40f, 3e38f, infinity, -infinity, NAN};
  check_function([](auto v) { return math::exp(v); }, ends);
  check_function([](auto v) { return math::log(v); }, ends);
  check_function([](auto v) { return math::log1p(v); }, ends);
  check_function([](auto v) { return math::tanh(v); }, ends);
  check_function([](auto v) { return math::sqrt(v); }, ends);
  check_function([](auto v) { return math::abs(v); }, ends);
  check_function([](auto v) { return math::sigmoid(v); }, ends);
  check_function([](auto v) { return math::softplus(v); }, ends);
  check_function([](auto v) { return math::max(v, 0); }, ends);
  check_function([](auto v) { return math::min(v, 0); }, ends);
  check_function([](auto v) { return math::select((v > 1) | (v < -1), v * v, -v); }, ends);
}

TEST_CASE("Cuda says of a formula of one's own that it needs nvcc") {
  const Cuda b;
  On x(b, Values{1}), value(b, Values{0});
  const std::string ending =
      ": a formula of one's own needs to be added to the list that nvcc compiles, "
      "guise/backend/cuda/formulas.cuh";
  float* const states[] = {x};
  CHECK_THROWS_WITH_AS(b.pointwise(Activation::of<Mish>(), 1, x, x),
                       ("CUDA, the activation mish" + ending).c_str(), Error);
  CHECK_THROWS_WITH_AS(b.mean(mean_formula<Logarithm>, 1, 1, x, nullptr, 0, value, x),
                       ("CUDA, the loss logarithm" + ending).c_str(), Error);
  CHECK_THROWS_WITH_AS(b.update(update_formula<Lion>, 1, {}, x, x, states, x),
                       ("CUDA, the optimiser lion" + ending).c_str(), Error);
}

TEST_CASE("formulas have the same bits for any number of threads") {
  const auto run = [](int threads) {
    const Cpu b(threads);
    const std::size_t n = 50'007;
    const On x(b, noise(n, 1)), scalars(b, Values{0.1f, 0.9f, 0.99f});
    On y(b, n), dx(b, n), value(b, std::size_t{1}), g(b, noise(n, 2)), mean(b, noise(n, 3)),
        w(b, noise(n, 4));
    float* const states[] = {mean};
    b.pointwise(Activation::of<Mish>(), n, x, y);
    b.mean(mean_formula<Logarithm>, n, 1, x, y, 0, value, dx);
    b.update(update_formula<Lion>, n, {}, scalars, g, states, w);
    return joined({y.values(), dx.values(), value.values(), mean.values(), w.values()});
  };
  const Values one = run(1);
  CHECK(run(2) == one);
  CHECK(run(3) == one);
}
