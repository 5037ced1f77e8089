// A prologue and a product at once against the same one after the other, by Reference.
#include "backends.hpp"

using namespace guise;
using namespace guise::test;

namespace {

struct Sides {
  Prologue g;
  ConvGeometry p;
  bool transposed;

  std::size_t in() const { return std::size_t(g.n) * std::size_t(g.h * g.w * g.c); }
  std::size_t gathered() const {
    return std::size_t(g.n) * std::size_t((g.h + 2 * g.reflect) * (g.w + 2 * g.reflect) * g.c);
  }
  std::size_t out() const {
    return std::size_t(g.n) * std::size_t(transposed ? p.h * p.w * p.c : p.out_h * p.out_w * p.out_c);
  }
  int channels() const { return transposed ? p.c : p.out_c; }
  std::size_t weights() const { return std::size_t(p.c * p.out_c * p.kernel * p.kernel); }
};
Sides sides(Prologue g, int out_c, int kernel, int stride, int pad, bool transposed = false, int more = 0) {
  const int h = g.h + 2 * g.reflect, w = g.w + 2 * g.reflect;
  if (transposed) {
    const auto up = [&](int n) { return (n - 1) * stride - 2 * pad + kernel + more; };
    return {g, {g.n, up(h), up(w), out_c, h, w, g.c, kernel, stride, pad, pad}, true};
  }
  const auto down = [&](int n) { return (n + 2 * pad - kernel) / stride + 1; };
  return {g, {g.n, h, w, g.c, down(h), down(w), out_c, kernel, stride, pad, pad}, false};
}
Values statistics(std::size_t n) {
  Values stats = noise(n, 9);
  for (std::size_t k = 1; k < n; k += 2) stats[k] = 0.5f + std::abs(stats[k]);
  return stats;
}

// y, dw and dx; `fused` counts which of them the backend did at once. Others are composed, as a network does.
template <class B> Values run(const B& b, const Sides& s, bool wants_stats, int* fused = nullptr) {
  const On x(b, noise(s.in(), 1)), stats(b, statistics(std::size_t(2 * s.g.n * s.g.c))),
      dy(b, noise(s.out(), 2));
  Values filter = noise(s.weights(), 3);
  for (float& v : filter) v /= std::sqrt(static_cast<float>(s.p.c * s.p.kernel * s.p.kernel));
  const On w(b, filter), bias(b, noise(std::size_t(s.channels()), 4));
  On y(b, s.out()), moments(b, std::size_t(2 * s.g.n * s.channels())), dw(b, filter), dx(b, s.in()),
      packed(b, s.gathered());
  const float* centres = s.g.normalize ? static_cast<const float*>(stats) : nullptr;
  Epilogue<float> e;
  if (wants_stats)
    e.stats = moments;
  else
    e = {static_cast<const float*>(bias), Activation::leaky_relu, nullptr};
  bool done[3] = {};
  if constexpr (FusesForward<B>) done[0] = b.fused_conv(s.g, s.p, s.transposed, x, centres, w, e, y);
  if constexpr (FusesWeightGradient<B>) done[1] = b.fused_conv_dw(s.g, s.p, s.transposed, x, centres, dy, dw);
  if constexpr (FusesInputGradient<B>)
    done[2] = b.fused_conv_dx(s.g, s.p, s.transposed, x, centres, dy, w, dx);
  if (!done[0]) {
    const Values untouched = y.values();
    CHECK(std::all_of(untouched.begin(), untouched.end(), [](float v) { return v == -7; }));
    b.prologue(s.g, x, centres, nullptr, packed);
    s.transposed ? b.conv_dx(s.p, packed, w, e, y) : b.conv(s.p, packed, w, e, y);
  }
  if (!done[1]) {
    CHECK(dw.values() == filter);
    b.prologue(s.g, x, centres, nullptr, packed);
    s.transposed ? b.conv_dw(s.p, dy, packed, dw) : b.conv_dw(s.p, packed, dy, dw);
  }
  if (!done[2]) {
    const Values untouched = dx.values();
    CHECK(std::all_of(untouched.begin(), untouched.end(), [](float v) { return v == -7; }));
    s.transposed ? b.conv(s.p, dy, w, {}, packed) : b.conv_dx(s.p, dy, w, {}, packed);
    b.prologue_dx(s.g, x, centres, packed, dx);
  }
  if constexpr (FusesBothGradients<B>) {
    On dw_too(b, filter), dx_too(b, s.in());
    const bool both = b.fused_conv_dw_dx(s.g, s.p, s.transposed, x, centres, dy, w, dw_too, dx_too);
    CHECK(dw_too.values() == (both ? dw.values() : filter));
    CHECK(dx_too.values() == (both ? dx.values() : Values(s.in(), -7.f)));
    if (fused) *fused += 8 * both;
  }
  if (fused) *fused += done[0] + 2 * done[1] + 4 * done[2];
  Values all = y.values();
  for (const Values& more : {wants_stats ? moments.values() : Values{}, dw.values(), dx.values()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

int check(const Sides& s, bool wants_stats) {
  int fused = 0;
  const Values expected = run(Reference<float>{}, s, wants_stats);
  every_backend([&](const auto& b) { CHECK(difference(run(b, s, wants_stats), expected) < 2e-5); });
  const Values one = run(Cpu(1), s, wants_stats, &fused);
  CHECK(run(Cpu(2), s, wants_stats) == one);
  return fused;
}
Prologue after_norm(int n, int h, int w, int c, int reflect, Activation a = Activation::relu) {
  return {n, h, w, c, true, a, reflect};
}

}  // namespace

TEST_CASE("steps of the networks") {
  CHECK(check(sides(after_norm(2, 9, 10, 32, 1), 32, 3, 1, 0), true) == 15);  // in a residual block
  CHECK(check(sides({1, 16, 13, 64, false, Activation::none, 1}, 32, 3, 1, 0), true) == 15);
  CHECK(check(sides(after_norm(1, 13, 14, 32, 0), 64, 3, 2, 1), true) == 7);    // down
  check(sides(after_norm(2, 6, 7, 64, 0), 32, 3, 2, 1, true, 1), true);         // up
  check(sides(after_norm(1, 12, 13, 32, 3), 3, 7, 1, 0), false);                // the last of a generator
  check(sides({1, 12, 13, 3, false, Activation::none, 3}, 32, 7, 1, 0), true);  // its first
  check(sides(after_norm(2, 8, 70, 16, 3), 3, 7, 1, 0), false);                 // and those of narrow ones
  check(sides(after_norm(1, 20, 66, 32, 3, Activation::tanh), 2, 7, 1, 1), true);
  check(sides({2, 12, 14, 32, false, Activation::leaky_relu, 0}, 64, 4, 2, 1), true);  // of a discriminator
  check(sides(after_norm(1, 11, 12, 64, 0, Activation::leaky_relu), 48, 4, 1, 1), true);
  check(sides(after_norm(1, 9, 8, 64, 0, Activation::leaky_relu), 1, 4, 1, 1), false);
}

TEST_CASE("steps of strides of 2 with many pixels") {
  CHECK(check(sides(after_norm(1, 40, 41, 32, 0), 64, 3, 2, 1), true) == 7);
  CHECK(check(sides(after_norm(2, 17, 18, 64, 0), 32, 3, 2, 1, true, 1), true) == 7);
  CHECK(check(sides({2, 32, 34, 32, false, Activation::leaky_relu, 0}, 64, 4, 2, 1), true) == 7);
  check(sides(after_norm(1, 19, 18, 64, 0, Activation::tanh), 48, 4, 2, 1, true), false);
  check(sides(after_norm(1, 40, 41, 32, 2), 64, 3, 2, 1), false);
  check(sides(after_norm(1, 40, 41, 32, 1), 64, 4, 2, 0), true);
  check(sides(after_norm(1, 20, 21, 32, 1), 64, 4, 2, 0, true), true);
}

TEST_CASE("steps of few pixels and many weights") {
  check(sides({2, 4, 6, 128, false, Activation::leaky_relu, 0}, 128, 4, 2, 1), true);  // down a U-Net
  check(sides(after_norm(1, 2, 3, 128, 0), 128, 4, 2, 1, true), true);                 // up
  check(sides(after_norm(1, 5, 4, 512, 2), 64, 3, 2, 1), true);
}

TEST_CASE("steps of other shapes") {
  CHECK(check(sides(after_norm(1, 66, 68, 32, 1), 32, 3, 1, 0), true) == 7);  // too many tiles at once
  check(sides(after_norm(1, 3, 30, 32, 1), 32, 3, 1, 0), true);
  check(sides(after_norm(1, 2, 2, 32, 1), 32, 3, 1, 0), false);
  check(sides(after_norm(3, 12, 9, 48, 1, Activation::tanh), 64, 3, 1, 0), true);
  check(sides(after_norm(9, 5, 5, 32, 0), 32, 3, 1, 1), true);
  check(sides(after_norm(1, 9, 9, 32, 2), 32, 3, 1, 0), true);
  check(sides(after_norm(1, 9, 9, 32, 1), 32, 3, 1, 1), true);
  check(sides(after_norm(1, 9, 7, 20, 1), 24, 3, 1, 0), true);
  check(sides(after_norm(2, 10, 9, 32, 0), 32, 3, 1, 1, true), false);
  check(sides(after_norm(1, 7, 7, 32, 2), 5, 5, 2, 1), false);
}
