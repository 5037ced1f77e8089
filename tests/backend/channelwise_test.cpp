// The operations over each channel by itself, by every backend against Reference, and Reference against what
// is known: a depthwise convolution is a convolution whose weights between two channels are zero.
#include "backends.hpp"
#include <guise/core/shape.hpp>

#include <array>
#include <type_traits>

using namespace guise;
using namespace guise::test;

namespace {

std::size_t floats(int n, int h, int w, int c) { return Shape{c, n * h, w}.floats(); }

// Channels below, at and beside whole vectors; borders on every side; strides.
const ConvGeometry geometries[] = {
    {2, 9, 7, 5, 9, 7, 5, 3, 1, 1, 1},      {1, 8, 10, 24, 4, 5, 24, 3, 2, 0, 0},
    {3, 5, 6, 88, 5, 6, 88, 3, 1, 1, 1},    {1, 16, 16, 16, 8, 8, 16, 5, 2, 1, 1},
    {1, 4, 3, 20, 4, 3, 20, 3, 1, 1, 1},    {1, 3, 2, 16, 3, 2, 16, 3, 1, 1, 1},
    {1, 64, 64, 28, 64, 64, 28, 3, 1, 1, 1}};

}  // namespace

TEST_CASE("a depthwise convolution is a convolution without mixing") {
  const Reference<float> b;
  for (const ConvGeometry& p : geometries) {
    const std::size_t taps = std::size_t(p.kernel) * std::size_t(p.kernel), c = std::size_t(p.c);
    const Values x = noise(floats(p.n, p.h, p.w, p.c), 1), w = noise(c * taps, 2), bias = noise(c, 3);
    Values mixing(c * c * taps, 0.f);
    for (std::size_t k = 0; k < c; ++k) std::copy_n(&w[k * taps], taps, &mixing[(k * c + k) * taps]);
    Values y(floats(p.n, p.out_h, p.out_w, p.c)), expected(y.size());
    b.depthwise(p, x.data(), w.data(), bias.data(), y.data());
    b.conv(p, x.data(), mixing.data(), {.bias = bias.data()}, expected.data());
    CHECK(difference(y, expected) < 1e-5);
  }
}

TEST_CASE("every backend's depthwise convolution is the reference's") {
  for (const ConvGeometry& p : geometries)
    for (bool shifted : {false, true})
      same_as_reference([&](const Channelwise auto& b) {
        On x(b, noise(floats(p.n, p.h, p.w, p.c), 1)), w(b, noise(std::size_t(p.c * p.kernel * p.kernel), 2)),
            bias(b, noise(std::size_t(p.c), 3)), y(b, floats(p.n, p.out_h, p.out_w, p.c));
        const float* shift = bias;
        b.depthwise(p, x, w, shifted ? shift : nullptr, y);
        return y.values();
      });
}

TEST_CASE("every backend's gradients of a depthwise convolution are the reference's") {
  for (const ConvGeometry& p : geometries)
    same_as_reference([&](const Channelwise auto& b) {
      const std::size_t weights = std::size_t(p.c * p.kernel * p.kernel);
      On x(b, noise(floats(p.n, p.h, p.w, p.c), 1)), w(b, noise(weights, 2)),
          dy(b, noise(floats(p.n, p.out_h, p.out_w, p.c), 3)), dx(b, floats(p.n, p.h, p.w, p.c)),
          dw(b, noise(weights, 4));  // is added to
      b.depthwise_dx(p, dy, w, dx);
      b.depthwise_dw(p, x, dy, dw);
      Values both = dx.values(), more = dw.values();
      both.insert(both.end(), more.begin(), more.end());
      return both;
    });
}

TEST_CASE("a prologue, a depthwise convolution and what follows at once are those one after the other") {
  for (const ConvGeometry& of : geometries)
    for (int reflect : {0, 1, 2}) {
      if (reflect >= of.h || reflect >= of.w) continue;
      const Prologue g{of.n, of.h, of.w, of.c, reflect != 2, Activation::relu, reflect};
      ConvGeometry p = of;
      p.h += 2 * reflect, p.w += 2 * reflect, p.out_h += 2 * reflect / p.stride,
          p.out_w += 2 * reflect / p.stride;
      const auto run = [&](const Channelwise auto& b) {
        const std::size_t weights = std::size_t(p.c * p.kernel * p.kernel), c = std::size_t(p.n * p.c);
        const std::size_t outputs = floats(p.n, p.out_h, p.out_w, p.c);
        Values centres = noise(2 * c, 5);
        for (std::size_t k = 1; k < 2 * c; k += 2) centres[k] = 1 + std::abs(centres[k]);
        const On x(b, noise(floats(g.n, g.h, g.w, g.c), 1)), w(b, noise(weights, 2)), stats(b, centres),
            bias(b, noise(std::size_t(p.c), 3)), dy(b, noise(outputs, 4));
        On y(b, outputs), moments(b, 2 * c), dw(b, noise(weights, 6)), packed(b, floats(p.n, p.h, p.w, p.c));
        const float* const read = g.normalize ? static_cast<const float*>(stats) : nullptr;
        const Prologue made{p.n, p.out_h, p.out_w, p.c, false, Activation::leaky_relu, 0};
        if constexpr (FusesDepthwise<std::decay_t<decltype(b)>>) {
          CHECK(b.fused_depthwise(g, p, x, read, w, {bias, Activation::leaky_relu, moments}, y));
          CHECK(b.fused_depthwise_dw(g, p, x, read, dy, dw));
        } else {
          b.prologue(g, x, read, nullptr, packed);
          b.depthwise(p, packed, w, bias, y);
          b.prologue(made, y, nullptr, nullptr, y);
          b.moments(made, y, moments);
          b.depthwise_dw(p, packed, dy, dw);
        }
        Values all = y.values();
        for (const Values& more : {moments.values(), dw.values()})
          all.insert(all.end(), more.begin(), more.end());
        return all;
      };
      same_as_reference(run, 2e-5);
      CHECK(run(Cpu(1)) == run(Cpu(3)));
    }
}

TEST_CASE("every backend's max pooling is the reference's, bit for bit; odd sides leave out the rest") {
  for (auto [h, w, c] : {std::array{7, 9, 5}, {8, 6, 24}, {32, 32, 28}, {2, 2, 16}})
    same_as_reference(
        [&, h = h, w = w, c = c](const Channelwise auto& b) {
          On x(b, noise(floats(2, h, w, c), 1)), y(b, floats(2, h / 2, w / 2, c));
          b.max_pool({2, h, w, c, h / 2, w / 2, c, 2, 2, 0, 0}, x, y);
          return y.values();
        },
        1e-30);
  Values x{1, 5, 2, 3}, y(1), dx(4);
  Reference<float>::max_pool({1, 2, 2, 1, 1, 1, 1, 2, 2}, x.data(), y.data());
  CHECK(y[0] == 5);
}

TEST_CASE("rows of channels are cut or continued with zeros") {
  for (auto [from, to] : {std::pair{3, 5}, {5, 3}, {24, 28}, {88, 96}})
    same_as_reference(
        [&, from = from, to = to](const Channelwise auto& b) {
          On x(b, noise(std::size_t(40 * from), 1)), y(b, std::size_t(40 * to));
          b.columns(40, from, x, to, y);
          return y.values();
        },
        1e-30);
  Values x{1, 2, 3, 4}, y(6);
  Reference<float>::columns(2, 2, x.data(), 3, y.data());
  CHECK(y == Values{1, 2, 0, 3, 4, 0});
}
