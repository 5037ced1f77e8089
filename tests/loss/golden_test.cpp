// Losses and activations against PyTorch.
#include "support/golden.hpp"

#include "support/reference.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/loss/adversarial.hpp>
#include <guise/loss/reconstruction.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct Picture;
template <class B> constexpr double tolerance = std::is_same_v<typename B::Scalar, double> ? 1e-7 : 1e-6;

template <class Domain, class B> Batch<Domain, B> batch(const Golden& golden, const char* name) {
  Batch<Domain, B> x{2, {1, 3, 4}};
  x.backend.upload(x.data.size(), golden[name].data.data(), x.data.data());
  return x;
}
template <class Loss>
void check(const Golden& golden, const std::string& name, const Loss& loss, double most) {
  const auto& backend = loss.gradient.backend;
  CHECK_MESSAGE(golden.error("loss." + name + ".value", on_host(backend, loss.value)) < most, name);
  CHECK_MESSAGE(golden.error("loss." + name + ".dx", on_host(backend, loss.gradient.data)) < most, name);
}

struct Mish {
  static constexpr const char* name = "mish";
  template <class T> static T value(T x) { return x * math::tanh(math::softplus(x)); }
  template <class T> static T slope(T x, T) {
    const T t = math::tanh(math::softplus(x));
    return t + x * math::sigmoid(x) * (1 - t * t);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("losses are PyTorch's", B, Reference<double>, Reference<float>, Cpu) {
  const Golden golden("formulas");
  const auto x = batch<Picture, B>(golden, "loss.x"), t = batch<Picture, B>(golden, "loss.t");
  check(golden, "L1", reconstruction_loss<L1>(x, t), tolerance<B>);
  check(golden, "L2", reconstruction_loss<L2>(x, t), tolerance<B>);
  check(golden, "Charbonnier", reconstruction_loss<Charbonnier>(x, t), tolerance<B>);
  const auto check_adversarial = [&](auto loss, const std::string& name) {
    using L = decltype(loss);
    const auto score = batch<Verdict<Picture>, B>(golden, "loss.x");
    check(golden, name + ".real", real_loss<L>(score), tolerance<B>);
    check(golden, name + ".fake", fake_loss<L>(score), tolerance<B>);
    check(golden, name + ".generator", generator_loss<L>(score), tolerance<B>);
  };
  check_adversarial(LeastSquares{}, "LeastSquares");
  check_adversarial(CrossEntropyWithLogits{}, "CrossEntropyWithLogits");
  check_adversarial(Hinge{}, "Hinge");
  check_adversarial(Wasserstein{}, "Wasserstein");
}

TEST_CASE_TEMPLATE("activations are PyTorch's", B, Reference<double>, Reference<float>, Cpu) {
  const Golden golden("formulas");
  const B backend{};
  const std::size_t n = golden["activation.x"].data.size();
  auto x = backend.zeros(n), y = backend.zeros(n), dy = backend.zeros(n), dx = backend.zeros(n);
  backend.upload(n, golden["activation.x"].data.data(), x.data());
  backend.upload(n, golden["activation.dy"].data.data(), dy.data());
  const auto check_activation = [&](Activation a, const std::string& name) {
    backend.pointwise(a, n, x.data(), y.data());
    backend.pointwise_dx(a, n, a.fusable() ? nullptr : x.data(), y.data(), dy.data(), dx.data());
    CHECK_MESSAGE(golden.error("activation." + name + ".y", on_host(backend, y)) < tolerance<B>, name);
    CHECK_MESSAGE(golden.error("activation." + name + ".dx", on_host(backend, dx)) < tolerance<B>, name);
  };
  check_activation(Activation::relu, "relu");
  check_activation(Activation::leaky_relu, "leaky_relu");
  check_activation({Activation::leaky_relu, 0.01}, "leaky_relu_0.01");
  check_activation(Activation::tanh, "tanh");
  check_activation(Activation::sigmoid, "sigmoid");
  check_activation(Activation::of<Mish>(), "mish");
}
