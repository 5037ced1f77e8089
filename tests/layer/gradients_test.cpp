// Every layer by finite differences in double precision, alone and behind a convolution; odd sizes, batch 2.
#include "support/reference.hpp"
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/max_pool.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/spectral_norm.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using guise::testing::gradient_error;

TEST_CASE_TEMPLATE("a layer's gradients are those of its forward", L,                               //
                   Conv<2, 3, 3>, Conv<2, 3, 1, NoBias>, Conv<2, 3, 3, Stride<2>, Pad<1>>,          //
                   Conv<2, 3, 4, Stride<2>, Pad<1>>, Conv<2, 1, 4, Pad<1>>, Conv<2, 3, 7, Pad<3>>,  //
                   Conv<2, 3, 3, Stride<2>, Same>, Conv<2, 3, 4, Stride<2>, Same, NoBias>,
                   Conv<2, 3, 4, Same>,                                         //
                   Conv<2, 3, 3, Stride<3>, Pad<2>>, Conv<2, 3, 2, Stride<3>>,  //
                   ConvTranspose<2, 3, 3, Stride<2>, Pad<1>, OutputPad<1>>,
                   ConvTranspose<2, 3, 3, Stride<2>, Same>, ConvTranspose<2, 3, 4, Stride<2>, Pad<1>>,
                   ConvTranspose<2, 3, 2, Stride<3>, OutputPad<2>, NoBias>, ReflectPad<1>, ReflectPad<3>,
                   InstanceNorm<2>, InstanceNorm<2, Affine>, BatchNorm<2>,  //
                   Depthwise<2, 3, Stride<2>, Same>, Depthwise<2, 3, Pad<1>, NoBias>, MaxPool<2>,
                   SpectralNorm<Conv<2, 3, 3, Pad<1>>>, SpectralNorm<Conv<2, 3, 4, Stride<2>, Same, NoBias>>,
                   PadChannels<2, 5>, Relu, LeakyRelu, Tanh) {
  struct Alone : Sequential<L> {};
  CHECK(gradient_error<Alone, Plain>(2, {2, 5, 7}) < 1e-7);
  CHECK(gradient_error<Alone>(2, {2, 5, 7}) < 1e-7);
  CHECK(gradient_error<Alone>(1, {2, 8, 6}) < 1e-7);
  struct Behind : Sequential<Conv<3, 2, 3, Pad<1>>, L> {};
  CHECK(gradient_error<Behind, Plain>(2, {3, 5, 7}) < 1e-7);
  CHECK(gradient_error<Behind>(2, {3, 5, 7}) < 1e-7);
}

TEST_CASE("a shortcut's gradients are those of its forward, whatever the way around") {
  using Skip = Sequential<MaxPool<2>, PadChannels<2, 3>>;
  using Body = Sequential<Depthwise<2, 3, Stride<2>, Same, NoBias>, Conv<2, 3, 1>>;
  struct Block : Sequential<Shortcut<Skip, Body>, Relu> {};
  CHECK(gradient_error<Block, Plain>(2, {2, 6, 8}) < 1e-7);
  CHECK(gradient_error<Block>(2, {2, 6, 8}) < 1e-7);
  struct Uneven : Sequential<Shortcut<Sequential<Conv<2, 3, 1>>, Body>> {};
  CHECK_THROWS_WITH_AS(Uneven::out({2, 6, 8}), "a sum meets a side of 6: expected that of its body", Error);
  struct Twice : Sequential<Conv<3, 2, 3, Pad<1>>, Shortcut<Sequential<Conv<2, 3, 2, Stride<2>>>, Body>,
                            Shortcut<Sequential<Conv<3, 4, 1>>, Sequential<Conv<3, 4, 3, Pad<1>>>>> {};
  CHECK(gradient_error<Twice>(2, {3, 6, 8}) < 1e-7);
  CHECK(Twice::table[2].name == std::string_view("model.1.skip.0.weight"));
  CHECK(Twice::table[4].name == std::string_view("model.1.body.0.weight"));

  // what keeps nothing gives the same as what keeps all
  using B = Reference<double>;
  Network<testing::X, testing::Y, Twice, B> net{1};
  testing::randomize_parameters(net, 5);
  Batch<testing::X, B> x{2, {3, 6, 8}};
  testing::randomize(x, 4);
  CHECK(testing::distance(net.infer(x).data, net.forward(x).y.data) == 0);
}

TEST_CASE("a layer refuses a picture that is too small, in one line") {
  CHECK_THROWS_WITH_AS(out(graph_of(ReflectPad<3>{}), {3, 2, 9}),
                       "reflection of a picture with a side of 2: expected a side greater than the padding",
                       Error);
  CHECK_THROWS_WITH_AS(out(graph_of(Conv<3, 4, 4>{}), {3, 9, 3}),
                       "a convolution's input has a side of 3: expected one that its kernel fits into",
                       Error);
  CHECK_THROWS_WITH_AS(out(graph_of(MaxPool<2>{}), {3, 9, 1}),
                       "max pooling of a picture with a side of 1: expected one that a window fits into",
                       Error);
  CHECK_THROWS_AS(out(graph_of(ConvTranspose<3, 4, 3, Pad<2>>{}), {3, 2, 1}), Error);
}

TEST_CASE("batch norm learns its running statistics in training and uses them afterwards") {
  struct Net : Sequential<BatchNorm<2>> {};
  using B = Reference<double>;
  Network<testing::X, testing::Y, Net, B> net{1};
  Batch<testing::X, B> x{2, {2, 3, 5}};
  testing::randomize(x, 4);
  for (std::size_t k = 0; k < x.data.size(); ++k) x.data[k] = 3 * x.data[k] + 5;
  for (int step = 0; step < 200; ++step) net.forward(x);
  const auto trained = net.forward(x).y;
  const auto inferred = net.infer(x);  // the running variance is the unbiased one: 30 / 29 of the batch's
  for (std::size_t k = 0; k < x.data.size(); ++k)
    CHECK(inferred.data[k] == doctest::Approx(trained.data[k]).epsilon(0.03));
  CHECK(testing::distance(inferred.data, trained.data) > 1e-3);
}
