// The operations over each channel by itself, by every backend against Reference, and Reference against what
// is known: a depthwise convolution is a convolution whose weights between two channels are zero.
#include "backends.hpp"
#include <guise/core/shape.hpp>

#include <array>

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
