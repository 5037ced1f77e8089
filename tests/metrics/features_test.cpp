// Scores of sets of features beside NumPy's, cases by hand, and what is said of their errors.
#include "support/scratch_folder.hpp"
#include <guise/core/random.hpp>
#include <guise/io/weights/safetensors.hpp>
#include <guise/metrics/detail/projections.hpp>
#include <guise/metrics/kernel_distance.hpp>
#include <guise/metrics/precision_recall.hpp>
#include <guise/metrics/sliced_wasserstein.hpp>

#include <doctest/doctest.h>

#include <functional>

using namespace guise;
using namespace guise::testing;

namespace {

struct Golden {
  Safetensors file = read_safetensors(std::string(GUISE_GOLDEN_DIR) + "/sets.safetensors");

  const std::vector<float>& operator[](const char* name) const { return file.find(name)->data; }
  Features set(const char* name) const { return {file.find(name)->shape[1], (*this)[name]}; }
};

Features line(std::vector<float> places) { return {1, std::move(places)}; }
Features gaussian(std::size_t n, std::size_t channels, double mean, Random& random) {
  Features features{channels, std::vector<float>(n * channels)};
  for (float& value : features.values) value = static_cast<float>(mean + random.normal());
  return features;
}

}  // namespace

TEST_CASE("scores of features are NumPy's") {
  const Golden golden;
  const Features x = golden.set("x"), y = golden.set("y");
  CHECK(kernel_distance(x, y).value == doctest::Approx(golden["kid"][0]).epsilon(1e-6));
  for (std::size_t k = 0; k < 3; ++k) {
    CAPTURE(k);
    const auto [precision, recall] = precision_recall(x, y, {.neighbours = static_cast<int>(2 * k + 1)});
    CHECK(precision.value == doctest::Approx(golden["precision"][k]));
    CHECK(recall.value == doctest::Approx(golden["recall"][k]));
  }
  metrics::Transport transport(metrics::halves(x.size(), y.size(), 0, 0), 37, 29);
  const metrics::RowMajorMatrix directions = metrics::rows_of({7, golden["directions"]});
  CHECK(metrics::mean_distances(metrics::rows_of(x), metrics::rows_of(y), directions, transport)(0) ==
        doctest::Approx(golden["swd"][0]).epsilon(1e-5));
  for (std::size_t c = 0; c < 5; ++c) {  // of one channel all directions are the same
    CAPTURE(c);
    const auto channel = [&](const Features& all) {
      Features one{1, {}};
      for (std::size_t k = 0; k < all.size(); ++k) one.values.push_back(all.values[5 * k + c]);
      return one;
    };
    CHECK(sliced_wasserstein(channel(x), channel(y)).value ==
          doctest::Approx(golden["swd_of_channels"][c]).epsilon(1e-4));
  }
}

TEST_CASE("precision and recall by hand: which points lie within which circles") {
  // By one neighbour each real picture covers 1 to either side, the last one 5: all from -1 to 4 and from 3 to 13.
  const Features real = line({0, 1, 2, 3, 8});
  const auto [precision, recall] =
      precision_recall(line({-1, -1.5f, 3.5f, 13, 13.5f}), real, {.neighbours = 1});
  CHECK(precision.value == doctest::Approx(3 / 5.0));  // -1, 3.5 and 13, of which two are on a rim
  // The translations cover -1.5 ... -0.5, -2 ... -1, -1 ... 8 (3.5 has 4.5 to go), and 12.5 ... 14.
  CHECK(recall.value == doctest::Approx(1));
  CHECK(precision_recall(line({50, 51, 52, 53}), real, {.neighbours = 1}).recall.value == 0);
  const auto same = precision_recall(real, real, {.neighbours = 1});
  CHECK(same.precision.value == 1);
  CHECK(same.recall.value == 1);
  // One picture over and over covers itself alone.
  const auto collapsed = precision_recall(line({1, 1, 1, 1, 1, 1}), real, {.neighbours = 1});
  CHECK(collapsed.precision.value == 1);
  CHECK(collapsed.recall.value == doctest::Approx(1 / 5.0));
}

TEST_CASE("channels of features count alike, in deviations of the second set; none is divided by nothing") {
  Random random(3);
  Features y = gaussian(200, 2, 0, random), x = y;
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < y.values.size(); k += 2)
    sum += y.values[k] / 200, squares += y.values[k] * y.values[k] / 200;
  const double deviation = std::sqrt(squares - sum * sum);  // by which one channel is moved
  for (std::size_t k = 0; k < x.values.size(); k += 2) x.values[k] += static_cast<float>(deviation);
  const double before = sliced_wasserstein(x, y).value;
  for (Features* set : {&x, &y})
    for (std::size_t k = 0; k < set->values.size(); k += 2) set->values[k] *= 50;
  CHECK(sliced_wasserstein(x, y).value == doctest::Approx(before).epsilon(1e-4));
  CHECK(std::abs(before - 2 / 3.1416) < 0.08);  // the mean of a direction's cosine, over 128 of them
  CHECK(sliced_wasserstein(y, y).value == 0);
  const Features flat = line({2, 2, 2, 2}), apart = line({5, 5, 5, 5, 5});
  CHECK(sliced_wasserstein(apart, flat).value == doctest::Approx(3));
  CHECK(sliced_wasserstein(apart, flat).error == 0);
}

TEST_CASE("errors are the deviations that new pictures would bring, and intervals hold the truth") {
  struct Score {
    const char* name;
    std::function<Estimate(const Features&, const Features&)> of;
  };
  const std::vector<Score> scores{
      {"kid", [](const Features& x, const Features& y) { return kernel_distance(x, y, {.seed = 1}); }},
      {"swd", [](const Features& x,
                 const Features& y) { return sliced_wasserstein(x, y, {.seed = 1, .directions = 8}); }},
      {"precision",
       [](const Features& x, const Features& y) { return precision_recall(x, y, {.seed = 1}).precision; }},
      {"recall",
       [](const Features& x, const Features& y) { return precision_recall(x, y, {.seed = 1}).recall; }}};
  for (const auto& [name, of] : scores) {
    CAPTURE(name);
    Random random(7);
    const int draws = 60;
    std::vector<Estimate> drawn;
    double mean = 0, error = 0, deviation = 0;
    for (int k = 0; k < draws; ++k) {
      const Features x = gaussian(60, 4, 1, random), y = gaussian(50, 4, 0, random);
      drawn.push_back(of(x, y));
      mean += drawn.back().value / draws, error += drawn.back().error / draws;
      CHECK(drawn.back().low <= drawn.back().value);
      CHECK(drawn.back().high >= drawn.back().value);
    }
    int held = 0;
    for (const Estimate& estimate : drawn) {
      deviation += (estimate.value - mean) * (estimate.value - mean) / (draws - 1);
      held += estimate.low <= mean && mean <= estimate.high;
    }
    const double ratio = error / std::sqrt(deviation);
    CAPTURE(ratio);
    CHECK(ratio > 0.7);
    CHECK(ratio < 1.3);
    CHECK(held > 0.85 * draws);
  }
}

TEST_CASE("a seed gives the same halves, and what is too few is told") {
  Random random(9);
  const Features x = gaussian(20, 3, 0, random), y = gaussian(30, 3, 0.5, random);
  const auto once = precision_recall(x, y, {.seed = 2}), again = precision_recall(x, y, {.seed = 2});
  CHECK(once.recall.error == again.recall.error);
  CHECK(once.recall.error != precision_recall(x, y, {.seed = 3}).recall.error);
  CHECK(kernel_distance(x, y, {.seed = 2}).low != kernel_distance(x, y, {.seed = 3}).low);
  CHECK(std::isnan(kernel_distance(x, y, {.halves = 0}).error));
  const Features few = gaussian(7, 3, 0, random);
  CHECK(std::isfinite(kernel_distance(few, y).error));
  CHECK(holds(message<Error>([&] { precision_recall(few, y); }),
              "7 rows of 3 features and 30 of 3: expected at least 8"));
  CHECK(holds(message<Error>([&] { precision_recall(x, y, {.neighbours = 0}); }),
              "0 neighbours: expected 1 to 12"));
  CHECK(holds(message<Error>([&] { sliced_wasserstein(gaussian(3, 3, 0, random), y); }),
              "expected at least 4 rows"));
  CHECK(holds(message<Error>([&] { sliced_wasserstein(x, y, {.directions = 0}); }), "expected at least one"));
}
