// Every kernel of the CUDA backend, on fibers, against Reference: sizes one below, at and above every tile,
// chunk and vector width, threads in several orders, which must not change a bit. This file is also compiled
// with ThreadSanitizer, run against kernels with a mistake in them (mutants.py), and for a device.
#include "backend/convolutions.hpp"
#include "backend/values.hpp"
#include "device/cuda_runtime.h"
#include "support/sanitizers.hpp"
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random_crops.hpp>
#include <guise/loss/formulas.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/sgd.hpp>

using namespace guise;
using namespace guise::test;

namespace {

constexpr unsigned orders = GUISE_ORDERS;  // of the threads; ThreadSanitizer needs but one

// run(backend) -> Values
template <class F> void same(F run, double tolerance = 1e-5) {
  const Values expected = run(Reference<float>{});
  Values first;
  for (gpu::seed = 0; gpu::seed < orders; ++gpu::seed) {
    const Values got = run(Cuda());
    CHECK(difference(got, expected) < tolerance);
    if (gpu::seed == 0)
      first = got;
    else
      CHECK(got == first);
  }
}
Values joined(std::initializer_list<Values> parts) {
  Values all;
  for (const Values& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
// One below, at and above each.
std::vector<std::size_t> around(std::initializer_list<std::size_t> borders) {
#ifdef GUISE_THREAD_SANITIZER
  return {borders};  // slow, and a race shows at any size
#endif
  std::vector<std::size_t> sizes;
  for (std::size_t n : borders) sizes.insert(sizes.end(), {n - 1, n, n + 1});
  return sizes;
}
Values scaled(Values values, float by) {
  for (float& each : values) each *= by;
  return values;
}
Values absolute(Values values) {
  for (float& each : values) each = std::abs(each);
  return values;
}
Values statistics(std::size_t n) {
  Values stats = noise(n, 9);
  for (std::size_t k = 1; k < n; k += 2) stats[k] = 0.5f + std::abs(stats[k]);
  return stats;
}

}  // namespace

constexpr Activation::Kind known[] = {Activation::none, Activation::relu, Activation::leaky_relu,
                                      Activation::tanh, Activation::sigmoid};

TEST_CASE("pointwise") {
  for (std::size_t n : around({2, 256, 1 << 20}))  // a block; all blocks
    same([&](const auto& b) {
      const On x(b, noise(n, 1));
      On y(b, noise(n, 2)), z(b, Values(n, NAN));
      b.axpby(n, 0.75, x, -0.5, y);
      b.axpby(n, 2, x, 0, z);
      return joined({y.values(), z.values()});
    });
  for (std::size_t n : {255u, 257u})
    for (Activation::Kind a : known)
      same([&](const auto& b) {
        On x(b, noise(n, 1)), dy(b, noise(n, 2)), dx(b, n), y(b, n);
        b.pointwise(a, n, x, y);
        b.pointwise_dx(a, n, nullptr, y, dy, dx);
        return joined({y.values(), dx.values()});
      });
  for (Activation::Kind a : {Activation::none, Activation::relu, Activation::leaky_relu, Activation::tanh})
    same([&](const auto& b) {  // what is not a number stays, and has the slope of what is above 0
      const On x(b, Values{-1, NAN, 2, 0}), dy(b, Values(4, 3));
      On y(b, 4u), dx(b, 4u);
      b.prologue({1, 1, 1, 4, false, a, 0}, x, nullptr, nullptr, y);
      b.pointwise_dx(a, 4, nullptr, a == Activation::tanh ? dy : x, dy, dx);
      Values all = y.values();
      CHECK(std::isnan(all[1]));
      all[1] = 0;
      return joined({all, dx.values()});
    });
}

namespace {

template <class Rule> void check_update(Rule rule, std::size_t n, const Values& losses) {
  const auto numbers = optimizer_scalars<float>(rule, 0.1, 2);
  same([&](const auto& b) {
    const On scalars(b, Values(numbers.begin(), numbers.end())), guard(b, losses);
    Values gradient = noise(n, 1), squares(n, 0.25f);
    gradient[0] = squares[0] = 0;  // never a gradient: the epsilon alone
    On g(b, gradient), m(b, absolute(noise(n, 2))), v(b, squares), w(b, noise(n, 4));
    float* const states[] = {m, v};
    b.update(update_formula<Rule>, n, {2, guard}, scalars, g, states, w);
    return joined({g.values(), m.values(), v.values(), w.values()});
  });
}

}  // namespace

TEST_CASE("what the host decides of a step") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Values& values : {Values{0, 1}, {NAN, 1}, {0, infinity}, {-infinity, NAN}}) {
    for (std::size_t floats : {1u, 255u, 257u})
      same(
          [&](const auto& b) {
            const On moves(b, Values{-2, 2, 0, 2, 1, -3}), guard(b, values);
            On pictures(b, noise(6 * floats, 1)), pool(b, noise(3 * floats, 2));
            b.swap_rows(6, floats, {2, guard}, moves, pictures, pool);
            return joined({pictures.values(), pool.values()});
          },
          1e-30);
    for (std::size_t n : around({256})) check_update(Adam{.beta1 = 0.9}, n, values);
  }
  check_update(Adam{.beta1 = 0.9}, (1 << 20) + 1, {0, 1});  // more than all blocks
  check_update(AdamW{}, 300, {0, 1});
  check_update(Sgd{.momentum = 0.9, .weight_decay = 0.1, .nesterov = true}, 300, {0, 1});
  check_update(RmsProp{.weight_decay = 0.1, .momentum = 0.9}, 300, {0, 1});
}

TEST_CASE("random crops of loaded pictures") {
  struct Case {
    int n, load, crop;
  };
  for (const auto& [n, load, crop] : {Case{1, 3, 3}, {2, 11, 9}, {3, 12, 11}}) {
    RandomCrops<void> batch{n, load, crop};
    for (std::size_t k = 0; k < batch.rgb.size(); ++k)
      batch.rgb[k] = static_cast<unsigned char>(37 * k + k / 256);
    for (int k = 0; k < n; ++k)
      batch.crops[std::size_t(k)] = {(load - crop) * (k % 2), (load - crop) / (k + 1), k % 2 == 1};
    Values expected;
    for (int k = 0; k < n; ++k)
      for (int row = 0; row < crop; ++row)
        for (int column = 0; column < crop; ++column) {
          const auto [left, top, flipped] = batch.crops[std::size_t(k)];
          const int from = left + (flipped ? crop - 1 - column : column);
          for (int channel = 0; channel < 3; ++channel)
            expected.push_back(
                float(batch.rgb[std::size_t(((k * load + top + row) * load + from) * 3 + channel)]) / 127.5f -
                1);
        }
    for (gpu::seed = 0; gpu::seed < orders; ++gpu::seed) {
      const Cuda device;
      On y(device, expected.size());
      device.random_crops(n, load, crop, batch.rgb.data(), batch.crops.data(), y);
      CHECK(y.values() == expected);
    }
  }
}

TEST_CASE("column sums and what batch norms need") {
  for (int c : {1, 31, 32, 33})
    for (std::size_t rows : {1u, 7u, 8u, 9u, 255u, 256u, 257u, 2500u, 4300u}) {
      const std::size_t n = rows * std::size_t(c);
      if (c > 1 && rows > 300 && c != 33) continue;
      same([&](const auto& b) {
        const On x(b, noise(n, 1)), dy(b, noise(n, 2)), scale(b, noise(std::size_t(c), 3)),
            shift(b, noise(std::size_t(c), 4));
        On y(b, n), z(b, n), db(b, noise(std::size_t(c), 8)), dscale(b, noise(std::size_t(c), 6)),
            dshift(b, noise(std::size_t(c), 7));
        b.column_sums(rows, c, dy, db);
        b.affine(rows, c, x, scale, shift, y);
        b.affine(rows, c, x, scale, nullptr, z);
        b.affine_dw(rows, c, x, dy, dscale, dshift);
        return joined({db.values(), y.values(), z.values(), dscale.values(), dshift.values()});
      });
      same([&](const auto& b) {
        const On stats(b, statistics(std::size_t(2 * c)));
        On mean(b, noise(std::size_t(c), 1)), variance(b, Values(std::size_t(c), 0.5f));
        b.track(rows, c, 0.1, 1e-5, stats, mean, variance);
        return joined({mean.values(), variance.values()});
      });
      same([&](const auto& b) {  // a variance as small as the epsilon
        const On mean(b, noise(std::size_t(c), 1)), small(b, Values(std::size_t(c), 2e-5f));
        On none(b, Values(std::size_t(c))), variance(b, Values(std::size_t(c))),
            restored(b, std::size_t(2 * c));
        b.restore(c, 1e-5, mean, small, restored);
        b.track(rows, c, 1, 1e-5, restored, none, variance);
        return joined({restored.values(), scaled(variance.values(), 1e7f)});
      });
    }
}

TEST_CASE("moments") {
  for (int c : {1, 31, 32, 33})
    for (int area : {1, 7, 8, 9, 255, 256, 257, 2500, 4300}) {
      if (c > 1 && area > 300 && c != 33) continue;
      same([&](const auto& b) {
        const On x(b, noise(std::size_t(2 * area * c), 1, 3));
        On stats(b, std::size_t(4 * c));
        b.moments({2, area, 1, c}, x, stats);
        return stats.values();
      });
    }
}

TEST_CASE("prologue and its gradient") {
  const auto check = [](Prologue g) {
    const std::size_t in = std::size_t(g.n) * std::size_t(g.h * g.w * g.c),
                      out =
                          std::size_t(g.n) * std::size_t((g.h + 2 * g.reflect) * (g.w + 2 * g.reflect) * g.c);
    same([&](const auto& b) {
      const On x(b, noise(in, 1)), stats(b, statistics(std::size_t(2 * g.n * g.c))), dy(b, noise(out, 2));
      const float* s = g.normalize ? static_cast<const float*>(stats) : nullptr;
      On y(b, out), sum(b, out), dx(b, in);
      b.prologue(g, x, s, nullptr, y);
      b.prologue(g, x, s, dy, sum);
      b.prologue_dx(g, x, s, dy, dx);
      return joined({y.values(), sum.values(), dx.values()});
    });
  };
  for (int c : {3, 4, 6, 8, 33})
    for (int reflect : {0, 1, 3})
      for (bool normalize : {false, true}) check({2, 5, 4 + c % 3, c, normalize, known[c % 5], reflect});
  for (int w : {125, 126, 127, 128, 129}) check({1, 2, w, 2, true, Activation::relu, 1});
  for (int rows : {8191, 8192, 8193}) check({1, rows, 1, 1, false, Activation::relu, 0});
  check({2, 50, 6, 3, true, Activation::leaky_relu, 2});
}

TEST_CASE("losses") {
  for (std::size_t n : around({2, 1024, 1 << 20}))
    same([&](const auto& b) {
      const On x(b, noise(n, 1)), target(b, noise(n, 2));
      On values(b, std::size_t{2}), dx(b, n), dz(b, n);
      b.mean(mean_formula<L1>, n, 10, x, target, 3, values, dx);
      b.mean(mean_formula<L2>, n, 0.5, x, nullptr, 1, static_cast<float*>(values) + 1, dz);
      return joined({values.values(), dx.values(), dz.values()});
    });
  const auto check = [](auto formula, double constant) {
    same([&](const auto& b) {
      const On x(b, noise(300, 1)), target(b, noise(300, 2));
      On values(b, std::size_t{2}), dx(b, std::size_t{300}), dz(b, std::size_t{300});
      b.mean(mean_formula<decltype(formula)>, 300, 10, x, target, 3, values, dx);
      b.mean(mean_formula<decltype(formula)>, 300, 10, x, nullptr, constant, static_cast<float*>(values) + 1,
             dz);
      return joined({values.values(), dx.values(), dz.values()});
    });
  };
  check(Charbonnier{}, 0.5);
  check(BinaryCrossEntropyWithLogits{}, 1);
  check(Margin{}, -1);
  check(Linear{}, -1);
}

namespace {

// Values of each product near 1, so that one tolerance serves all.
void check(ConvGeometry p, Prologue g = {}) {
  if (g.empty()) g = {p.n, p.h, p.w, p.c};
  Values filter = noise(weights_of(p), 3);
  for (float& v : filter) v /= std::sqrt(float(p.c * p.kernel * p.kernel));
  const auto tensors = [&](const auto& b, auto run) {
    On x(b, noise(floats_in(p), 1)), y(b, noise(floats_out(p), 2)), w(b, filter);
    On out(b, floats_out(p)), dx(b, floats_in(p)), dw(b, filter),
        bias(b, noise(std::size_t(p.c + p.out_c), 4));
    On stats(b, std::size_t(2 * p.n * p.out_c));
    return run(x, y, w, out, dx, dw, bias, stats);
  };
  const float scale = 1 / std::sqrt(float(p.n * p.out_h * p.out_w));
  same([&](const auto& b) {
    return tensors(b, [&](auto& x, auto& y, auto& w, auto& out, auto& dx, auto& dw, auto& bias, auto& stats) {
      b.conv(p, x, w, {static_cast<const float*>(bias), Activation::leaky_relu, stats}, out);
      b.conv_dx(p, y, w, {static_cast<const float*>(bias), Activation::tanh, nullptr}, dx);
      b.conv_dw(p, x, y, dw);
      const Values means = p.out_h * p.out_w > 32 ? stats.values() : Values{};
      return joined({out.values(), means, dx.values(), scaled(dw.values(), scale)});
    });
  });
}
// A prologue and a product at once, both ways.
void check_steps(Prologue g, int out_c, int kernel, int stride, int pad) {
  const int h = g.h + 2 * g.reflect, w = g.w + 2 * g.reflect;
  const ConvGeometry down = geometry(g.n, h, w, g.c, out_c, kernel, stride, pad);
  const ConvGeometry up = {g.n,
                           (h - 1) * stride - 2 * pad + kernel,
                           (w - 1) * stride - 2 * pad + kernel,
                           out_c,
                           h,
                           w,
                           g.c,
                           kernel,
                           stride,
                           pad,
                           pad};
  const std::size_t in = std::size_t(g.n) * std::size_t(g.h * g.w * g.c),
                    packed = std::size_t(g.n) * std::size_t(h * w * g.c),
                    weights = std::size_t(g.c * out_c * kernel * kernel);
  same([&](const auto& b) {
    const On x(b, noise(in, 1)), stats(b, statistics(std::size_t(2 * g.n * g.c))),
        filter(b, noise(weights, 3)), dy(b, noise(floats_out(down), 4)), dz(b, noise(floats_in(up), 5));
    On y(b, floats_out(down)), z(b, floats_in(up)), dw(b, noise(weights, 6)), dv(b, noise(weights, 7)),
        gathered(b, packed);
    if constexpr (FusesForward<std::decay_t<decltype(b)>>) {
      CHECK(b.fused_conv(g, down, false, x, stats, filter, {}, y));
      CHECK(b.fused_conv(g, up, true, x, stats, filter, {}, z));
      CHECK(b.fused_conv_dw(g, down, false, x, stats, dy, dw));
      CHECK(b.fused_conv_dw(g, up, true, x, stats, dz, dv));
    } else {
      b.prologue(g, x, stats, nullptr, gathered);
      b.conv(down, gathered, filter, {}, y);
      b.conv_dx(up, gathered, filter, {}, z);
      b.conv_dw(down, gathered, dy, dw);
      b.conv_dw(up, dz, gathered, dv);
    }
    return joined({y.values(), z.values(), dw.values(), dv.values()});
  });
}

}  // namespace

TEST_CASE("products of sizes round every tile") {
  for (int pixels : {63, 64, 65, 257}) check(geometry(1, 1, pixels, 3, 17, 1, 1, 0));
  for (int out_c : {15, 16, 17, 63, 64, 65}) check(geometry(1, 5, 4, 2, out_c, 3, 1, 1));
  for (int c : {15, 16, 17, 65}) check(geometry(2, 4, 5, c, 3, 3, 1, 1));
  for (int c : {15, 16, 17}) check(geometry(1, 4, 5, c, 3, 1, 1, 0));  // depths round a step's
  for (int c : {28, 29}) check(geometry(1, 4, 5, c, 2, 3, 1, 0));  // 252 and 261 columns of a flat gradient
  for (int w : {511, 512, 513}) check(geometry(1, 2, w, 1, 2, 1, 1, 0));  // depths that are split
  check(geometry(2, 18, 17, 5, 20, 3, 1, 1));
}

TEST_CASE("products of strides, borders and empty phases") {
  check(geometry(2, 9, 8, 6, 5, 3, 2, 1));
  check(geometry(1, 10, 9, 3, 4, 4, 2, 1));
  check(geometry(1, 7, 9, 4, 3, 1, 3, 0));  // pixels that no output sees
  check(geometry(1, 5, 5, 4, 5, 5, 1, 4));
  check({2, 7, 6, 6, 4, 3, 9, 3, 2, 0, 1});
  check(geometry(1, 8, 8, 3, 4, 7, 3, 2));
}

TEST_CASE("a prologue and a product at once") {
  check_steps({2, 5, 6, 8, true, Activation::relu, 1}, 17, 3, 1, 0);
  check_steps({1, 6, 7, 3, false, Activation::leaky_relu, 3}, 20, 3, 2, 1);
  check_steps({2, 4, 5, 17, true, Activation::tanh, 0}, 3, 4, 2, 1);
}

TEST_CASE("each channel by itself") {
  for (const ConvGeometry& p : {ConvGeometry{2, 9, 7, 5, 9, 7, 5, 3, 1, 1, 1},
                                {1, 8, 10, 33, 4, 5, 33, 3, 2, 0, 0},
                                {3, 16, 6, 2, 8, 3, 2, 5, 2, 1, 1},
                                {1, 5, 4, 3, 1, 2, 3, 2, 3, 0, 1}})
    same([&](const auto& b) {
      const On x(b, noise(floats_in(p), 1)), w(b, noise(std::size_t(p.c * p.kernel * p.kernel), 2)),
          dy(b, noise(floats_out(p), 3)), bias(b, noise(std::size_t(p.c), 4));
      On y(b, floats_out(p)), plain(b, floats_out(p)), dx(b, floats_in(p)),
          dw(b, noise(std::size_t(p.c * p.kernel * p.kernel), 5));
      b.depthwise(p, x, w, bias, y);
      b.depthwise(p, x, w, nullptr, plain);
      b.depthwise_dx(p, dy, w, dx);
      b.depthwise_dw(p, x, dy, dw);
      return joined({y.values(), plain.values(), dx.values(), dw.values()});
    });
  for (const ConvGeometry& p : {ConvGeometry{2, 8, 6, 5, 4, 3, 5, 2, 2, 0, 0},
                                {1, 7, 9, 33, 3, 4, 33, 2, 2, 0, 0},
                                {1, 7, 8, 2, 5, 6, 2, 3, 1, 0, 0},
                                {1, 8, 9, 3, 3, 3, 3, 2, 3, 0, 0}})
    same(
        [&](const auto& b) {
          Values values = noise(floats_in(p), 1);
          for (std::size_t k = 0; k < values.size(); k += 3) values[k] = 2;  // many largest ones
          const On x(b, values), dy(b, noise(floats_out(p), 2));
          On y(b, floats_out(p)), dx(b, floats_in(p));
          b.max_pool(p, x, y);
          b.max_pool_dx(p, x, dy, dx);
          return joined({y.values(), dx.values()});
        },
        1e-6);
  for (auto [from, to] : {std::pair{3, 5}, {5, 3}, {33, 64}})
    same([&, from = from, to = to](const auto& b) {
      const On x(b, noise(std::size_t(9 * from), 1));
      On y(b, std::size_t(9 * to));
      b.columns(9, from, x, to, y);
      return y.values();
    });
}
