// Whole networks and training against PyTorch: outputs, losses, all gradients of a step, the networks after
// five steps of Adam.
#include "support/golden.hpp"

#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

const Golden& networks() {
  static const Golden file("networks");
  return file;
}
const Golden& start() {
  static const Golden file("training_start");
  return file;
}
const Golden& end() {
  static const Golden file("training_end");
  return file;
}
auto behind(std::string prefix) {
  return [prefix](const std::string& name) { return prefix + "." + name; };
}
template <class Net> void set(Net& net, const std::vector<float>& values) {
  net.backend().upload(values.size(), values.data(), net.parameters().data());
}

template <class Arch, class Here> void check_network(const std::string& name, const std::string& pictures) {
  using B = typename Here::Backend;
  CAPTURE(name);
  CAPTURE(pictures);
  Network<X, Y, Arch, B, typename Here::Form> net{1};
  set(net, networks().flat(Arch::table, Arch::parameters, behind(name)));
  const auto x = networks().batch<X, B>(pictures + ".x");
  const auto dy = networks().batch<Tangent<Y>, B>(pictures + "." + name + ".dy");
  const auto error = [&](const char* what, const auto& buffer) {
    return networks().error(pictures + "." + name + "." + what, on_host(net.backend(), buffer));
  };
  auto [y, tape] = net.forward(x);
  CHECK(error("y", y.data) < Here::tolerance(1e-5));
  CHECK(error("y", net.infer(x).data) < Here::tolerance(1e-5));
  CHECK(error("dx", net.backward(std::move(tape), dy, frozen).data) < Here::tolerance(1e-4));
}

struct A;
struct B;

template <class Here> struct Training {
  using Device = typename Here::Backend;
  CycleGan<A, B, Paper<ResnetGenerator<1, 4>, PatchDiscriminator<2>>, Device, typename Here::Form> model;

  explicit Training(CycleGanOptions<> options = {})
      : model([&] {
          options.pool_size = 0;
          return options;
        }()) {
    each([](std::string_view name, auto& net) {
      using Arch = typename std::remove_reference_t<decltype(net)>::Architecture;
      set(net, start().flat(Arch::table, Arch::parameters, behind(std::string(name))));
    });
  }
  Losses step(std::size_t number) {
    const std::vector<std::size_t> two{number % 3, (number + 1) % 3};
    return model.step(start().template batch<A, Device>("pictures_A", two),
                      start().template batch<B, Device>("pictures_B", two));
  }
  template <class F> void each(F f) { model.visit(f); }
};

}  // namespace

TEST_CASE_TEMPLATE("networks are the reference's", Here, GUISE_EVERYWHERE) {
  check_network<ResnetGenerator<2, 4>, Here>("generator", "square");
  check_network<ResnetGenerator<2, 4>, Here>("generator", "wide");
  check_network<PatchDiscriminator<3>, Here>("discriminator", "square");
  check_network<PatchDiscriminator<3>, Here>("discriminator", "odd");
}

TEST_CASE_TEMPLATE("all gradients of a step are the reference's", Here, GUISE_EVERYWHERE) {
  // With an epsilon far above every gradient Adam is plain descent: w -= rate / epsilon g. A large quotient
  // leaves nothing of w in float, and the difference is the gradient.
  const double epsilon = std::ldexp(1., 40), quotient = std::ldexp(1., 20);
  Training<Here> training({.rate = constant(quotient * epsilon), .optimizer = {.eps = epsilon}});
  training.step(0);
  training.each([&](std::string_view name, auto& net) {
    using Arch = typename std::remove_reference_t<decltype(net)>::Architecture;
    const auto before = start().flat(Arch::table, Arch::parameters, behind(std::string(name)));
    std::vector<float> gradients(Arch::parameters);
    for (std::size_t k = 0; k < gradients.size(); ++k)
      gradients[k] = static_cast<float>((double(before[k]) - double(net.parameters()[k])) / quotient);
    CAPTURE(name);
    CHECK(start().error(Arch::table, gradients, behind("gradient." + std::string(name))) <
          Here::tolerance(1e-4));
  });
}

TEST_CASE_TEMPLATE("five steps of training are the reference's", Here, GUISE_EVERYWHERE) {
  // Adam makes steps of one size of the smallest gradients too, rounding included: hence twice the outputs'
  // tolerance for parameters that it has moved, and for losses by them.
  const double moved = Here::tolerance(2e-5);
  Training<Here> training;
  for (std::size_t step = 0; step < 5; ++step) {
    const Losses losses = training.step(step);
    for (std::size_t k = 0; k < losses.size(); ++k) {
      const std::string name = "step" + std::to_string(step) + "." + losses.names()[k];
      CAPTURE(name);
      CHECK(end().error(name, {losses.values()[k]}) < (step == 0 ? Here::tolerance(1e-5) : moved));
    }
  }
  training.each([&](std::string_view name, auto& net) {
    using Arch = typename std::remove_reference_t<decltype(net)>::Architecture;
    CAPTURE(name);
    const auto after = on_host(net.backend(), net.parameters());
    CHECK(end().error(Arch::table, after, behind(std::string(name))) < moved);
  });
}

TEST_CASE("each weight of the objective scales its own losses") {
  using Here = On<Reference<double>, Fused>;
  Training<Here> training({.lambda_A = 20, .lambda_B = 5, .lambda_identity = 0.25});
  const Losses losses = training.step(0);
  const auto golden = [](const char* name) { return end()["step0." + std::string(name)].data[0]; };
  CHECK(losses["cycle_A"] == doctest::Approx(golden("cycle_A") * 20 / 10).epsilon(1e-6));
  CHECK(losses["cycle_B"] == doctest::Approx(golden("cycle_B") * 5 / 10).epsilon(1e-6));
  CHECK(losses["idt_A"] == doctest::Approx(golden("idt_A") * (5 * 0.25) / (10 * 0.5)).epsilon(1e-6));
  CHECK(losses["idt_B"] == doctest::Approx(golden("idt_B") * (20 * 0.25) / (10 * 0.5)).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("a bias before an instance norm stays what it was", Here, GUISE_EVERYWHERE) {
  Training<Here> training;
  training.step(0);
  int idle = 0;
  training.each([&](std::string_view name, auto& net) {
    using Arch = typename std::remove_reference_t<decltype(net)>::Architecture;
    const auto before = start().flat(Arch::table, Arch::parameters, behind(std::string(name)));
    const auto after = on_host(net.backend(), net.parameters());
    for (const Parameter& p : Arch::table) {
      const auto& gradient = start()["gradient." + std::string(name) + "." + std::string(p.name)].data;
      if (std::any_of(gradient.begin(), gradient.end(), [](float g) { return g != 0; })) continue;
      ++idle;
      for (std::size_t k = p.offset; k < p.offset + p.floats; ++k) CHECK(after[k] == before[k]);
    }
  });
  CHECK(idle == 2 * 7 + 2 * 3);
}
