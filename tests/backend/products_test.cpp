// The three products of every kind of convolution, against Reference.
#include "backends.hpp"
#include "convolutions.hpp"

#include <string>

using namespace guise;
using namespace guise::test;

namespace {

std::string text(ConvGeometry g) {
  std::string line;
  for (int v : {g.n, g.h, g.w, g.c, g.out_h, g.out_w, g.out_c, g.kernel, g.stride, g.pad_top, g.pad_left})
    line += std::to_string(v) + " ";
  return line;
}

struct Ends {
  bool bias = false, stats = false;
  Activation activation = Activation::none;
};

void check(ConvGeometry g, Ends asked) {
  const std::string what = text(g);
  CAPTURE(what);
  const Values x = noise(floats_in(g), 1), y = noise(floats_out(g), 2);
  Values w = noise(weights_of(g), 3);
  for (float& v : w) v /= std::sqrt(static_cast<float>(g.c * g.kernel * g.kernel));  // outputs of size 1
  const auto product = [&](const auto& b, bool transposed, Ends ends) {
    const int channels = transposed ? g.c : g.out_c;
    const std::size_t size = transposed ? floats_in(g) : floats_out(g);
    const On in(b, transposed ? y : x), weight(b, w), bias(b, noise(std::size_t(channels), 4));
    On out(b, size), stats(b, std::size_t(2 * g.n * channels));
    const Epilogue<float> e{ends.bias ? static_cast<const float*>(bias) : nullptr, ends.activation,
                            ends.stats ? static_cast<float*>(stats) : nullptr};
    transposed ? b.conv_dx(g, in, weight, e, out) : b.conv(g, in, weight, e, out);
    Values all = out.values(), moments = stats.values();
    if (ends.stats && g.n * g.h * g.w > 64) all.insert(all.end(), moments.begin(), moments.end());
    return all;
  };
  same_as_reference([&](const auto& b) { return product(b, false, asked); });
  same_as_reference([&](const auto& b) { return product(b, true, asked); });
  same_as_reference([&](const auto& b) { return product(b, true, {}); });  // an input gradient
  same_as_reference([&](const auto& b) {
    const On in(b, x), out(b, y);
    On dw(b, w);  // is added to
    b.conv_dw(g, in, out, dw);
    return dw.values();
  });
}

constexpr Ends raw{false, false, Activation::none}, before_norm{false, true, Activation::none},
    leaky{true, false, Activation::leaky_relu}, picture{true, false, Activation::tanh},
    all{true, true, Activation::relu};

}  // namespace

TEST_CASE("products of the networks' layers") {
  check(geometry(1, 14, 15, 3, 32, 7, 1, 0), before_norm);   // the first of a generator
  check(geometry(1, 13, 12, 32, 64, 3, 2, 1), before_norm);  // down, and up if transposed
  check(geometry(2, 10, 9, 32, 32, 3, 1, 0), before_norm);   // of a residual block
  check(geometry(2, 8, 8, 32, 32, 3, 1, 1), before_norm);
  check(geometry(1, 14, 13, 32, 3, 7, 1, 0), picture);  // the last
  check(geometry(2, 16, 14, 3, 32, 4, 2, 1), leaky);    // the first of a discriminator
  check(geometry(1, 9, 8, 32, 64, 4, 1, 1), all);
  check(geometry(2, 6, 7, 64, 1, 4, 1, 1), raw);  // its last
  check(geometry(1, 6, 7, 64, 1, 4, 1, 1), picture);
}

TEST_CASE("products of narrow layers") {
  check(geometry(1, 11, 45, 3, 16, 7, 1, 0), before_norm);   // windows are read where they lie, half a panel
  check(geometry(2, 12, 11, 3, 20, 3, 2, 0), all);           // and steps of 2
  check(geometry(1, 20, 22, 32, 16, 3, 2, 1), before_norm);  // half panels, of phases if transposed
  for (int out_c : {1, 2, 3, 4})                             // along the pixels of a row
    check(geometry(2, 9, 50 + 31 * out_c, 16, out_c, 7, 1, 3), out_c == 2 ? all : picture);
  check(geometry(1, 40, 33, 5, 3, 4, 1, 0), leaky);
  check(geometry(1, 3, 300, 24, 3, 3, 1, 2), picture);
}

TEST_CASE("products by Winograd's filtering") {
  CHECK(cpu::winograd::suits(geometry(2, 10, 9, 32, 48, 3, 1, 0)));
  for (int pad : {0, 1, 2}) check(geometry(2, 10, 9, 32, 48, 3, 1, pad), pad == 1 ? before_norm : all);
  check(geometry(1, 23, 14, 48, 32, 3, 1, 1), leaky);
  check(geometry(1, 3, 35, 32, 32, 3, 1, 1), raw);
  check({3, 9, 12, 32, 9, 11, 64, 3, 1, 1, 0}, before_norm);
  check({1, 12, 13, 64, 11, 13, 32, 3, 1, 0, 1}, picture);
  for (int pad : {0, 1, 3}) check(geometry(2, 10, 9, 32, 48, 4, 1, pad), pad == 1 ? before_norm : all);
  check(geometry(1, 15, 16, 64, 32, 4, 1, 1), leaky);
  check(geometry(40, 3, 3, 32, 32, 3, 1, 1), before_norm);    // a tile is a picture
  check(geometry(1, 26, 202, 32, 32, 3, 1, 0), before_norm);  // more tiles than are kept at once
}

TEST_CASE("products by Winograd's filtering of the phases of a stride of 2") {
  const auto halves = [](ConvGeometry g) {
    CHECK(cpu::winograd::suits_phases(g, false));
    CHECK(cpu::winograd::suits_phases(g, true));
    return g;
  };
  for (int kernel : {3, 4})
    for (int pad : {0, 1, 2, 3}) {
      check(halves(geometry(1, 49, 47, 32, 48, kernel, 2, pad)), pad == 1 ? before_norm : all);
      check(halves({2, 36, 37, 48, 19, 19, 32, kernel, 2, pad, 3 - pad}), pad == 1 ? leaky : all);
    }
  check(halves({1, 64, 50, 32, 32, 25, 64, 3, 2, 0, 1}), before_norm);  // zeros at one end alone
  check(halves({2, 41, 33, 64, 19, 15, 32, 4, 2, 1, 0}), leaky);        // pixels that no output sees
  check(halves(geometry(1, 22, 202, 32, 32, 3, 2, 1)), before_norm);    // phases without a pixel in a tile
  check(halves(geometry(60, 9, 9, 32, 32, 4, 2, 1)), before_norm);      // a tile is a picture
  check(halves(geometry(1, 60, 522, 32, 32, 3, 2, 1)), before_norm);    // more tiles than are kept at once
}

TEST_CASE("products of few pixels and many weights") {
  const auto few = [](ConvGeometry g) {
    CHECK(cpu::way_of(g, true, true) == cpu::Way::few_pixels);
    return g;
  };
  check(few(geometry(1, 2, 2, 128, 128, 4, 2, 1)), all);  // the deepest of a U-Net
  check(few(geometry(1, 4, 6, 128, 128, 4, 2, 1)), before_norm);
  check(few(geometry(2, 5, 5, 64, 512, 3, 2, 1)), leaky);
  check(few({1, 6, 5, 512, 4, 5, 64, 3, 1, 0, 1}), picture);
  check(few(geometry(1, 12, 13, 128, 128, 4, 2, 1)), before_norm);  // too many forward
}

TEST_CASE("products at the edges of what is allowed") {
  check(geometry(1, 1, 1, 5, 7, 1, 1, 0), all);
  check(geometry(2, 3, 3, 1, 1, 3, 1, 1), picture);
  check(geometry(3, 5, 4, 17, 33, 1, 1, 0), leaky);
  check(geometry(1, 7, 9, 8, 12, 1, 3, 0), all);   // pixels that no output sees
  check(geometry(1, 5, 5, 40, 20, 5, 1, 4), raw);  // more padding than picture
  check(geometry(1, 9, 9, 48, 16, 2, 2, 0), raw);
  check(geometry(1, 40, 3, 16, 16, 3, 1, 1), before_norm);
  check({2, 7, 7, 6, 4, 4, 9, 3, 2, 0, 0}, leaky);  // zeros at the end alone, as TensorFlow pads
  check({1, 6, 7, 16, 3, 4, 34, 3, 2, 0, 1}, leaky);
  check({1, 6, 6, 3, 5, 6, 20, 4, 1, 1, 2}, raw);
}

TEST_CASE("products of any geometry") {
  Random random(5, 0);
  const auto up_to = [&](int n) { return 1 + static_cast<int>(random.below(std::uint64_t(n))); };
  for (int k = 0; k < 60; ++k) {
    ConvGeometry g{up_to(2), up_to(11), up_to(11), up_to(40), 0, 0, up_to(40), up_to(5), up_to(3), 0, 0};
    if (k % 3 == 0) g.c = 16 * up_to(4), g.out_c = 16 * up_to(4), g.kernel = 3, g.stride = 1;
    g.pad_top = up_to(g.kernel) - 1, g.pad_left = up_to(g.kernel) - 1;
    g.out_h = std::max(1, (g.h + 2 * g.pad_top - g.kernel) / g.stride + 1);
    g.out_w = std::max(1, (g.w + 2 * g.pad_left - g.kernel) / g.stride + 1);
    check(g, k % 2 ? all : leaky);
  }
}

TEST_CASE("the same bits for any number of threads") {
  for (const ConvGeometry g : {geometry(2, 20, 19, 32, 64, 3, 1, 1), geometry(1, 33, 30, 48, 32, 3, 1, 0),
                               geometry(2, 14, 15, 32, 32, 4, 1, 1), geometry(1, 20, 21, 24, 40, 3, 1, 1),
                               geometry(1, 17, 18, 3, 32, 7, 1, 0), geometry(1, 16, 16, 32, 3, 7, 1, 3),
                               geometry(2, 18, 18, 32, 48, 4, 2, 1), geometry(1, 50, 61, 32, 64, 3, 2, 1),
                               geometry(2, 31, 42, 48, 32, 4, 2, 0)}) {
    const auto run = [&](int threads) {
      const Cpu b(threads);
      const On x(b, noise(floats_in(g), 1)), y(b, noise(floats_out(g), 2)), w(b, noise(weights_of(g), 3));
      On out(b, floats_out(g)), stats(b, std::size_t(2 * g.n * g.out_c)), dx(b, floats_in(g)),
          dw(b, weights_of(g));
      b.conv(g, x, w, {nullptr, Activation::none, stats}, out);
      b.conv_dx(g, y, w, {}, dx);
      b.conv_dw(g, x, y, dw);
      Values together = out.values();
      for (const Values& more : {stats.values(), dx.values(), dw.values()})
        together.insert(together.end(), more.begin(), more.end());
      return together;
    };
    const Values one = run(1);
    CHECK(run(2) == one);
    CHECK(run(3) == one);
  }
}

TEST_CASE("weights that never change give the same bits, whatever is kept of them") {
  const Cpu b(2), frozen = b.frozen();
  const ConvGeometry small = geometry(1, 10, 9, 32, 48, 3, 1, 1),
                     large = geometry(2, 60, 50, 32, 48, 3, 1, 1),
                     discriminates = geometry(1, 10, 9, 32, 48, 4, 1, 1),
                     halves = geometry(1, 50, 50, 32, 48, 3, 2, 1);
  const On w(b, noise(weights_of(small), 3)), other(b, noise(weights_of(small), 4)),
      third(b, noise(weights_of(discriminates), 5)), fourth(b, noise(weights_of(halves), 6));
  const auto run = [](const Cpu& backend, ConvGeometry g, const On<Cpu>& with) {
    const On x(backend, noise(floats_in(g), 1));
    On y(backend, floats_out(g));
    backend.conv(g, x, with, {}, y);
    return y.values();
  };
  for (int turn = 0; turn < 2; ++turn)
    for (const ConvGeometry g : {small, large})
      for (const On<Cpu>* with : {&w, &other}) CHECK(run(frozen, g, *with) == run(b, g, *with));
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(run(frozen, discriminates, third) == run(b, discriminates, third));
    CHECK(run(frozen, halves, fourth) == run(b, halves, fourth));
  }
}

TEST_CASE("what is not a number shows") {
  const ConvGeometry g = geometry(1, 12, 12, 32, 32, 3, 1, 1);
  every_backend([&](const auto& b) {
    Values x = noise(floats_in(g), 1);
    x[floats_in(g) / 2] = NAN;
    const On in(b, x), w(b, noise(weights_of(g), 3));
    On out(b, floats_out(g));
    b.conv(g, in, w, {nullptr, Activation::relu, nullptr}, out);
    const Values y = out.values();
    CHECK(std::any_of(y.begin(), y.end(), [](float v) { return std::isnan(v); }));
  });
}
