#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <limits>

using namespace guise;
using namespace guise::testing;

namespace {

struct Any;

Images<Any> constant(int n, Shape shape, float unit) {
  Images<Any> images{.n = n, .shape = shape};
  std::fill(images.data.begin(), images.data.end(), 2 * unit - 1);
  return images;
}

// Bytes by a formula that another program can repeat.
Images<Any> pattern(int height, int width, unsigned seed) {
  Images<Any> images{.n = 1, .shape = {3, height, width}};
  for (unsigned k = 0; k < images.data.size(); ++k) {
    const unsigned byte = (k * (37 + 2 * seed) + k * k * (3 + seed) + 11 * seed) % 256;
    images.data[k] = static_cast<float>(byte) / 127.5f - 1;
  }
  return images;
}
Images<Any> between(const Images<Any>& x, const Images<Any>& y) {
  Images<Any> images{.n = x.n, .shape = x.shape};
  for (std::size_t k = 0; k < x.data.size(); ++k) images.data[k] = 0.7f * x.data[k] + 0.3f * y.data[k];
  return images;
}

}  // namespace

TEST_CASE("equal pictures: no error, infinite ratio, similarity one") {
  const auto x = pattern(16, 13, 1);
  CHECK(mae(x, x) == 0);
  CHECK(psnr(x, x) == std::numeric_limits<double>::infinity());
  CHECK(ssim(x, x) == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("flat pictures have values that a pencil finds") {
  const auto quarter = constant(2, {3, 12, 15}, 0.25f), half = constant(2, {3, 12, 15}, 0.5f);
  CHECK(mae(quarter, half) == doctest::Approx(0.25));
  CHECK(psnr(quarter, half) == doctest::Approx(20 * std::log10(4.0)));
  // No variance: only the luminance term (2 mx my + c1) / (mx^2 + my^2 + c1) is not one.
  CHECK(ssim(quarter, half) == doctest::Approx((2 * 0.125 + 1e-4) / (0.0625 + 0.25 + 1e-4)).epsilon(1e-6));
  const auto black = constant(1, {3, 4, 4}, 0), white = constant(1, {3, 4, 4}, 1);
  CHECK(mae(black, white) == 1);
  CHECK(psnr(black, white) == 0);
}

TEST_CASE("values computed by another program, with whole windows instead of one axis after the other") {
  struct Case {
    int height, width;
    double far, near, mae, psnr;
  };
  for (const Case& c :
       {Case{16, 13, 0.0689062224715332, 0.8924996588402825, 0.09743212669683257, 18.331985667771452},
        Case{11, 11, 0.030602377404301856, 0.8935945260659234, 0.09647707016690972, 18.41249689427024},
        Case{5, 20, 0.030824722805317055, 0.8858373608622083, 0.09909019607843138, 18.20377980209276},
        Case{4, 3, -0.047886986391822435, 0.858974241753104, 0.10261437908496733, 18.201095377049437},
        Case{1, 1, 0.7465906696492595, 0.9311569048579585, 0.05176470588235293, 25.504869028418604}}) {
    CAPTURE(c.height);
    const auto x = pattern(c.height, c.width, 1), y = pattern(c.height, c.width, 4), z = between(x, y);
    CHECK(ssim(x, y) == doctest::Approx(c.far).epsilon(1e-5));
    CHECK(ssim(x, z) == doctest::Approx(c.near).epsilon(1e-5));
    CHECK(mae(x, z) == doctest::Approx(c.mae).epsilon(1e-5));
    CHECK(psnr(x, z) == doctest::Approx(c.psnr).epsilon(1e-5));
  }
}

TEST_CASE("pictures that cannot be compared are refused") {
  const auto x = constant(1, {3, 4, 5}, 0), y = constant(1, {3, 5, 4}, 0);
  CHECK(holds(message<Error>([&] { mae(x, y); }), "1 of 3x4x5 and 1 of 3x5x4: expected one size"));
  CHECK(holds(message<Error>([&] { psnr(x, y); }), "expected one size"));
  CHECK(holds(message<Error>([&] { ssim(x, y); }), "expected one size"));
  const Images<Any> none;
  CHECK(holds(message<Error>([&] { ssim(none, none); }), "expected at least one"));
}
