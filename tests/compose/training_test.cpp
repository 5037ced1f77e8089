// What a user composes learns (composed.hpp): a recipe of CycleGAN, and an algorithm of the user's own, which a Loop
// trains to the same weights where it is killed on the way.
#include "composed.hpp"
#include "support/reference.hpp"
#include "support/training_files.hpp"
#include <guise/train/loop.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <sstream>

using namespace guise;
using namespace guise::testing;
using namespace composed;

namespace {

struct Day;
struct Night;

// Stripes of light and darkness: across for one seed, down for another.
template <class Domain> Images<Domain> stripes(int n, std::uint64_t seed) {
  Images<Domain> pictures{n, {3, 24, 24}};
  Random random(seed);
  const auto wide = 4 + random.below(5);
  for (std::size_t k = 0; k < pictures.data.size(); ++k) {
    const std::size_t at = seed % 2 ? k / 3 % 24 : k / 72 % 24;
    pictures.data[k] = static_cast<float>((at / wide % 2 ? 0.6 : -0.6) + 0.1 * random.normal());
  }
  return pictures;
}

template <class Domain> Batch<Domain, Cpu> on_device(const Images<Domain>& pictures) {
  Batch<Domain, Cpu> batch{pictures.n, pictures.shape};
  batch.backend.upload(pictures.data.size(), pictures.data.data(), batch.data.data());
  return batch;
}

// 40 pictures an epoch, four a step: a function of the epoch and the position alone.
struct Drawings {
  long size() const { return 40; }
  long batch() const { return 4; }
  std::vector<Images<Clean>> epoch(int number, std::size_t start) const {
    std::vector<Images<Clean>> batches;
    for (std::size_t at = start; at < 10; ++at)
      batches.push_back(stripes<Clean>(4, 10 * static_cast<std::uint64_t>(number) + at));
    return batches;
  }
};

constexpr long all_steps = DenoisingAutoencoder<>::all_steps;

// Trains in a folder from where it stands; `after_step` is told of each step that was done.
void train(const std::filesystem::path& folder, const std::function<void(long step)>& after_step = {},
           const Cpu& device = {}) {
  DenoisingAutoencoder<> model(device);
  const Loop loop({.folder = folder,
                   .epochs = all_steps / 10,
                   .resume = true,
                   .row_every = 20,
                   .save_every = 28,
                   .keep_every = 10,
                   .stop = [&] {
                     if (after_step) after_step(model.steps());
                     return false;
                   }});
  CHECK(loop.run(model, Drawings{}));
}

}  // namespace

TEST_CASE("a recipe of a hinge loss, AdamW and a cosine after a warm-up") {
  constexpr long steps = 60;
  constexpr double decay = 0.5;
  CycleGan<Day, Night, HingeRecipe> model({.seed = 3,
                                           .rate = warm_up(cosine(4e-3, steps), 4),
                                           .optimizer = {.weight_decay = decay},
                                           .pool_size = 0});
  const auto day = stripes<Day>(2, 1);
  const auto night = stripes<Night>(2, 2);
  // What the losses of the first step must be, by the hinge's formulas.
  const auto fake = model.generator<Day, Night>().infer(on_device(day));
  double of_real = 0, of_fake = 0, of_generator = 0, patches = 0;
  model.visit([&]<class Net>(std::string_view name, Net& net) {
    if constexpr (std::is_same_v<Net, Discriminator<Night, HingeRecipe::DiscriminatorB, Cpu>>)
      if (name == "D_A") {
        for (const float score : net.infer(on_device(night)).data) of_real += std::max(0.f, 1 - score);
        for (const float score : net.infer(fake).data)
          of_fake += std::max(0.f, 1 + score), of_generator -= score, ++patches;
      }
  });
  const auto& weights = model.generator<Day, Night>().parameters();
  const std::vector<float> before(weights.begin(), weights.end());

  CHECK(model.rate() == doctest::Approx(1e-3));
  const Losses first = model.step(day, night);
  CHECK(first["D_A"] == doctest::Approx((of_real + of_fake) / patches / 2).epsilon(1e-4));
  CHECK(first["G_A"] == doctest::Approx(of_generator / patches).epsilon(1e-4));
  // AdamW's first step is the rate, in the direction of the gradient, after the weight has shrunk by itself.
  long as_adamw = 0, learnt = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    if (before[k] == 0) continue;  // a bias, of which some have no effect
    const double moved = std::abs(weights[k] - before[k] * (1 - 1e-3 * decay));
    as_adamw += std::abs(moved - 1e-3) < 1e-6, ++learnt;
  }
  CHECK(learnt > 400);
  CHECK(10 * as_adamw > 9 * learnt);

  std::vector<float> cycle;
  while (model.steps() < steps) {
    const Losses losses = model.step(day, night);
    cycle.push_back(losses["cycle_A"] + losses["cycle_B"]);
  }
  CHECK(model.rate() == 0);
  CHECK(cycle[29] < 0.9f * cycle.front());
  CHECK(cycle.back() < 0.7f * cycle.front());
}

TEST_CASE(
    "an autoencoder of one's own that is killed in the middle ends with the same weights, bit for bit") {
  const ScratchFolder folder;
  int steps_done[2];
  REQUIRE(pipe(steps_done) == 0);
  const pid_t child = fork();
  if (child == 0) {  // says each step, and waits for its end long before that of the training
    const auto say = [&](long step) {
      if (write(steps_done[1], "", 1) != 1 || step == 150) pause();
    };
    [&]() noexcept { train(folder / "killed", say, Cpu(2)); }();  // threads of its own: a fork has none
    _exit(0);
  }
  close(steps_done[1]);
  char said = 0;
  for (int k = 0; k < 67; ++k) REQUIRE(read(steps_done[0], &said, 1) == 1);
  kill(child, SIGKILL);
  close(steps_done[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);

  const auto checkpoint = read_safetensors(folder / "killed/checkpoint.safetensors");
  const long saved = std::stol(checkpoint.metadata.at("steps"));
  CHECK(saved >= 56);
  CHECK(saved <= 150);
  std::vector<long> steps;
  train(folder / "killed", [&](long step) { steps.push_back(step); });
  CHECK(steps.front() == saved + 1);  // it did not begin anew
  CHECK(steps.back() == all_steps);

  train(folder / "straight");
  const auto killed = files_of(folder / "killed"), straight = files_of(folder / "straight");
  REQUIRE(killed.size() == straight.size());
  for (const auto& [name, bytes] : straight) {
    CAPTURE(name);
    REQUIRE(killed.contains(name));
    CHECK(killed.at(name) == bytes);
  }
  for (const char* name : {"checkpoint.safetensors", "latest_net_autoencoder.safetensors",
                           "10_net_autoencoder.safetensors", "20_net_autoencoder.safetensors"})
    CHECK(straight.contains(name));
  const auto end = read_safetensors(folder / "straight/checkpoint.safetensors");
  CHECK(end.metadata.at("noise") != checkpoint.metadata.at("noise"));
  CHECK(end.find("autoencoder.model.1.running_mean")->data !=
        checkpoint.find("autoencoder.model.1.running_mean")->data);
  std::istringstream log(straight.at("loss_log.csv"));
  std::vector<double> restoration;  // the last column
  for (std::string row; std::getline(log, row);)
    if (row.front() != 's') restoration.push_back(std::stod(row.substr(row.rfind(',') + 1)));
  REQUIRE(restoration.size() == all_steps / 5);
  CHECK(restoration.back() < 0.2 * restoration.front());
}
