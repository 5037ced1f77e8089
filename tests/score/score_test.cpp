// The classifier of two domains, and scores on held-out folders.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/score/held_out.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

struct Red;
struct Blue;

// Noise around a colour that leans to red (1) or to blue (-1).
template <class Domain> Images<Domain> coloured(int n, int side, float lean, std::uint64_t seed) {
  Random random(seed);
  Images<Domain> images{.n = n, .shape = {3, side, side}};
  for (std::size_t k = 0; k < images.data.size(); ++k)
    images.data[k] =
        static_cast<float>(0.3 * random.normal()) + 0.3f * lean * (1 - static_cast<float>(k % 3));
  return images;
}

void write_folder(const fs::path& folder, int n, float lean, std::uint64_t seed) {
  fs::create_directories(folder);
  for (int k = 0; k < n; ++k)
    write_image(folder / (std::to_string(k) + ".png"),
                coloured<Red>(1, 32, lean, seed + static_cast<std::uint64_t>(k)));
}

struct Folders : ScratchFolder {
  Folders() {
    write_folder(path() / "trainA", 8, 1, 100);
    write_folder(path() / "trainB", 6, -1, 200);
    write_folder(path() / "testA", 7, 1, 300);
    write_folder(path() / "testB", 5, -1, 400);
  }
  ImageFolder<Red> red() const { return {path() / "trainA", {.load = 34, .crop = 32}}; }
  ImageFolder<Blue> blue() const { return {path() / "trainB", {.load = 34, .crop = 32}}; }
};

}  // namespace

TEST_CASE("a classifier learns to tell two colours apart, to the same bits with any number of threads") {
  const auto learnt = [](int threads) {
    DomainClassifier<Red, Blue, Cpu> classifier(3, Cpu(threads));
    float first = 0, last = 0;
    for (std::uint64_t k = 0; k < 100; ++k) {
      last = classifier.step(coloured<Red>(4, 32, 1, 2 * k), coloured<Blue>(4, 32, -1, 2 * k + 1), 2e-3);
      if (k == 0) first = last;
    }
    CHECK(first == doctest::Approx(0.5).epsilon(0.2));  // a score of 0: wrong about every blue picture
    CHECK(last < 0.1f);
    return classifier;
  };
  const auto classifier = learnt(1);
  const auto red = coloured<Red>(20, 32, 1, 1000);
  const auto blue = coloured<Blue>(20, 32, -1, 1001);
  CHECK(classifier.share(red) == 1);
  CHECK(classifier.share(blue) == 1);
  CHECK(classifier.share(as<Blue>(red)) == 0);
  CHECK(classifier.scores(blue) == learnt(3).scores(blue));

  // Twenty pictures are looked at in two parts, and each is what it is alone.
  const auto features = classifier.features(red);
  CHECK(features.size() == 20);
  CHECK(features.channels == 64);
  Images<Red> last{.n = 1, .shape = red.shape};
  std::copy(red.data.end() - 3 * 32 * 32, red.data.end(), last.data.begin());
  const auto alone = classifier.features(last);
  for (std::size_t c = 0; c < 64; ++c)
    CHECK(alone.values[c] == doctest::Approx(features.values[19 * 64 + c]));
  CHECK(kernel_distance(features, classifier.features(blue)).value >
        10 * std::abs(kernel_distance(features, classifier.features(coloured<Red>(20, 32, 1, 7))).value));

  auto wrong = learnt(1);
  CHECK(holds(message<Error>([&] { wrong.step(red, coloured<Blue>(3, 32, 1, 1), 1e-3); }),
              "20 and 3 pictures: expected as many of each domain, of one size"));
  CHECK(holds(message<Error>([&] { classifier.scores(coloured<Red>(1, 8, 1, 1)); }), "side of 1"));
}

TEST_CASE("held-out pictures order translators: none, half-way, there") {
  const Folders place;
  const Cpu device(1);
  auto held_out = HeldOut<Red, Blue>::in(place.path() / "testA", place.path() / "testB", place.red(),
                                         place.blue(), device, {.steps = 100});
  REQUIRE(held_out);
  const auto towards = [](float much) {  // turns the lean of a colour; 1: all the way
    return [much]<class Domain>(const Images<Domain>& x) {
      Images<std::conditional_t<std::is_same_v<Domain, Red>, Blue, Red>> y{x.n, x.shape};
      const float lean = std::is_same_v<Domain, Red> ? -1.f : 1.f;
      for (std::size_t k = 0; k < x.data.size(); ++k)
        y.data[k] = x.data[k] + 0.6f * much * lean * (1 - static_cast<float>(k % 3));
      return y;
    };
  };
  std::vector<Scores> scores;
  for (float much : {0.f, 0.7f, 1.f})
    held_out->score(towards(much), towards(much), [&](const std::string& direction, const Scores& s) {
      CHECK(direction == (scores.size() % 2 ? "BtoA" : "AtoB"));
      scores.push_back(s);
    });
  CHECK(held_out->accuracy() == 1);
  for (std::size_t k : {0, 1}) {
    CHECK(*scores[k].share == 0);
    CHECK(*scores[4 + k].share == 1);
    CHECK(scores[k].kid->value > scores[2 + k].kid->value + scores[2 + k].kid->error);
    CHECK(scores[2 + k].kid->value > scores[4 + k].kid->value);
    CHECK(scores[4 + k].swd.mean < 0.1);
  }

  // Another object of the same folders and seed says the same.
  auto twin = HeldOut<Red, Blue>::in(place.path() / "testA", place.path() / "testB", place.red(),
                                     place.blue(), Cpu(2), {.steps = 100});
  std::size_t at = 4;
  twin->score(towards(1), towards(1), [&](const char*, const Scores& s) {
    CHECK(s.kid->value == scores[at].kid->value);
    CHECK(s.kid->error == scores[at].kid->error);
    CHECK(s.swd.mean == scores[at++].swd.mean);
  });
}

TEST_CASE("held-out pictures that are not cropped are translated in their own sizes and compared in one") {
  const Folders place;
  write_image(place / "testA" / "2.png", coloured<Red>(1, 48, 1, 900));
  Transform whole{.load = 34, .crop = 32, .preprocess = Preprocess::none};
  auto held_out =
      HeldOut<Red, Blue>::in(place.path() / "testA", place.path() / "testB", place.red().with(whole),
                             place.blue().with(whole), Cpu(1), {.steps = 2});
  REQUIRE(held_out);
  std::vector<int> sides;
  const auto watched = [&]<class Domain>(const Images<Domain>& x) {
    using To = std::conditional_t<std::is_same_v<Domain, Red>, Blue, Red>;
    if constexpr (std::is_same_v<Domain, Red>) sides.push_back(x.shape.w);
    return as<To>(x);
  };
  int count = 0;
  held_out->score(watched, watched, [&](const char*, const Scores& s) { count += s.share.has_value(); });
  CHECK(count == 2);
  CHECK(sides == std::vector{32, 32, 48, 32, 32, 32, 32});

  // Where the domains have other channels there is nothing that could tell them apart.
  whole.channels = 1;
  for (int k = 0; k < 5; ++k)
    write_raster(place / "testB" / (std::to_string(k) + ".png"),
                 channels_of(to_raster(to_picture(coloured<Red>(1, 32, 0, std::uint64_t(k)))), 0, 1));
  auto differ = HeldOut<Red, Blue>::in(place.path() / "testA", place.path() / "testB", place.red(),
                                       place.blue().with(whole), Cpu(1), {.steps = 2});
  const auto to_grey = [](const Images<Red>& x) {
    Images<Blue> y{x.n, {1, x.shape.h, x.shape.w}};
    for (std::size_t k = 0; k < y.data.size(); ++k) y.data[k] = x.data[3 * k];
    return y;
  };
  const auto to_colour = [](const Images<Blue>& x) {
    Images<Red> y{x.n, {3, x.shape.h, x.shape.w}};
    for (std::size_t k = 0; k < y.data.size(); ++k) y.data[k] = x.data[k / 3];
    return y;
  };
  differ->score(to_grey, to_colour, [&](const char*, const Scores& s) {
    CHECK(!s.share);
    CHECK(!s.kid);
    CHECK(std::isfinite(s.swd.mean));
  });
}

TEST_CASE("folders that cannot be scored, and sets of few") {
  const Folders place;
  CHECK(read_images<Red>(place / "trainA", {3, 8, 16}, {}, 3).n == 3);
  const auto all = read_images<Red>(place / "trainA", {3, 32, 32}),
             some = read_images<Red>(place / "trainA", {3, 32, 32}, {}, 4);
  CHECK(all.n == 8);
  CHECK(std::equal(some.data.begin() + 32 * 32 * 3,
                   some.data.begin() + 2 * 32 * 32 * 3,  // the third of eight
                   all.data.begin() + 2 * 32 * 32 * 3));
  const auto classifier = train_classifier(place.red(), place.blue(), Cpu(1), {.steps = 1});
  const auto few = score(coloured<Red>(3, 32, 1, 1), coloured<Red>(8, 32, 1, 2), &classifier);
  CHECK(few.share);
  CHECK(!few.kid);
  CHECK(!score(all, all, static_cast<decltype(&classifier)>(nullptr)).share);

  fs::rename(place / "testB", place / "kept");
  CHECK(!HeldOut<Red, Blue>::in(place.path() / "testA", place.path() / "testB", place.red(), place.blue(),
                                Cpu(1)));
  fs::create_directories(place / "testB");
  CHECK(holds(message<Error>([&] {
                HeldOut<Red, Blue>::in(place.path() / "testA", place.path() / "testB", place.red(),
                                       place.blue(), Cpu(1));
              }),
              "testB: no picture in it"));
}

TEST_CASE(
    "every score has its error, what is too few for one is left out, and overall is the distances' mean") {
  const Folders place;
  const auto classifier = train_classifier(place.red(), place.blue(), Cpu(1), {.steps = 1});
  const auto row_of = [&](int n, float lean) {
    return score_row("AtoB", score(coloured<Red>(n, 32, lean, 1), coloured<Red>(12, 32, 1, 2), &classifier));
  };
  const auto value_of = [](const ScoreRow& row, const std::string& name) {
    for (const auto& [found, value] : row.scores)
      if (found == name) return value;
    FAIL("no score called " << name);
    return 0.0;
  };
  const ScoreRow many = row_of(10, 1), few = row_of(5, 1), one = row_of(1, 1);
  const std::vector<std::string> names{"swd",       "swd_classifier", "swd_random", "kid",
                                       "precision", "recall",         "share",      "overall"};
  CHECK(many.scores.size() == 2 * names.size());
  for (const std::string& name : names) {
    CAPTURE(name);
    const double value = value_of(many, name), error = value_of(many, name + "_error");
    CHECK(std::isfinite(value));
    CHECK(error >= 0);
    const bool known = name == "swd" || name == "share" || name == "overall";
    CHECK(std::isfinite(value_of(one, name)) == known);
    CHECK(std::isfinite(value_of(one, name + "_error")) == false);
    CHECK(std::isfinite(value_of(few, name)) == (name != "precision" && name != "recall"));
  }
  for (const ScoreRow* row : {&many, &few, &one}) CHECK(row->text.find("nan") == std::string::npos);
  CHECK(one.text.find("kid - +- -") != std::string::npos);
  CHECK(value_of(one, "overall") == doctest::Approx(value_of(one, "swd")));
  const double product =
      value_of(many, "swd") * value_of(many, "swd_classifier") * value_of(many, "swd_random");
  CHECK(value_of(many, "overall") == doctest::Approx(std::cbrt(product)));
  double relative = 0;
  for (const char* name : {"swd", "swd_classifier", "swd_random"})
    relative += value_of(many, std::string(name) + "_error") / value_of(many, name) / 3;
  CHECK(value_of(many, "overall_error") == doctest::Approx(relative * value_of(many, "overall")));
  CHECK(value_of(row_of(10, -1), "overall") > 2 * value_of(many, "overall"));
  // The random network is one for all: another classifier has other features, and the same of it.
  const auto other = train_classifier(place.red(), place.blue(), Cpu(1), {.seed = 5, .steps = 1});
  const auto blue = coloured<Blue>(4, 32, -1, 3);
  CHECK(other.random_features(blue).values == classifier.random_features(blue).values);
  CHECK(other.features(blue).values != classifier.features(blue).values);
}
