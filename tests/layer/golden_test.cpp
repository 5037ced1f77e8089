// Single layers against PyTorch: output, input gradient, parameter gradients, running statistics.
#include "support/golden.hpp"

#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

const Golden& golden() {
  static const Golden file("layers");
  return file;
}

template <class L, class On> struct Alone {
  struct Arch : Sequential<L> {};
  using B = typename On::Backend;
  static constexpr double tolerance = On::tolerance(2e-6);
  std::string name;
  Network<X, Y, Arch, B, typename On::Form> net{1};

  explicit Alone(std::string of) : name(std::move(of)) {
    set(net.parameters(), golden().flat(Arch::table, Arch::parameters, named("")));
  }
  void set(typename B::Buffer& buffer, const std::vector<float>& values) {
    net.backend().upload(values.size(), values.data(), buffer.data());
  }
  auto named(std::string prefix) const {  // model.0.weight -> <case>.<prefix>weight
    return [this, prefix](const std::string& p) { return name + "." + prefix + p.substr(8); };
  }
  double error(const char* what, const typename B::Buffer& values) const {
    return golden().error(name + "." + what, on_host(net.backend(), values));
  }

  void check() {
    CAPTURE(name);
    const auto x = golden().batch<X, B>(name + ".x");
    auto gradients = net.gradients();
    auto [y, tape] = net.forward(x);
    const auto dx = net.backward(std::move(tape), golden().batch<Tangent<Y>, B>(name + ".dy"), gradients);
    CHECK(error("y", y.data) < tolerance);
    CHECK(error("dx", dx.data) < tolerance);
    CHECK(golden().error(Arch::table, on_host(net.backend(), gradients.floats), named("d")) < tolerance);
  }
};

template <class L, class On> void check(const char* name) { Alone<L, On>(name).check(); }

}  // namespace

TEST_CASE_TEMPLATE("convolutions are PyTorch's", Here, GUISE_EVERYWHERE) {
  check<Conv<2, 3, 4, Stride<2>, Pad<1>>, Here>("conv_4_stride_2");
  check<Conv<2, 3, 3, Stride<2>, Pad<1>>, Here>("conv_3_stride_2");
  check<ConvTranspose<2, 3, 3, Stride<2>, Pad<1>, OutputPad<1>>, Here>("conv_transpose_3");
}

TEST_CASE_TEMPLATE("same padding is TensorFlow's", Here, GUISE_EVERYWHERE) {
  check<Conv<2, 3, 3, Stride<2>, Same>, Here>("same_3_stride_2_even");
  check<Conv<2, 3, 3, Stride<2>, Same>, Here>("same_3_stride_2_odd");
  check<Conv<2, 3, 4, Stride<2>, Same>, Here>("same_4_stride_2_even");
  check<Conv<2, 3, 4, Stride<2>, Same>, Here>("same_4_stride_2_odd");
  check<Conv<2, 3, 4, Same>, Here>("same_4_stride_1_even");
  check<Conv<2, 3, 4, Same>, Here>("same_4_stride_1_odd");
  check<ConvTranspose<2, 3, 3, Stride<2>, Same>, Here>("same_transpose_3");
  check<ConvTranspose<2, 3, 4, Stride<2>, Same>, Here>("same_transpose_4");
}

TEST_CASE_TEMPLATE("reflection and norms are PyTorch's", Here, GUISE_EVERYWHERE) {
  check<ReflectPad<3>, Here>("reflect_3");
  check<InstanceNorm<3>, Here>("instance_norm");
  check<InstanceNorm<3, Affine>, Here>("instance_norm_affine");
}

TEST_CASE_TEMPLATE("batch norm is PyTorch's, in training and in evaluation", Here, GUISE_EVERYWHERE) {
  using Norm = Alone<BatchNorm<3>, Here>;
  using B = typename Here::Backend;
  Norm norm("batch_norm");
  const auto& table = Norm::Arch::statistics_table;
  norm.set(norm.net.statistics(), golden().flat(table, Norm::Arch::statistics, norm.named("before.")));
  CHECK(norm.error("y_inferred", norm.net.infer(golden().batch<X, B>("batch_norm.x")).data) <
        Norm::tolerance);
  norm.check();
  const auto after = on_host(norm.net.backend(), norm.net.statistics());
  CHECK(golden().error(table, after, norm.named("after.")) < Norm::tolerance);
}
