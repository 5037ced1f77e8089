// Plain and fused give the same result and gradients, kept or not kept, on every case of the rewrite.
#include "support/reference.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/custom.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct SquareLayer : CustomDefaults {  // a layer that the rewrite has never heard of
  static constexpr const char* name = "square";
  static constexpr bool reads_memory = true;
  template <class T> static void forward(const CustomCall<T>& c) {
    for (std::size_t k = 0; k < floats(c); ++k) c.y[k] = c.xa[k] + c.xa[k] * c.xa[k] / 10;
  }
  template <class T> static void backward(const CustomCall<T>& c) {
    for (std::size_t k = 0; c.da && k < floats(c); ++k) c.da[k] = c.dy[k] * (1 + c.xa[k] / 5);
  }
  template <class T> static std::size_t floats(const CustomCall<T>& c) {
    return static_cast<std::size_t>(c.n) * c.a.floats();
  }
};
using Square = Custom<SquareLayer>;
struct Every
    : Sequential<                                                                                     //
          ReflectPad<1>, Conv<2, 4, 3>, InstanceNorm<4>, Relu,                                        //
          Conv<4, 6, 3, Stride<2>, Pad<1>>, LeakyRelu, Square, InstanceNorm<6>,                       //
          Repeat<2, ResnetBlock<6>>, Residual<Sequential<Conv<6, 6, 3, Pad<1>>, LeakyRelu>, Square>,  //
          Residual<Conv<6, 6, 1>, InstanceNorm<6>, Relu>, Residual<Relu>,                             //
          Conv<6, 6, 3, Pad<1>, NoBias>, InstanceNorm<6>, Tanh, ReflectPad<1>,                        //
          Conv<6, 6, 3>, InstanceNorm<6, Affine>, LeakyRelu, Conv<6, 6, 1>, BatchNorm<6>,             //
          ConvTranspose<6, 3, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<3>, Relu,             //
          ReflectPad<2>, Conv<3, 2, 5>, Tanh> {};
struct Generator2 : ResnetGenerator<2, 3, 2> {};
struct Discriminator2 : PatchDiscriminator<2, 2> {};
struct VariantGenerator : BatchNormGenerator<1, 3, 2> {};
struct VariantDiscriminator : BatchNormDiscriminator<2, 2> {};

template <class Arch, class Form> struct Trial {
  using B = Reference<double>;
  Network<X, Y, Arch, B, Form> net{7};
  Batch<X, B> x{2, {2, 24, 28}};
  Gradient<Y, B> dy{2, Arch::out(x.shape)};
  typename decltype(net)::Gradients gradients = net.gradients();
  B::Buffer y, dx, kept_nothing;

  Trial() {
    randomize_parameters(net, 5);
    randomize(x, 1);
    randomize(dy, 2);
    kept_nothing = net.infer(x).data;
    auto [out, tape] = net.forward(x);
    dx = net.backward(std::move(tape), dy, gradients).data;
    y = std::move(out.data);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("plain and fused agree", Arch, Every, Generator2, Discriminator2, VariantGenerator,
                   VariantDiscriminator) {
  const Trial<Arch, Plain> plain;
  const Trial<Arch, Fused> fused;
  CHECK(distance(fused.y, plain.y) < 1e-12);
  CHECK(distance(fused.dx, plain.dx) < 1e-12);
  CHECK(distance(fused.gradients.floats, plain.gradients.floats) < 1e-12);
  CHECK(distance(fused.kept_nothing, plain.kept_nothing) < 1e-12);
  if (Arch::statistics == 0) CHECK(distance(fused.kept_nothing, fused.y) == 0);
}

TEST_CASE_TEMPLATE("whole networks by finite differences", Arch, Every, Generator2, Discriminator2,
                   VariantGenerator, VariantDiscriminator) {
  CHECK(gradient_error<Arch>(2, {2, 24, 28}) < 1e-5);
}

TEST_CASE("a bias before an instance norm is left alone") {
  const Trial<Generator2, Fused> fused;
  const Trial<Generator2, Plain> plain;
  int left_alone = 0;
  for (const Parameter& p : Generator2::table)
    if (p.rank == 1 && p.name != std::string_view("model.19.bias"))
      for (std::size_t k = p.offset; k < p.offset + p.floats; ++k, ++left_alone) {
        CHECK(fused.gradients.floats[k] == 0);
        CHECK(plain.gradients.floats[k] == 0);
      }
  CHECK(left_alone == 3 + 6 + 12 + 4 * 12 + 6 + 3);
}

TEST_CASE("learn and backward add the same gradients, frozen adds none") {
  Trial<Generator2, Fused> trial;
  auto learnt = trial.net.gradients();
  trial.net.learn(trial.net.forward(trial.x).tape, trial.dy, learnt);
  CHECK(distance(learnt.floats, trial.gradients.floats) == 0);
  const auto dx = trial.net.backward(trial.net.forward(trial.x).tape, trial.dy, frozen);
  CHECK(distance(dx.data, trial.dx) == 0);
  trial.net.learn(trial.net.forward(trial.x).tape, trial.dy, learnt);
  CHECK(learnt.floats[0] == doctest::Approx(2 * trial.gradients.floats[0]));
}
