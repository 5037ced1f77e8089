// Distances between sets of pictures and of features.
#include <guise/metrics/detail/projections.hpp>
#include <guise/metrics/kernel_distance.hpp>
#include <guise/metrics/sliced_wasserstein.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <array>

using namespace guise;
using namespace guise::testing;

namespace {

struct Any;

metrics::Level pattern(int height, int width) {  // bytes by a formula that another program can repeat
  metrics::Level level({3, height, width});
  for (unsigned k = 0; k < level.values.size(); ++k)
    level.values[k] = static_cast<float>((k * 39 + k * k * 4 + 11) % 256) / 127.5f - 1;
  return level;
}

// Smooth pictures: a wave of random direction in each, and independent noise in every pixel.
Images<Any> waves(int n, int side, double noise, std::uint64_t seed) {
  Random random(seed);
  Images<Any> images{.n = n, .shape = {3, side, side}};
  std::size_t at = 0;
  for (int k = 0; k < n; ++k) {
    const double u = 0.4 * random.normal(), v = 0.4 * random.normal(), phase = 6.3 * random.uniform();
    for (int r = 0; r < side; ++r)
      for (int q = 0; q < side; ++q)
        for (int c = 0; c < 3; ++c)
          images.data[at++] =
              static_cast<float>(0.5 * std::sin(u * r + v * q + phase + c) + noise * random.normal());
  }
  return images;
}

Features gaussian(std::size_t n, double mean, Random& random) {
  Features features{8, std::vector<float>(n * 8)};
  for (float& value : features.values) value = static_cast<float>(mean + random.normal());
  return features;
}

}  // namespace

TEST_CASE("a pyramid is that of SciPy's filters with mirrored borders, odd sides too") {
  struct Expected {
    int height, width;
    double sum, first, last;  // sum of magnitudes; (0, 1, 2); the last pixel's first channel
  };
  const std::vector<std::vector<Expected>> pictures = {
      {{16, 13, 287.798713, -0.667647059, -0.489215686}, {8, 7, 19.4977697, 0.181780407, -0.0683057598}},
      {{32, 20, 898.602206, -0.667647059, -0.599019608}, {16, 10, 52.5512327, 0.0880399816, -0.0790441176}},
      {{9, 7, 85.9823529, -0.748039216, 0.819362745}, {5, 4, 6.9300494, 0.0205078125, 0.232896752}}};
  for (const auto& levels : pictures) {
    const auto pyramid = metrics::laplacian_pyramid(pattern(levels[0].height, levels[0].width), 2);
    REQUIRE(pyramid.size() >= 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CAPTURE(k);
      const auto& [height, width, sum, first, last] = levels[k];
      REQUIRE(pyramid[k].shape == Shape{3, height, width});
      double magnitudes = 0;
      for (float value : pyramid[k].values) magnitudes += std::abs(value);
      CHECK(magnitudes == doctest::Approx(sum).epsilon(1e-5));
      CHECK(pyramid[k].values[5] == doctest::Approx(first).epsilon(1e-5));
      CHECK(pyramid[k].values[pyramid[k].values.size() - 3] == doctest::Approx(last).epsilon(1e-5));
    }
  }
}

TEST_CASE("a pyramid ends at the smallest side, and its levels add up to the picture") {
  for (auto [height, width, smallest, levels] :
       {std::array{64, 64, 16, 3}, {64, 33, 16, 2}, {31, 64, 16, 2}, {7, 9, 16, 1}, {1, 5, 1, 1}}) {
    CAPTURE(height);
    const metrics::Level picture = pattern(height, width);
    auto pyramid = metrics::laplacian_pyramid(picture, smallest);
    CHECK(pyramid.size() == std::size_t(levels));
    metrics::Level sum = pyramid.back();
    for (auto level = pyramid.rbegin() + 1; level != pyramid.rend(); ++level) {
      sum = metrics::doubled(sum, level->shape.h, level->shape.w);
      for (std::size_t k = 0; k < sum.values.size(); ++k) sum.values[k] += level->values[k];
    }
    for (std::size_t k = 0; k < sum.values.size(); ++k)
      REQUIRE(sum.values[k] == doctest::Approx(picture.values[k]).epsilon(1e-5));
  }
}

TEST_CASE("channels are brought to mean 0 and deviation 1; a flat one becomes 0") {
  std::vector<double> values{1, 5, 3, 5, 5, 5.000001};  // three pixels of two channels
  metrics::standardise(Eigen::Map<metrics::RowMajorMatrix>(values.data(), 3, 2));
  CHECK(values[0] == doctest::Approx(-std::sqrt(1.5)));
  CHECK(values[2] == doctest::Approx(0));
  CHECK(values[4] == doctest::Approx(std::sqrt(1.5)));
  CHECK(values[1] == 0);
  CHECK(values[5] == 0);
}

TEST_CASE("one patch a picture: the area between the two distributions along every direction") {
  // 7x7 pictures have one place for a patch and one level, so that the set of patches is the set of pictures.
  const int n = 40;
  const auto x = waves(n, 7, 0.1, 1), y = waves(n, 7, 0.6, 2);
  const auto result = sliced_wasserstein(x, y, {.seed = 5, .patches = n, .directions = 12});
  REQUIRE(result.levels.size() == 1);
  const auto directions = metrics::unit_directions(147, 12, Random(5, 1));
  double expected = 0;
  for (int d = 0; d < 12; ++d) {
    std::vector<std::pair<double, int>> steps;  // where the difference of the distributions goes up or down
    double squares = 0;
    for (int k = 0; k < 147; ++k) squares += directions(k, d) * directions(k, d);
    CHECK(squares == doctest::Approx(1));
    for (const auto& [set, step] : {std::pair{&x, 1}, {&y, -1}}) {
      double mean[3] = {}, square[3] = {};
      for (std::size_t k = 0; k < set->data.size(); ++k) mean[k % 3] += set->data[k] / (49.0 * n);
      for (std::size_t k = 0; k < set->data.size(); ++k)
        square[k % 3] += std::pow(set->data[k] - mean[k % 3], 2) / (49.0 * n);
      for (std::size_t picture = 0; picture < n; ++picture) {
        double place = 0;
        for (int k = 0; k < 147; ++k)
          place += (set->data[picture * 147 + k] - mean[k % 3]) / std::sqrt(square[k % 3]) * directions(k, d);
        steps.emplace_back(place, step);
      }
    }
    std::sort(steps.begin(), steps.end());
    int height = 0;
    for (std::size_t k = 0; k + 1 < steps.size(); ++k) {
      height += steps[k].second;
      expected += std::abs(height) * (steps[k + 1].first - steps[k].first) / n / 12;
    }
  }
  CHECK(result.mean == doctest::Approx(expected).epsilon(1e-4));
  CHECK(result.levels[0].distance == result.mean);
}

TEST_CASE("sets of pictures: none for the same, little for the like, noise in the finest level first") {
  const SlicedWassersteinOptions quick{.seed = 3, .patches = 2000, .directions = 32};
  const auto x = waves(30, 64, 0.05, 1), like = waves(50, 64, 0.05, 2), noisy = waves(30, 64, 0.15, 1);
  CHECK(sliced_wasserstein(x, x, quick).mean == 0);
  const auto near = sliced_wasserstein(x, like, quick), far = sliced_wasserstein(x, noisy, quick);
  REQUIRE(far.levels.size() == 3);
  CHECK(far.levels[0].width == 64);
  CHECK(far.levels[2].width == 16);
  CHECK(far.mean ==
        doctest::Approx((far.levels[0].distance + far.levels[1].distance + far.levels[2].distance) / 3));
  CHECK(far.levels[0].distance > 1.5 * near.levels[0].distance);
  CHECK(far.levels[0].distance > 2 * far.levels[2].distance);
  CHECK(sliced_wasserstein(x, noisy, quick).mean == far.mean);  // a seed, a value
  CHECK(sliced_wasserstein(x, noisy, {.seed = 4, .patches = 2000, .directions = 32}).mean != far.mean);
}

TEST_CASE("the kernel distance of a few numbers, by hand") {
  // Within x: of 12 ordered pairs 2 are (0, 0), 8 mixed, all with k = 1, and 2 are (1, 1) with k = 8. Within
  // y k = 125, between k = 1 and 27.
  const Features x{1, {0, 1, 0, 1}}, y{1, {2, 2, 2, 2, 2}};
  CHECK(kernel_distance(x, y).value == doctest::Approx(26 / 12.0 + 125 - 2 * 14));
  // Two features: k(u, v) = (u . v / 2 + 1)^3, here (2 / 2 + 1)^3 within, 1 between.
  const Features u{2, {1, 1, 1, 1, 1, 1, 1, 1}}, v{2, {1, -1, 1, -1, 1, -1, 1, -1}};
  const auto flat = kernel_distance(u, v);
  CHECK(flat.value == doctest::Approx(8 + 8 - 2));
  CHECK(flat.error == doctest::Approx(0));
}

TEST_CASE("the kernel distance: 0 on average for one distribution, in order for shifted ones; its error") {
  Random random(11);
  const int draws = 120;
  double before = 0;
  for (double shift : {0.0, 0.3, 0.6, 1.0}) {
    CAPTURE(shift);
    double sum = 0, squares = 0, error = 0;
    for (int k = 0; k < draws; ++k) {
      const auto x = gaussian(40, 0, random);
      const auto distance = kernel_distance(x, gaussian(50, shift, random), {.seed = 1, .halves = 40});
      sum += distance.value / draws;
      squares += distance.value * distance.value / draws;
      error += distance.error / draws;
    }
    const double deviation = std::sqrt(squares - sum * sum), standard_error = deviation / std::sqrt(draws);
    if (shift == 0) {
      CHECK(std::abs(sum) < 3 * standard_error);  // unbiased
      CHECK(error / deviation == doctest::Approx(std::sqrt(3)).epsilon(0.25));
    } else {
      CHECK(sum > before + 3 * standard_error);
      CHECK(error / deviation == doctest::Approx(shift < 0.5 ? 1.2 : 1).epsilon(0.25));
    }
    before = sum;
  }
}

TEST_CASE("sets that cannot be compared are refused") {
  const auto x = waves(2, 16, 0, 1), y = waves(2, 17, 0, 1), small = waves(2, 6, 0, 1);
  const Images<Any> none;
  CHECK(holds(message<Error>([&] { sliced_wasserstein(x, y); }), "of 16x16 and 17x17: expected one size"));
  CHECK(holds(message<Error>([&] { sliced_wasserstein(small, small); }), "at least 7x7"));
  CHECK(holds(message<Error>([&] { sliced_wasserstein(x, none); }), "expected at least one in each"));
  CHECK(holds(message<Error>([&] { sliced_wasserstein(x, x, {.directions = 0}); }), "at least one of each"));
  const Features few{2, {1, 2, 3, 4, 5, 6}}, four{2, std::vector<float>(8)}, other{4, std::vector<float>(16)};
  CHECK(holds(message<Error>([&] { kernel_distance(few, four); }), "3 rows of 2 features and 4 of 2"));
  CHECK(holds(message<Error>([&] { kernel_distance(four, other); }), "of as many features"));
}
