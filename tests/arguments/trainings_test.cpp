// Trainings that cannot be: rates that are none, losses and parts that a step was not told of, and loops of models and
// options with which nothing could be resumed.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/guise.hpp>
#include <guise/train/loop.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <climits>
#include <filesystem>

using namespace guise;

namespace {

struct Photo;
struct Mask;
using Net = Network<Photo, Mask, Described, Cpu>;
using Small = CycleGan<Photo, Mask, Paper<Described, Described>>;

template <class Domain, class B = Host> Batch<Domain, B> filled(Shape shape) {
  Batch<Domain, B> x{1, shape};
  std::ranges::fill(x.data, 0.25f);
  return x;
}
std::string all_of(State state) { return checkpoint::content(state, {}).metadata["checksum"]; }

struct Pictures {  // as the data of a loop
  long size() const { return 2; }
  long batch() const { return 1; }
  std::vector<std::pair<Images<Photo>, Images<Mask>>> epoch(int, std::size_t start) const {
    std::vector<std::pair<Images<Photo>, Images<Mask>>> all;
    for (std::size_t k = start; k < 2; ++k)
      all.emplace_back(filled<Photo>({3, 24, 24}), filled<Mask>({3, 24, 24}));
    return all;
  }
};
struct Changed : Small {
  std::function<void(State&)> change;
  explicit Changed(std::function<void(State&)> f)
      : Small(resnet_generator(1, 2), patch_discriminator(2), {}), change(std::move(f)) {}
  State state() {
    State all = Small::state();
    change(all);
    return all;
  }
};

}  // namespace

TEST_CASE("learning rates that are none") {
  const auto a = filled<Photo>({3, 24, 24});
  const auto b = filled<Mask>({3, 24, 24});
  for (const double rate : {-1e-3, double(INFINITY), double(NAN)}) {
    Small model(resnet_generator(1, 2), patch_discriminator(2),
                {.rate = [=](long step) { return step == 0 ? 1e-4 : rate; }});
    model.step(a, b);
    const std::string before = all_of(model.state());
    CHECK_THROWS_AS(model.step(a, b), Error);
    CHECK(all_of(model.state()) == before);
  }
  Small model(resnet_generator(1, 2), patch_discriminator(2), {.rate = constant(-1e-3)});
  CHECK_THROWS_WITH_AS(model.step(a, b),
                       "training step 1: a learning rate of -0.001: expected a finite number from 0 on",
                       Error);
  for (const long every : {0, -2}) CHECK_THROWS_AS(step_decay(1e-3, every), Error);
}

TEST_CASE("a step that is given losses or parts that it was not told of") {
  const Graph graph = graph_of(conv({.in = 3, .out = 3}));
  Trained<Net, Adam> net{Net(graph)}, stranger{Net(graph)};
  const auto x = filled<Photo, Cpu>({3, 4, 4});
  const auto target = filled<Mask, Cpu>({3, 4, 4});
  TrainingStep<Cpu> step({"one"});
  const auto work = [&](const std::vector<const char*>& names, Trained<Net, Adam>& updated) {
    step(1e-3, {&net}, addresses_of(x, target), [&](StepWork<Cpu>& now) {
      auto [y, tape] = net.forward(x);
      auto loss = reconstruction_loss<L1>(y, target);
      net.learn(std::move(tape), loss.gradient);
      for (const char* name : names) now.loss(name, loss);
      now.update(updated);
    });
  };
  const std::vector<float> before = on_host(Cpu(), net.net().parameters());
  CHECK_THROWS_WITH_AS(
      work({"one", "two"}, net),
      "a training step is given a loss called two: expected one of the names that it was made with", Error);
  CHECK_THROWS_AS(work({"typo"}, net), Error);
  CHECK_THROWS_AS(work({"one"}, stranger), Error);
  CHECK(on_host(Cpu(), net.net().parameters()) == before);
  CHECK_THROWS_WITH_AS(work({}, net), "training step 1: expected a loss called one", Error);
  CHECK(step.steps() == 0);
  CHECK_NOTHROW(work({"one"}, net));
}

TEST_CASE("a loop of a model or of options with which no training could be resumed") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("guise_trainings_" + std::to_string(getpid()));
  const auto run = [&](std::function<void(State&)> change, LoopOptions options) {
    std::filesystem::remove_all(folder);
    Changed model(std::move(change));
    options.folder = folder;
    Loop(options).run(model, Pictures());
    return model.steps();
  };
  const auto as_it_is = [](State&) {};
  long other = 3;
  const LoopOptions one{.epochs = 1};
  CHECK_THROWS_AS(run([](State& s) { s.counts.clear(); }, one), Error);
  CHECK_THROWS_AS(run([](State& s) { s.buffers.push_back(s.buffers.front()); }, one), Error);
  CHECK_THROWS_AS(run([&](State& s) { s.add("steps", other); }, one), Error);
  CHECK_THROWS_AS(run([&](State& s) { s.add("epochs", other); }, one), Error);  // a note of the loop's
  for (const long epochs : {-1l, LONG_MIN, LONG_MAX})
    CHECK_THROWS_AS(run(as_it_is, {.epochs = epochs}), Error);
  CHECK_THROWS_AS(run(as_it_is, {.epochs = 1, .max_steps = -1}), Error);
  CHECK(run(as_it_is, {.epochs = 2, .max_steps = 3}) == 3);
  std::filesystem::remove_all(folder);
}
