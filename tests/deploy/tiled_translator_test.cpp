// Pictures in bands have the bits of whole pictures, whatever their size, the memory and the number of threads.
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/make_formula.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/deploy/tiled_translator.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <cstring>

using namespace guise;

namespace {

struct From;
struct To;

struct Softsign {  // an activation of one's own
  static constexpr const char* name = "softsign";
  template <class T> static T value(T x) { return x / (T(1) + math::abs(x)); }
  template <class T> static T slope(T, T y) { return (T(1) - math::abs(y)) * (T(1) - math::abs(y)); }
};

struct OfOneOwn : Reference<> {};  // computes as it likes: the bands that it inherits have the bits of another
static_assert(Banded<Cpu> && Banded<Reference<double>> && !Banded<OfOneOwn>);

template <class B> using Net = Generator<From, To, Described, B>;

template <class B> Net<B> network(const Graph& g, B backend) {
  Net<B> net(g, 3, 0, backend);
  testing::randomize_parameters(net, 5, 0.1);
  return net;
}
template <class B> Batch<From, B> picture(Shape shape, B backend) {
  Batch<From, B> x{1, shape, backend};
  testing::randomize(x, 7);
  return x;
}

// What infers one picture in bands that take no more than a limit.
template <class B>
std::vector<typename B::Scalar> in_bands(const Net<B>& net, const Batch<From, B>& x, detail::BandLimit limit) {
  using T = typename B::Scalar;
  const detail::BandPlan<B> plan(net.backend(), net.inferring(), x.shape);
  detail::ScratchFile<T> file(plan.file);
  std::vector<T> window(limit.scalars), y(plan.shapes.back().floats());
  file.write(plan.at.front(), x.data.size(), x.data.data());
  detail::BandedRun<B>(net.backend(), net.inferring(), plan, net.parameters().data(), net.statistics().data(),
                       file, limit, window.data(), [](std::size_t) {})
      .run();
  file.read(plan.at.back(), y.size(), y.data());
  return y;
}

// Bands of one piece each, of some, and the whole picture as one: all as the whole picture on any number of threads.
template <class B> void check(const Graph& g, Shape shape, B whole, B banded) {
  CAPTURE(shape.h);
  CAPTURE(shape.w);
  const Batch<From, B> x = picture<B>(shape, whole);
  const Batch<To, B> y = network(g, whole).infer(x);
  const Net<B> net = network(g, banded);
  const detail::BandLimit least = detail::BandPlan<B>(banded, net.inferring(), shape).least;
  for (const double times : {1., 1.2, 1.7, 3., 8., 1000.}) {
    CAPTURE(times);
    const auto more = [&](std::size_t n) { return static_cast<std::size_t>(static_cast<double>(n) * times); };
    const auto z = in_bands(net, x, {more(least.scalars), more(least.shared), more(least.of_threads)});
    REQUIRE(z.size() == y.data.size());
    CHECK(std::memcmp(z.data(), y.data.data(), z.size() * sizeof z[0]) == 0);
  }
}

// Nodes of every kind that a network in bands may have.
Graph of_all_kinds(int c, Activation own) {
  Graph g;
  Value y = g.conv(0, {.in = 3, .out = c, .kernel = 5, .pad = 2});
  y = g.activation(y, own);
  y = g.instance_norm(y, c, true);
  y = g.activation(y, Activation(Activation::leaky_relu, 0.1));
  const Value early = y;
  y = g.conv(y, {.in = c, .out = 2 * c, .kernel = 4, .stride = 2, .pad = 1});
  y = g.batch_norm(y, 2 * c);
  y = g.activation(y, Activation::relu);
  y = g.conv(y, {.in = 2 * c, .out = 2 * c, .kernel = 3, .pad = 1, .bias = false});
  y = g.instance_norm(y, 2 * c);
  y = g.conv(y, {.in = 2 * c, .out = c, .kernel = 4, .stride = 2, .pad = 1, .transposed = true});
  y = g.add(g.instance_norm(y, c), early);
  y = g.instance_norm(g.add(y, y), c);  // of a value that no convolution made
  y = g.conv(g.reflect(g.activation(y, Activation::tanh), 4), {.in = c, .out = 2, .kernel = 9});
  y = g.instance_norm(y, 2);
  y = g.add(g.reflect(y, 1), g.reflect(y, 1));
  y = g.conv(y, {.in = 2, .out = 7, .kernel = 3, .stride = 3, .pad = 1, .output_pad = 2, .transposed = true});
  g.conv(y, {.in = 7, .out = 3, .kernel = 3, .stride = 3, .pad = 1});
  return g;
}

}  // namespace

TEST_CASE("bands of a picture have the bits of the whole picture, on Cpu") {
  for (const Shape shape : {Shape{3, 8, 8}, {3, 64, 64}, {3, 60, 84}, {3, 200, 12}, {3, 12, 332}, {3, 164, 96}}) {
    check(resnet_generator(2, 16, 3), shape, Cpu(1), Cpu(2));
    check(resnet_generator(2, 32, 3), shape, Cpu(2), Cpu(1));
    check(resnet_generator(1, 5, 3), shape, Cpu(2), Cpu(3));
    for (const int c : {6, 32})
      for (const Activation own : {Activation(Activation::sigmoid), Activation::of<Softsign>()})
        check(of_all_kinds(c, own), shape, Cpu(1), Cpu(2));
  }
  check(resnet_generator(1, 64, 3), {3, 132, 260}, Cpu(2), Cpu(1));
}
TEST_CASE("bands of a picture have the bits of the whole picture, on Reference") {
  check(resnet_generator(1, 4, 2), {2, 20, 32}, Reference<float>(), Reference<float>());
  check(resnet_generator(1, 3, 3), {3, 40, 12}, Reference<double>(), Reference<double>());
  check(of_all_kinds(3, Activation::of<Softsign>()), {3, 26, 16}, Reference<double>(), Reference<double>());
}
