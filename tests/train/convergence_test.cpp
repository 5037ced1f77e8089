// Which scores are the best, when they are flat, and a training of this folder's model that is kept and ended by them.
#include "denoiser.hpp"

using namespace guise;
using namespace guise::testing;

namespace {

const EpochCount count{.size = 5, .batch = 2};  // three steps an epoch

std::vector<ScoreRow> rows(std::initializer_list<std::pair<double, double>> directions) {
  std::vector<ScoreRow> all;
  for (const auto& [value, error] : directions)
    all.push_back({"all", {{"other", 7}, {"overall", value}, {"overall_error", error}}, ""});
  return all;
}
// Scores 1, 0.5, 0.6 and 0.7 for ever, after each epoch of three steps; checkpoints only with the best.
template <class Model>
LoopOptions scored(const fs::path& folder, const Model& model, Convergence* convergence) {
  LoopOptions all = options(folder);
  all.epochs = 20;
  all.score_every = 5;
  all.save_every = 0;
  all.convergence = convergence;
  all.scores = [&model] {
    const double values[]{1, 0.5, 0.6, 0.7};
    const auto k = static_cast<std::size_t>((model.steps() - 1) / 3);
    return rows({{values[std::min<std::size_t>(k, 3)], 0.01}});
  };
  return all;
}
constexpr Convergence::Options three{.patience = 3, .falling_epochs = 2};

}  // namespace

TEST_CASE("directions are one score: the geometric mean, its error the mean of the relative ones") {
  const auto overall = Convergence::overall(rows({{2, 0.1}, {8, 0.8}}));
  REQUIRE(overall);
  CHECK(overall->value == doctest::Approx(4));
  CHECK(overall->error == doctest::Approx(4 * (0.05 + 0.1) / 2));
  CHECK(Convergence::overall(rows({{3, NAN}}))->error == 0);
  CHECK(!Convergence::overall(rows({{2, 0.1}, {NAN, NAN}})));
  CHECK(!Convergence::overall(rows({{0, 0.1}})));
  CHECK(!Convergence::overall({}));
  CHECK(!Convergence::overall({{"all", {{"swd", 1}}, ""}}));
}

TEST_CASE(
    "the best are the latest that cannot be told from the lowest; flat is what gains less than its error") {
  Convergence convergence(three);
  struct Case {
    double value;
    long best, waited_falls;
  };
  long step = 0;
  // The lowest, 0.50, errs by 0.05: 0.54 cannot be told from it, 0.56 can. Gains are from 1 and from 0.5.
  for (const auto& [value, best, falls] :
       {Case{1, 1, 0}, {1.2, 1, 0}, {0.5, 3, 0}, {0.54, 4, 0}, {0.56, 4, 0}, {0.47, 6, 6}, {0.1, 7, 6}}) {
    ++step;
    CAPTURE(step);
    const auto news = convergence.observe({value, 0.05}, step, 10 * step);
    CHECK(convergence.best_step() == best);
    CHECK(convergence.best_epoch() == 10 * best);
    CHECK(news.best == (best == step));
    CHECK(convergence.fall_step() == falls);
    CHECK(news.flat == (step == falls));  // once
  }
  CHECK(convergence.best() == 0.1);
  Convergence never;
  for (long k = 1; k < 50; ++k) CHECK(!never.observe({1, 0.1}, k, k).flat);
}

TEST_CASE("the last fall: the rate to 0 over its epochs, never later than the end that was planned") {
  Convergence convergence({.patience = 1, .falling_epochs = 2});
  CHECK(convergence.end(count, 60) == 60);
  CHECK(convergence.scale(count, 40) == 1);
  convergence.observe({1, 0}, 6, 2), convergence.observe({1, 0}, 9, 3);
  CHECK(convergence.end(count, 60) == 9 + 2 * 3);
  CHECK(convergence.end(count, 12) == 12);
  CHECK(convergence.scale(count, 9) == 1);
  CHECK(convergence.scale(count, 12) == doctest::Approx(0.5));
  CHECK(convergence.scale(count, 15) == 0);
  CHECK(convergence.scale(count, 99) == 0);
}

TEST_CASE("what is known of the scores goes on from its note, to the bit") {
  Convergence whole(three), before(three);
  for (const double score : {3., 2.9, 2. / 3, 0.7})
    whole.observe({score, 0.1}, 1, 1), before.observe({score, 0.1}, 1, 1);
  Convergence after(three);
  after.read(before.text());
  for (long k = 2; k < 6; ++k) {
    const auto news = whole.observe({0.65, 0.01}, k, k), resumed = after.observe({0.65, 0.01}, k, k);
    CHECK(news.best == resumed.best);
    CHECK(news.flat == resumed.flat);
    CHECK(after.text() == whole.text());
  }
  CHECK(whole.falls());
  after.read("no note");
  CHECK(after.text() == whole.text());
}

TEST_CASE(
    "a training keeps its best networks, ends where its scores are flat, and does so when it was stopped") {
  const ScratchFolder folder;
  Convergence convergence(three);
  Denoiser model;
  model.before_step = [&](long at) { CHECK(saved_steps(folder / "t") == (at <= 3 ? 0 : at <= 6 ? 3 : 6)); };
  CHECK(Loop(scored(folder / "t", model, &convergence)).run(model, Drawings{}));
  CHECK(convergence.best_epoch() == 2);
  CHECK(convergence.best_step() == 6);
  CHECK(convergence.fall_step() == 15);
  CHECK(model.steps() == 15 + 6);
  const auto files = files_of(folder / "t");
  CHECK(files.at("best_net_denoiser.safetensors") != files.at("latest_net_denoiser.safetensors"));
  const std::string page = bytes_of(folder / "t/web/index.html");
  CHECK(page.find("\"best\":6,") != page.npos);
  CHECK(page.find("\"fall\":15,") != page.npos);

  for (long stop = 1; stop < model.steps(); ++stop) {
    CAPTURE(stop);
    fs::remove_all(folder / "s");
    Denoiser first, second;
    Convergence of_first(three), of_second(three);
    LoopOptions stopped = scored(folder / "s", first, &of_first);
    stopped.max_steps = stop;
    CHECK(Loop(stopped).run(first, Drawings{}));
    CHECK(Loop(scored(folder / "s", second, &of_second)).run(second, Drawings{}));
    CHECK(second.steps() == model.steps());
    for (const char* name :
         {"best_net_denoiser.safetensors", "latest_net_denoiser.safetensors", "score_log.csv"})
      CHECK(bytes_of(folder / "s" / name) == files.at(name));
    CHECK(of_second.text() == convergence.text());
  }
  // A new training in its place leaves none of its best.
  Denoiser other;
  LoopOptions anew = options(folder / "t");
  anew.resume = false, anew.overwrite = true;
  CHECK(Loop(anew).run(other, Drawings{}));
  CHECK(!fs::exists(folder / "t/best_net_denoiser.safetensors"));
}
