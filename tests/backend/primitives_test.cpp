// The general operations on tensors: every backend against Reference, Reference against PyTorch, and gradients
// by the identity of a linear map and its transpose, in double precision.
#include "backends.hpp"
#include "primitive_cases.hpp"
#include <guise/io/weights/safetensors.hpp>

#include <string>

using namespace guise;
using namespace guise::test;

namespace {

using Doubles = std::vector<double>;
const Reference<double> exact;

Doubles random(std::size_t n, std::uint64_t stream) {
  const Values values = noise(n, stream);
  return {values.begin(), values.end()};
}
double dot(const Doubles& a, const Doubles& b) {
  REQUIRE(a.size() == b.size());
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}
// <A x, y> = <x, A' y>: forward and backward write what they say.
template <class Forward, class Backward>
void check_transpose(std::size_t in, std::size_t out, Forward forward, Backward backward) {
  const Doubles x = random(in, 1), dy = random(out, 2);
  Doubles y(out, -7), dx(in, -7);
  forward(x.data(), y.data());
  backward(dy.data(), dx.data());
  CHECK(dot(y, dy) == doctest::Approx(dot(x, dx)).epsilon(1e-12));
  CHECK(dot(y, dy) != doctest::Approx(0).epsilon(1e-12));
}
const auto same = [](auto run) { same_as_reference(run); };
const auto same_bits = [](auto run) { same_as_reference(run, 1e-30); };

}  // namespace

TEST_CASE("channels are copied between tensors of other widths") {
  channel_copies(same_bits);
  const Values x{1, 2, 3, 4, 5, 6};
  Values y(8, 0);
  Reference<float>::copy_channels(2, 2, x.data(), 3, 1, y.data(), 4, 0);
  CHECK(y == Values{2, 3, 0, 0, 5, 6, 0, 0});
}

TEST_CASE("dropout keeps the same elements on every backend") { dropouts(same_bits); }

TEST_CASE("dropout keeps as many as it says, and independently of everything but its counters") {
  const std::size_t n = 1 << 18;
  const auto kept = [&](double rate, std::uint64_t stream, float first, float second) {
    Values y(n), x(n, 1);
    const Values counter{first, second};
    Reference<float>::dropout(n, rate, stream, counter.data(), x.data(), y.data());
    const float scale = static_cast<float>(1 / (1 - rate));
    CHECK(std::all_of(y.begin(), y.end(), [&](float v) { return v == 0 || v == scale; }));
    for (float& v : y) v = v != 0;
    return y;
  };
  const auto share = [&](const Values& a, const Values& b) {  // that are kept by both
    double both = 0;
    for (std::size_t k = 0; k < n; ++k) both += static_cast<double>(a[k] * b[k]);
    return both / double(n);
  };
  const double near = 5 * 0.5 / std::sqrt(double(n));  // five deviations
  for (double rate : {0.0, 0.1, 0.5, 0.9}) {
    const Values one = kept(rate, 3, 10, 0);
    CHECK(std::abs(share(one, one) - (1 - rate)) < near);
  }
  const Values one = kept(0.5, 3, 10, 0);
  CHECK(one == kept(0.5, 3, 10, 0));
  for (const Values& other : {kept(0.5, 4, 10, 0), kept(0.5, 3, 11, 0), kept(0.5, 3, 10, 1),
                              kept(0.5, 10, 3, 0), kept(0.5, 3, 0, 10)})
    CHECK(std::abs(share(one, other) - 0.25) < near);
  for (std::size_t lag : {1u, 2u, 3u, 4u, 16u, 64u, 256u, 4096u}) {  // elements of one mask
    Values later = one;
    std::rotate(later.begin(), later.begin() + std::ptrdiff_t(lag), later.end());
    CHECK(std::abs(share(one, later) - 0.25) < near);
  }
  const DropoutKey key(3, 10, 0);  // and those that 32 bits do not count
  double both = 0;
  for (std::size_t k = 0; k < n; ++k)
    both += key.bits(k) < 1u << 31 && key.bits(k + (std::size_t{1} << 32)) < 1u << 31;
  CHECK(std::abs(both / double(n) - 0.25) < near);
}

TEST_CASE("resampling is the reference's on every backend") { resamples(same); }

TEST_CASE("the filters are PyTorch's") {
  const auto golden = read_safetensors(std::string(GUISE_GOLDEN_DIR) + "/primitives.safetensors");
  struct Case {
    std::string name;
    Filter filter;
    int factor;
  };
  for (const auto& [name, filter, factor] : {Case{"nearest_up.2", Filter::nearest_up, 2},
                                             {"nearest_up.3", Filter::nearest_up, 3},
                                             {"bilinear_up.2", Filter::bilinear_up, 2},
                                             {"bilinear_up.3", Filter::bilinear_up, 3},
                                             {"blur_down.2", Filter::blur_down, 2},
                                             {"blur_up.2", Filter::blur_up, 2},
                                             {"average_pool.2", Filter::average_pool, 2},
                                             {"average_pool.3", Filter::average_pool, 3}})
    for (const std::string sides : {"odd", "even"}) {
      const auto tensor = [&, name = name](const char* what) -> const Tensor& {
        return *golden.find(name + "." + sides + "." + what);
      };
      CAPTURE(name);
      CAPTURE(sides);
      const Tensor &x = tensor("x"), &y = tensor("y");
      const Resample g =
          resample_of(filter, factor, int(x.shape[0]), int(x.shape[1]), int(x.shape[2]), int(x.shape[3]));
      CHECK(g.out_h == int(y.shape[1]));
      CHECK(g.out_w == int(y.shape[2]));
      Values got(outputs(g)), dx(inputs(g));
      Reference<float>::resample(g, x.data.data(), got.data());
      Reference<float>::resample_dx(g, tensor("dy").data.data(), dx.data());
      CHECK(difference(got, y.data) < 1e-6);
      CHECK(difference(dx, tensor("dx").data) < 1e-6);
    }
}

TEST_CASE("sides that a filter does not take, and those that it makes") {
  CHECK(resampled_side(Filter::blur_down, 2, 1) == 0);
  CHECK(resampled_side(Filter::blur_down, 3, 9) == 0);
  CHECK(resampled_side(Filter::blur_down, 2, 7) == 4);
  CHECK(resampled_side(Filter::blur_up, 2, 7) == 14);
  CHECK(resampled_side(Filter::average_pool, 3, 8) == 2);
  CHECK(resampled_side(Filter::average_pool, 3, 2) == 0);
}

TEST_CASE("resample_dx is the transpose of resample") {
  every_resample([](Resample g) {
    check_transpose(
        inputs(g), outputs(g), [&](const double* x, double* y) { exact.resample(g, x, y); },
        [&](const double* dy, double* dx) { exact.resample_dx(g, dy, dx); });
  });
}

TEST_CASE("broadcast products and sums over axes are the reference's on every backend") {
  broadcasts_and_sums(same);
}

TEST_CASE("gradients of broadcast products and of sums over axes") {
  const std::size_t n = 2 * 5 * 3;
  for (bool pixels : {false, true})
    for (bool channels : {false, true}) {
      const std::size_t kept = 2 * std::size_t(pixels ? 1 : 5) * std::size_t(channels ? 1 : 3);
      const Broadcast g{2, 5, 3, pixels, channels};
      const Doubles x = random(n, 5);
      check_transpose(
          kept, n, [&](const double* s, double* y) { exact.multiply(g, x.data(), s, y); },
          [&](const double* dy, double* ds) { exact.multiply_ds(g, x.data(), dy, ds); });
      const Doubles s = random(kept, 6);
      check_transpose(
          n, n, [&](const double* v, double* y) { exact.multiply(g, v, s.data(), y); },
          [&](const double* dy, double* dx) { exact.multiply(g, dy, s.data(), dx); });
      for (bool mean : {false, true}) {
        const Reduce r{2, 5, 3, pixels, channels, mean};
        check_transpose(
            n, kept, [&](const double* v, double* y) { exact.reduce(r, v, y); },
            [&](const double* dy, double* dx) { exact.reduce_dx(r, dy, dx); });
      }
    }
  const Doubles x{1, 2, 3, 4, 5, 6};  // (1, 2, 3)
  Doubles y(3);
  exact.reduce({1, 2, 3, true, false, true}, x.data(), y.data());
  CHECK(y == Doubles{2.5, 3.5, 4.5});
  exact.reduce({1, 2, 3, false, true, false}, x.data(), y.data());
  CHECK(y[0] == 6);
  CHECK(y[1] == 15);
}

TEST_CASE("products of matrices are the reference's on every backend") {
  matrix_products(same);
  const Doubles a{1, 2, 3, 4, 5, 6}, b{1, 0, 2, 0, 1, 3};  // (2, 3) and (2, 3) transposed
  Doubles y(4);
  exact.matmul({1, 2, 2, 3, false, true}, a.data(), b.data(), y.data());
  CHECK(y == Doubles{7, 11, 16, 23});
}

TEST_CASE("a product of matrices reads nothing beside its sample") {
  for (bool transpose_a : {false, true})
    for (bool transpose_b : {false, true})
      every_backend([&](const auto& b) {
        Values left = noise(2 * 3 * 5, 1), right = noise(2 * 5 * 7, 2);
        std::fill(left.begin() + 3 * 5, left.end(), NAN);
        std::fill(right.begin() + 5 * 7, right.end(), NAN);
        const On a(b, left), c(b, right);
        On y(b, std::size_t{2 * 3 * 7});
        b.matmul({2, 3, 7, 5, transpose_a, transpose_b}, a, c, y);
        const Values got = y.values();
        CHECK(std::none_of(got.begin(), got.begin() + 21, [](float v) { return std::isnan(v); }));
        CHECK(std::all_of(got.begin() + 21, got.end(), [](float v) { return std::isnan(v); }));
      });
}

TEST_CASE("gradients of a product of matrices are products of matrices") {
  const int m = 3, n = 5, k = 4, batch = 2;
  for (bool ta : {false, true})
    for (bool tb : {false, true}) {
      const Matmul g{batch, m, n, k, ta, tb};
      const std::size_t of_a = batch * m * k, of_b = batch * k * n, of_y = batch * m * n;
      const Doubles a = random(of_a, 3), b = random(of_b, 4);
      check_transpose(
          of_a, of_y, [&](const double* x, double* y) { exact.matmul(g, x, b.data(), y); },
          [&](const double* dy, double* da) {
            if (ta)
              exact.matmul({batch, k, m, n, tb, true}, b.data(), dy, da);  // b dy'
            else
              exact.matmul({batch, m, k, n, false, !tb}, dy, b.data(), da);  // dy b'
          });
      check_transpose(
          of_b, of_y, [&](const double* x, double* y) { exact.matmul(g, a.data(), x, y); },
          [&](const double* dy, double* db) {
            if (tb)
              exact.matmul({batch, n, k, m, true, ta}, dy, a.data(), db);  // dy' a
            else
              exact.matmul({batch, k, n, m, !ta, false}, a.data(), dy, db);  // a' dy
          });
    }
}

TEST_CASE("rows by index") {
  rows_by_index(same);
  const Doubles index{4, 0, 4, 2};
  check_transpose(
      5 * 3, 4 * 3, [&](const double* x, double* y) { exact.gather_rows(4, 3, index.data(), x, y); },
      [&](const double* dy, double* dx) {
        std::fill_n(dx, 5 * 3, 0.0);  // is added to
        exact.gather_rows_dx(4, 3, index.data(), dy, dx);
      });
}

namespace {

// The gradient dx of <y, dy>, or of a loss, against differences of f(x), its value.
template <class F> void check_differences(Doubles x, const Doubles& dx, F f) {
  const double step = 1e-5;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double here = x[k];
    x[k] = here + step;
    const double above = f(x);
    x[k] = here - step;
    const double below = f(x);
    x[k] = here;
    CHECK(dx[k] == doctest::Approx((above - below) / (2 * step)).epsilon(1e-6));
  }
}

}  // namespace

TEST_CASE("rows of length 1") {
  rows_by_themselves(same);
  const Doubles x{3, 4, 0, 0};
  Doubles y(4), dx(4);
  exact.normalize_rows(2, 2, 0.1, x.data(), y.data());
  CHECK(y[0] == doctest::Approx(3 / 5.1));
  CHECK(y[1] == doctest::Approx(4 / 5.1));
  CHECK(y[2] == 0);
  exact.normalize_rows_dx(2, 2, 0.1, x.data(), Doubles{0, 0, 1, 2}.data(), dx.data());
  CHECK(dx[3] == doctest::Approx(20));  // at length 0 as if its length did not change
  const Doubles some = random(3 * 7, 1), dy = random(3 * 7, 2);
  Doubles slope(3 * 7);
  exact.normalize_rows_dx(3, 7, 0.1, some.data(), dy.data(), slope.data());
  check_differences(some, slope, [&](const Doubles& at) {
    Doubles made(3 * 7);
    exact.normalize_rows(3, 7, 0.1, at.data(), made.data());
    return dot(made, dy);
  });
}

TEST_CASE("the cross-entropy of a softmax") {
  cross_entropies(same);
  const Doubles x{0, std::log(3.), std::log(4.), 0};  // of probabilities 1/4 and 3/4, 4/5 and 1/5
  Doubles value(1), dx(4);
  exact.cross_entropy(2, 2, 10, x.data(), nullptr, value.data(), dx.data());
  CHECK(value[0] == doctest::Approx(-5 * (std::log(0.25) + std::log(0.2))));
  CHECK(dx[0] == doctest::Approx(5 * (0.25 - 1)));
  CHECK(dx[1] == doctest::Approx(5 * 0.75));
  const Doubles some = random(6 * 5, 1), index{4, 0, 1, 1, 3, 2};
  for (const double* chosen : {static_cast<const double*>(nullptr), index.data()}) {
    Doubles slope(6 * 5);
    exact.cross_entropy(6, 5, 0.7, some.data(), chosen, value.data(), slope.data());
    check_differences(some, slope, [&](const Doubles& at) {
      Doubles one(1), unused(6 * 5);
      exact.cross_entropy(6, 5, 0.7, at.data(), chosen, one.data(), unused.data());
      return one[0];
    });
  }
}

TEST_CASE("what is not a number stays so in the rows that it is in, and in their loss") {
  every_backend([](const auto& b) {
    Values some = noise(3 * 40, 1);
    some[45] = NAN;
    const On x(b, some);
    On y(b, some.size()), value(b, std::size_t{1}), dx(b, some.size());
    b.normalize_rows(3, 40, 1e-7, x, y);
    b.cross_entropy(3, 40, 1, x, nullptr, value, dx);
    const Values lengths = y.values(), slopes = dx.values();
    CHECK(std::isnan(value.values()[0]));
    for (const Values* all : {&lengths, &slopes}) {
      CHECK(std::all_of(all->begin() + 40, all->begin() + 80, [](float v) { return std::isnan(v); }));
      CHECK(std::none_of(all->begin() + 80, all->end(), [](float v) { return std::isnan(v); }));
      CHECK(std::none_of(all->begin(), all->begin() + 40, [](float v) { return std::isnan(v); }));
    }
  });
}

TEST_CASE("general operations have the same bits for any number of threads") {
  every_primitive([](auto run) {
    const Values one = run(Cpu(1));
    CHECK(run(Cpu(3)) == one);
  });
}
