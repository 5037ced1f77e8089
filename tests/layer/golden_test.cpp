// Single layers against PyTorch: output, input gradient, parameter gradients, running statistics.
#include "support/golden.hpp"

#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/dropout.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/resample.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

const Golden& golden(const std::string& name) {  // resampling has a file of its own: nearest_up.2.odd.x
  static const Golden layers("layers"), primitives("primitives");
  return name.find('.') == name.npos ? layers : primitives;
}

template <class On> struct Alone {
  using B = typename On::Backend;
  static constexpr double tolerance = On::tolerance(2e-6);
  std::string name;
  Network<X, Y, Described, B, typename On::Form> net;

  Alone(std::string of, const Graph& layer) : name(std::move(of)), net(layer, 1) {
    set(net.parameters(), golden(name).flat(net.table(), net.parameters().size(), named("")));
  }
  void set(typename B::Buffer& buffer, const std::vector<float>& values) {
    net.backend().upload(values.size(), values.data(), buffer.data());
  }
  auto named(std::string prefix) const {  // model.0.weight -> <case>.<prefix>weight
    return [this, prefix](const std::string& p) { return name + "." + prefix + p.substr(8); };
  }
  double error(const char* what, const typename B::Buffer& values) const {
    return golden(name).error(name + "." + what, on_host(net.backend(), values));
  }

  void check() {
    CAPTURE(name);
    const auto x = golden(name).batch<X, B>(name + ".x");
    auto gradients = net.gradients();
    auto [y, tape] = net.forward(x);
    const auto dx = net.backward(std::move(tape), golden(name).batch<Tangent<Y>, B>(name + ".dy"), gradients);
    CHECK(error("y", y.data) < tolerance);
    CHECK(error("dx", dx.data) < tolerance);
    CHECK(golden(name).error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
  }
};

template <class L, class On> Alone<On> alone(const std::string& name) {
  return {name, graph_of(Sequential<L>{})};
}
template <class L, class On> void check(const std::string& name) { alone<L, On>(name).check(); }

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

TEST_CASE_TEMPLATE("other slopes and epsilons are PyTorch's", Here, GUISE_EVERYWHERE) {
  check<LeakyReluOf<10>, Here>("leaky_relu_10");
  check<InstanceNorm<3, Epsilon<1, 100>>, Here>("instance_norm_epsilon");
  check<InstanceNorm<3, Affine, Epsilon<1, 100>>, Here>("instance_norm_affine_epsilon");
  check<BatchNorm<3, Epsilon<1, 100>>, Here>("batch_norm_epsilon");
}

TEST_CASE_TEMPLATE("resampling is PyTorch's", Here, GUISE_EVERYWHERE) {
  for (const std::string sides : {".odd", ".even"}) {
    check<Upsample<2>, Here>("nearest_up.2" + sides);
    check<Upsample<3>, Here>("nearest_up.3" + sides);
    check<Upsample<2, Bilinear>, Here>("bilinear_up.2" + sides);
    check<Upsample<3, Bilinear>, Here>("bilinear_up.3" + sides);
    check<AveragePool<2>, Here>("average_pool.2" + sides);
    check<AveragePool<3>, Here>("average_pool.3" + sides);
    check<BlurDown, Here>("blur_down.2" + sides);
    check<BlurUp, Here>("blur_up.2" + sides);
  }
}

TEST_CASE_TEMPLATE("dropout keeps as many values as PyTorch's, and their mean", Here, GUISE_EVERYWHERE) {
  using B = typename Here::Backend;
  Network<X, Y, Described, B, typename Here::Form> net(graph_of(Sequential<Dropout<30>>{}), 5);
  const Shape shape{4, 100, 100};
  Batch<X, B> x{2, shape};
  const std::vector<float> ones(2 * shape.floats(), 1.f);
  net.backend().upload(ones.size(), ones.data(), x.data.data());
  const auto count = [&](const std::vector<float>& y) {
    double kept = 0, sum = 0;
    bool scaled = true;
    for (float v : y) {
      scaled = scaled && (v == 0 || std::abs(v - 1 / 0.7) < 1e-6);
      kept += v != 0, sum += v;
    }
    CHECK(scaled);
    const auto n = static_cast<double>(y.size());
    CHECK(kept / n == doctest::Approx(0.7).epsilon(0.01));
    CHECK(sum / n == doctest::Approx(1).epsilon(0.01));
  };
  const auto [first, tape] = net.forward(x);
  const auto second = net.forward(x).y;
  const auto y = on_host(net.backend(), first.data);
  count(y), count(on_host(net.backend(), second.data));
  double both = 0;  // passes are independent of each other
  const auto z = on_host(net.backend(), second.data);
  for (std::size_t k = 0; k < y.size(); ++k) both += y[k] != 0 && z[k] != 0;
  CHECK(both / static_cast<double>(y.size()) == doctest::Approx(0.49).epsilon(0.02));
  CHECK(on_host(net.backend(), net.infer(x).data) == ones);
}

TEST_CASE_TEMPLATE("batch norm is PyTorch's, in training and in evaluation", Here, GUISE_EVERYWHERE) {
  using Norm = Alone<Here>;
  using B = typename Here::Backend;
  Norm norm = alone<BatchNorm<3>, Here>("batch_norm");
  const auto table = norm.net.statistics_table();
  norm.set(norm.net.statistics(),
           golden("batch_norm").flat(table, norm.net.statistics().size(), norm.named("before.")));
  CHECK(norm.error("y_inferred", norm.net.infer(golden("batch_norm").batch<X, B>("batch_norm.x")).data) <
        Norm::tolerance);
  norm.check();
  const auto after = on_host(norm.net.backend(), norm.net.statistics());
  CHECK(golden("batch_norm").error(table, after, norm.named("after.")) < Norm::tolerance);
}
