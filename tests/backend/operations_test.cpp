// Everything between the products, against Reference.
#include "backends.hpp"
#include <guise/backend/make_formula.hpp>
#include <guise/loss/formulas.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>

#include <limits>
#include <thread>

using namespace guise;
using namespace guise::test;

namespace {

constexpr Activation activations[] = {Activation::none,       Activation::relu,
                                      Activation::leaky_relu, {Activation::leaky_relu, 0.05},
                                      Activation::tanh,       Activation::sigmoid};
constexpr int channels[] = {1, 3, 16, 37, 64};

std::size_t floats(Prologue g) { return std::size_t(g.n) * std::size_t(g.h * g.w * g.c); }
std::size_t reflected(Prologue g) {
  return std::size_t(g.n) * std::size_t((g.h + 2 * g.reflect) * (g.w + 2 * g.reflect) * g.c);
}
Values both(Values a, const Values& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
template <class Rule> Values scalars_of(const Rule& rule, double rate, long step) {
  const auto all = optimizer_scalars<float>(rule, rate, step);
  return {all.begin(), all.end()};
}
Values statistics(std::size_t n) {  // means, and inverse deviations that are positive
  Values stats = noise(n, 9);
  for (std::size_t k = 1; k < n; k += 2) stats[k] = 0.5f + std::abs(stats[k]);
  return stats;
}
template <class F> void every_prologue(F f) {
  for (int c : channels)
    for (Activation a : activations)
      for (bool normalize : {false, true})
        for (int reflect : {0, 1, 3}) f(Prologue{2, 5, 4 + c % 3, c, normalize, a, reflect});
}

}  // namespace

TEST_CASE("memory") {
  every_backend([](const auto& b) {
    auto buffer = b.zeros(100'003);
    Values host(buffer.size(), 1.f);
    b.download(host.size(), buffer.data(), host.data());
    CHECK(std::all_of(host.begin(), host.end(), [](float v) { return v == 0; }));
    const Values x = noise(host.size(), 1);
    b.upload(x.size(), x.data(), buffer.data());
    auto twin = b.uninitialized(x.size());
    b.copy(x.size(), buffer.data(), twin.data());
    b.download(host.size(), twin.data(), host.data());
    CHECK(host == x);
  });
}

TEST_CASE("axpby") {
  for (double weight : {0.0, 1.0, -0.5})
    same_as_reference([&](const auto& b) {
      const On x(b, noise(50'021, 1));
      On y(b, weight == 0 ? Values(50'021, NAN) : noise(50'021, 2));  // is not read where its weight is 0
      b.axpby(50'021, 0.75, x, weight, y);
      On same(b, noise(77, 3));
      b.axpby(77, 2, same, 1, same);
      return both(y.values(), same.values());
    });
}

TEST_CASE("prologue and its gradient") {
  every_prologue([](Prologue g) {
    const Values x = noise(floats(g), 1), stats = statistics(std::size_t(2 * g.n * g.c)),
                 dy = noise(reflected(g), 2);
    for (bool adds : {false, true})
      same_as_reference([&](const auto& b) {
        const On in(b, x), s(b, stats), skip(b, dy);
        On y(b, reflected(g));
        b.prologue(g, in, g.normalize ? static_cast<const float*>(s) : nullptr,
                   adds ? static_cast<const float*>(skip) : nullptr, y);
        return y.values();
      });
    same_as_reference([&](const auto& b) {
      const On in(b, x), s(b, stats), out(b, dy);
      On dx(b, floats(g));
      b.prologue_dx(g, in, g.normalize ? static_cast<const float*>(s) : nullptr, out, dx);
      return dx.values();
    });
  });
}

TEST_CASE("moments") {
  for (int c : channels)
    for (int area : {1, 7, 300})
      same_as_reference([&](const auto& b) {
        const On x(b, noise(std::size_t(2 * area * c), 1, 3));
        On stats(b, std::size_t(4 * c));
        b.moments({2, area, 1, c}, x, stats);
        return stats.values();
      });
  every_backend([](const auto& b) {  // no deviation at all
    for (float value : {100.f, 0.1f, -12345.67f}) {
      const On x(b, Values(1000 * 16, value));
      On stats(b, std::size_t{32});
      b.moments({1, 100, 10, 16}, x, stats);
      const Values s = stats.values();
      CHECK(s[0] == doctest::Approx(value).epsilon(1e-7));
      CHECK(s[1] == doctest::Approx(1 / std::sqrt(1e-5)).epsilon(1e-4));
    }
  });
  same_as_reference([](const auto& b) {  // another epsilon
    const On x(b, noise(2 * 300 * 16, 1));
    On stats(b, std::size_t{64});
    b.moments({.n = 2, .h = 300, .w = 1, .c = 16, .epsilon = 0.5}, x, stats);
    return stats.values();
  });
  same_as_reference([](const auto& b) {  // a small deviation round a large mean
    On x(b, noise(4000 * 16, 1, 1000));
    On stats(b, std::size_t{32});
    b.moments({1, 200, 20, 16}, x, stats);
    Values s = stats.values();
    for (std::size_t k = 0; k < s.size(); k += 2) s[k] /= 1000;
    return s;
  });
}

TEST_CASE("activations") {
  for (Activation a : activations)
    same_as_reference(
        [&](const auto& b) {
          const On y(b, noise(30'001, 1)), dy(b, noise(30'001, 2));
          On dx(b, std::size_t{30'001}), t(b, std::size_t{30'001}), same(b, noise(65, 3));
          On u(b, std::size_t{30'001});
          b.pointwise_dx(a, 30'001, nullptr, y, dy, dx);
          b.prologue({1, 1, 30'001, 1, false, a, 0}, y, nullptr, nullptr, t);
          b.pointwise(a, 30'001, y, u);
          CHECK(u.values() == t.values());
          b.pointwise_dx(a, 65, nullptr, y, same, same);
          return both(both(dx.values(), t.values()), same.values());
        },
        2e-6);
  const auto check_no_number = [](const auto& b) {  // it stays so, and has the slope of what is above 0
    for (Activation a : {Activation::none, Activation::relu, Activation::leaky_relu}) {
      const On x(b, Values{-1, NAN, 2, 0}), dy(b, Values(4, 3));
      On y(b, std::size_t{4}), dx(b, std::size_t{4});
      b.prologue({1, 1, 1, 4, false, a, 0}, x, nullptr, nullptr, y);
      b.pointwise_dx(a, 4, nullptr, x, dy, dx);
      CHECK(std::isnan(y.values()[1]));
      CHECK(dx.values()[1] == 3);
    }
  };
  check_no_number(Reference<float>{});
  every_backend(check_no_number);
  every_backend([](const auto& b) {  // relative to each value; and at the ends
    const float infinity = std::numeric_limits<float>::infinity();
    const On x(b, Values{0, 1e-6f, -1e-3f, 0.1f, 0.2499f, 0.2501f, -0.7f, 3, -9, 20, -1e30f, infinity,
                         -infinity, NAN});
    On y(b, std::size_t{14});
    b.prologue({1, 1, 14, 1, false, Activation::tanh, 0}, x, nullptr, nullptr, y);
    const Values in = x.values(), out = y.values();
    for (std::size_t k = 0; k + 1 < in.size(); ++k)
      CHECK(out[k] == doctest::Approx(std::tanh(in[k])).epsilon(5e-7));
    CHECK(std::isnan(out.back()));
  });
}

TEST_CASE("affine, column sums, running statistics") {
  for (int c : channels)
    for (std::size_t rows : {1u, 9u, 500u}) {
      const std::size_t n = rows * std::size_t(c);
      same_as_reference([&](const auto& b) {
        const On x(b, noise(n, 1)), dy(b, noise(n, 2)), scale(b, noise(std::size_t(c), 3)),
            shift(b, noise(std::size_t(c), 4));
        On y(b, n), z(b, noise(n, 5)), dscale(b, noise(std::size_t(c), 6)),
            dshift(b, noise(std::size_t(c), 7)), db(b, noise(std::size_t(c), 8));
        b.affine(rows, c, x, scale, shift, y);
        b.affine(rows, c, z, scale, nullptr, z);
        b.affine_dw(rows, c, x, dy, dscale, dshift);
        b.column_sums(rows, c, dy, db);
        return both(both(y.values(), z.values()), both(both(dscale.values(), dshift.values()), db.values()));
      });
      same_as_reference([&](const auto& b) {
        const On stats(b, statistics(std::size_t(2 * c)));
        On mean(b, noise(std::size_t(c), 1)), variance(b, Values(std::size_t(c), 0.5f)),
            restored(b, std::size_t(2 * c));
        b.track(rows, c, 0.1, 1e-3, stats, mean, variance);
        b.restore(c, 1e-3, mean, variance, restored);
        return both(both(mean.values(), variance.values()), restored.values());
      });
    }
}

TEST_CASE("losses") {
  for (std::size_t n : {1u, 15u, 9000u})
    same_as_reference([&](const auto& b) {
      Values near = noise(n, 1);
      near[n / 2] = noise(n, 2)[n / 2];  // no difference: no gradient
      const On x(b, near), target(b, noise(n, 2));
      On values(b, std::size_t{2}), dx(b, n), dz(b, n);
      b.mean(mean_formula<L1>, n, 10, x, target, 0, values, dx);
      b.mean(mean_formula<L2>, n, 0.5, x, nullptr, 1, static_cast<float*>(values) + 1, dz);
      return both(both(values.values(), dx.values()), dz.values());
    });
  every_backend([](const auto& b) {
    Values x = noise(5000, 1);
    x[4321] = NAN;
    const On in(b, x), target(b, noise(5000, 2));
    On values(b, std::size_t{2}), dx(b, std::size_t{5000});
    b.mean(mean_formula<L1>, 5000, 1, in, target, 0, values, dx);
    b.mean(mean_formula<L2>, 5000, 1, in, nullptr, 1, static_cast<float*>(values) + 1, dx);
    CHECK(std::isnan(values.values()[0]));
    CHECK(std::isnan(values.values()[1]));
  });
}

TEST_CASE("adam") {
  same_as_reference(
      [](const auto& b) {
        const std::size_t n = 20'011;
        On g(b, noise(n, 1)), m(b, noise(n, 2)), v(b, Values(n, 0.25f)), w(b, noise(n, 4));
        float* const states[] = {m, v};
        On scalars(b, scalars_of(Adam{}, 1e-4, 3));
        b.update(update_formula<Adam>, n, {}, scalars, g, states, w);
        b.upload(n, noise(n, 5).data(), g);
        b.upload(8, scalars_of(Adam{.beta1 = 0.9}, 0.1, 4).data(), scalars);
        b.update(update_formula<Adam>, n, {}, scalars, g, states, w);
        return both(both(g.values(), m.values()), both(v.values(), w.values()));
      },
      1e-6);
}

TEST_CASE("a batch and a pool exchange pictures, one after the other") {
  for (std::size_t floats : {1u, 257u, 100'003u}) {
    const auto picture = [&](std::uint64_t name) { return noise(floats, name); };
    const auto row = [](std::initializer_list<Values> pictures) {
      Values all;
      for (const Values& one : pictures) all = both(std::move(all), one);
      return all;
    };
    const auto check = [&](const auto& b) {
      const On moves(b, Values{-2, 2, 0, 2, 1});  // three of them have to do with the second
      On batch(b, row({picture(1), picture(2), picture(3), picture(4), picture(5)}));
      On pool(b, row({picture(6), picture(7), picture(8)}));
      b.swap_rows(5, floats, {}, moves, batch, pool);
      CHECK(batch.values() == row({picture(1), picture(1), picture(3), picture(2), picture(6)}));
      CHECK(pool.values() == row({picture(5), picture(4), picture(8)}));
    };
    every_backend(check);
    check(Reference<float>{});
  }
}

TEST_CASE(
    "where a guard's value is not finite there is no exchange, and Adam does nothing but empty the "
    "gradients") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto check = [&](const auto& b) {
    const std::size_t n = 1000;
    const Values before = noise(n, 1), one(n, 1.f), two(n, 2.f), zero(n, 0.f);
    for (const Values& values : {Values{NAN, 1, 2}, {0, infinity, 2}, {0, 1, -infinity}, {0, 1, 3e38f}}) {
      const bool finite = values[2] == 3e38f;
      const On guard(b, values), scalars(b, scalars_of(Adam{}, 0.1, 1)), moves(b, Values{1});
      On g(b, one), m(b, before), v(b, two), w(b, before), batch(b, one), pool(b, before);
      float* const states[] = {m, v};
      b.update(update_formula<Adam>, n, {3, guard}, scalars, g, states, w);
      b.swap_rows(1, n, {3, guard}, moves, batch, pool);
      CHECK(g.values() == zero);
      CHECK((m.values() == before) != finite);
      CHECK((v.values() == two) != finite);
      CHECK((w.values() == before) != finite);
      CHECK(batch.values() == (finite ? before : one));
      CHECK(pool.values() == (finite ? one : before));
    }
  };
  every_backend(check);
  check(Reference<float>{});
}

TEST_CASE("sums have the same bits for any number of threads") {
  const auto run = [](int threads) {
    const Cpu b(threads);
    const Prologue g{2, 40, 30, 37, true, Activation::relu, 2};
    const On x(b, noise(floats(g), 1)), dy(b, noise(reflected(g), 2));
    On stats(b, std::size_t(4 * g.c)), dx(b, floats(g)), sums(b, noise(std::size_t(g.c), 3)),
        losses(b, std::size_t{2}), d(b, floats(g));
    b.moments(g, x, stats);
    b.prologue_dx(g, x, stats, dy, dx);
    b.column_sums(2400, g.c, x, sums);
    b.mean(mean_formula<L1>, floats(g), 1, x, dx, 0, losses, d);
    b.mean(mean_formula<L2>, floats(g), 1, x, nullptr, 1, static_cast<float*>(losses) + 1, d);
    return both(both(stats.values(), dx.values()), both(sums.values(), losses.values()));
  };
  const Values one = run(1);
  CHECK(run(2) == one);
  CHECK(run(3) == one);
}

TEST_CASE("one Cpu from many threads, and copies of it") {
  const Cpu b(2);
  const Values x = noise(40'000, 1);
  std::vector<std::thread> users;
  std::vector<Values> results(4);
  for (std::size_t k = 0; k < results.size(); ++k)
    users.emplace_back([&x, &result = results[k], b] {
      for (int again = 0; again < 20; ++again) {
        const On in(b, x);
        On out(b, x.size());
        b.axpby(x.size(), 2, in, 0, out);
        result = out.values();
      }
    });
  for (auto& user : users) user.join();
  for (const Values& result : results) CHECK(result[777] == 2 * x[777]);
}

TEST_CASE("threads sleep and wake") {
  const Cpu b(3);
  const On x(b, noise(100'000, 1));
  On y(b, std::size_t{100'000});
  for (int k = 0; k < 5; ++k) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    b.axpby(100'000, k, x, 0, y);
    CHECK(y.values()[99'999] == static_cast<float>(k) * x.values()[99'999]);
  }
}

TEST_CASE("threads of a Cpu") {
  CHECK(Cpu(2).threads() == 2);
  CHECK(Cpu().threads() >= 1);
  CHECK_THROWS_WITH_AS(Cpu(0), "a number of threads of 0: expected at least one", Error);
}

TEST_CASE("blocks that were given back are used again, and not hoarded") {
  Recycler recycler;
  void* first = recycler.take(1000);
  recycler.give(first, 1000);
  CHECK(recycler.take(1000) == first);
  void* other = recycler.take(2000);
  recycler.give(first, 1000);
  recycler.give(other, 2000);
  const Cpu b(1);
  const float* at = b.uninitialized(5000).data();
  CHECK(b.uninitialized(5000).data() == at);
}
