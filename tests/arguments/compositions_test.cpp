// Compositions that cannot be: whatever layers, graphs and batches are put together, the library says what is wrong in
// one line before it reads or writes behind a buffer, overflows a number or goes round for ever.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/guise.hpp>
#include <guise/layer/custom.hpp>
#include <guise/layer/resample.hpp>
#include <guise/loss/ssim.hpp>

#include <doctest/doctest.h>

#include <climits>

using namespace guise;

namespace {

struct Photo;
struct Mask;
using Net = Network<Photo, Mask, Described, Cpu>;

const Window one_to_one{.in = 3, .out = 3};

template <class Domain, class B = Host> Batch<Domain, B> filled(int n, Shape shape) {
  Batch<Domain, B> x{n, shape};
  std::ranges::fill(x.data, 0.25f);
  return x;
}

struct Copied : CustomDefaults {
  static constexpr bool reads_memory = true, reads_operands = false;
  template <class T> static void forward(const CustomCall<T>& c) {
    std::copy_n(c.xa, static_cast<std::size_t>(c.n) * c.out.floats(), c.y);
  }
  template <class T> static void backward(const CustomCall<T>&) {}
};
struct IntoChannels : Copied {
  static constexpr const char* name = "2x2 pixels into channels";
  static constexpr Shape out(Shape a, Shape) { return {4 * a.c, a.h / 2, a.w / 2}; }
};
struct Columns : Copied {  // as many channels as the picture says
  static constexpr const char* name = "columns into channels";
  static constexpr int channels = 3;
  static constexpr Shape out(Shape a, Shape) { return {a.c * a.w, a.h, 1}; }
};

}  // namespace

TEST_CASE("numbers of layers that nothing could be computed of") {
  for (const int n : {1 << 21, 1 << 28, 1 << 30, INT_MAX}) {
    CHECK_THROWS_AS(resnet_generator(9, n), Error);
    CHECK_THROWS_AS(resnet_generator(1, 4, n), Error);
    CHECK_THROWS_AS(patch_discriminator(n), Error);
    CHECK_THROWS_AS(unet_generator({.downs = 5, .width = n}), Error);
    CHECK_THROWS_AS(unet_generator({.downs = n}), Error);
    for (int Window::*number : {&Window::in, &Window::out, &Window::kernel, &Window::stride, &Window::pad})
      for (const bool transposed : {false, true}) {
        Window wrong{.in = 3, .out = 3, .transposed = transposed};
        wrong.*number = n;
        CHECK_THROWS_AS(graph_of(conv(wrong)), Error);
      }
    CHECK_THROWS_AS(graph_of(pad_channels(3, n)), Error);
    CHECK_THROWS_AS(graph_of(reflect_pad(n)), Error);
  }
  CHECK_THROWS_AS(graph_of(sequential(repeat(INT_MAX, activation(Activation::relu)))), Error);
  // Twice as many channels each time, of an input whose number is known and of one whose number is not.
  const auto doubled = repeat(40, concat(activation(Activation::relu)));
  CHECK_THROWS_AS(graph_of(sequential(conv(one_to_one), doubled)), Error);
  CHECK_THROWS_AS(graph_of(sequential(doubled)), Error);
  // Sides.
  const Graph larger = graph_of(sequential(conv(one_to_one), resample(Filter::nearest_up, INT_MAX)));
  CHECK_THROWS_AS(out(larger, {3, 8, 8}), Error);
  const Graph apart = graph_of(conv({.in = 3, .out = 3, .stride = 1 << 15, .transposed = true}));
  CHECK_THROWS_AS(out(apart, {3, 1 << 20, 1}), Error);
  CHECK(out(apart, {3, 2, 1}).h == (1 << 15) + 1);
  // What is large and can be.
  CHECK(graph_of(conv({.in = 1 << 20, .out = 1 << 20})).parameters == (std::size_t{1} << 40) + (1 << 20));
  CHECK(resnet_generator(10000, 1).nodes.size() > 60000);
}

TEST_CASE("graphs whose nodes read what is not there") {
  Graph g;
  const Value x = g.conv(0, one_to_one);
  for (const Value nowhere : {-2, -1, 2, INT_MAX}) {
    CHECK_THROWS_AS(g.conv(nowhere, one_to_one), Error);
    CHECK_THROWS_AS(g.activation(nowhere, Activation::relu), Error);
    CHECK_THROWS_AS(g.add(x, nowhere), Error);
    CHECK_THROWS_AS(g.add(nowhere, x), Error);
    CHECK_THROWS_AS(g.concat(x, nowhere), Error);
    CHECK_THROWS_AS(g.multiply(x, nowhere), Error);
    CHECK_THROWS_AS(custom<Columns>(g, nowhere), Error);
    if (nowhere != no_value) CHECK_THROWS_AS(custom<Columns>(g, x, nowhere), Error);
  }
  g.conv(x, one_to_one);
  CHECK_NOTHROW(check(g));
  Graph swapped = g;
  std::swap(swapped.nodes[1], swapped.nodes[2]);
  CHECK_THROWS_WITH_AS(check(swapped),
                       "a node has the number of 1: expected operands that are nodes before it", Error);
  CHECK_THROWS_AS(Net{swapped}, Error);
  g.nodes[2].a = no_value;
  CHECK_THROWS_AS(check(g), Error);
}

TEST_CASE("a network's result is that of its last node, or there is none") {
  const auto with_rest = [](Graph& g, Value x) {
    const Value y = g.conv(x, {.in = 3, .out = 4});
    g.conv(y, {.in = 4, .out = 7});  // of no use, and last
    return y;
  };
  CHECK_THROWS_AS(graph_of(with_rest), Error);
  CHECK(out(graph_of(sequential(with_rest, conv({.in = 4, .out = 2}))), {3, 8, 8}) == Shape{2, 8, 8});
}

TEST_CASE("custom layers that give other channels than their neighbours were told") {
  const auto three = conv({.in = 12, .out = 3});
  CHECK_THROWS_AS(graph_of(sequential(Custom<IntoChannels>{}, three)), Error);
  const Graph known = graph_of(sequential(conv(one_to_one), Custom<IntoChannels>{}, three));
  CHECK(out(known, {3, 8, 8}) == Shape{3, 4, 4});
  CHECK_THROWS_AS(out(known, {3, 1, 8}), Error);  // a side of none
  // 3 * 64 channels of the picture with which the graph was composed.
  Net net(graph_of(sequential(conv(one_to_one), Custom<Columns>{}, conv({.in = 192, .out = 3}))));
  CHECK_NOTHROW(net.infer(filled<Photo, Cpu>(1, {3, 8, 64})));
  CHECK_THROWS_AS(net.infer(filled<Photo, Cpu>(1, {3, 8, 16})), Error);
}

TEST_CASE("batches that are not as long as they say, into steps, losses and sums") {
  CycleGan<Photo, Mask, Paper<Described, Described>> model(resnet_generator(1, 2), patch_discriminator(2),
                                                           {});
  for (const auto& [n, says] : {std::pair{4, 1}, {1, 4}, {1, 0}, {1, -1}}) {
    auto a = filled<Photo>(n, {3, 24, 24});
    auto b = filled<Mask>(n, {3, 24, 24});
    a.n = b.n = says;
    if (says == 1)
      CHECK_NOTHROW(model.step(a, b));  // the first picture
    else
      CHECK_THROWS_AS(model.step(a, b), Error);
    auto x = filled<Photo, Cpu>(n, {3, 16, 16});
    auto target = filled<Photo, Cpu>(std::max(says, 0), {3, 16, 16});
    x.n = target.n = says;
    CHECK_THROWS_AS(reconstruction_loss<L1>(x, target), Error);
    CHECK_THROWS_AS(reconstruction_loss<L1>(target, x), Error);
    CHECK_THROWS_AS(reconstruction_loss<Ssim<>>(x, target), Error);
    auto score = filled<Verdict<Photo>, Cpu>(n, {1, 4, 4});
    score.n = says;
    CHECK_THROWS_AS(real_loss<LeastSquares>(score), Error);
    if (says == 1) CHECK(as<Mask>(x).data.size() == target.data.size());
  }
  const auto dx = filled<Tangent<Photo>, Cpu>(1, {3, 16, 16});
  CHECK_THROWS_AS((filled<Tangent<Photo>, Cpu>(1, {3, 32, 32}) + dx), Error);
  CHECK_THROWS_AS((filled<Tangent<Photo>, Cpu>(2, {3, 16, 16}) + dx), Error);
}

TEST_CASE("a translator says why a network can take no picture") {
  const Window halved{.in = 3, .out = 3, .kernel = 3, .stride = 2, .pad = 1};
  const Translator<Photo, Mask, Described, Cpu> translate{Net(graph_of(residual(conv(halved))))};
  CHECK_THROWS_WITH_AS(
      translate(filled<Photo>(1, {3, 16, 16})),
      "a picture to translate has a side of 16: expected one that this network can take, as it "
      "is or up to 255 pixels larger; a sum meets a side of 271: expected that of its body",
      Error);
}
