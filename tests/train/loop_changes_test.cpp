// What may change between two runs of a training, what is told of it, and what is refused.
#include "denoiser.hpp"

#include <cstdio>
#include <utility>

using namespace guise;
using namespace guise::testing;

TEST_CASE("a training goes on with another batch, more pictures or more epochs, and that is told") {
  const ScratchFolder folder;
  Denoiser model;
  LoopOptions first = options(folder / "t");
  first.max_steps = 4;  // one epoch of three steps, and one
  CHECK(Loop(first).run(model, Drawings{}));
  std::vector<std::string> told;
  LoopOptions more = options(folder / "t");
  more.epochs = 5;
  more.warn = [&](const std::string& what) { told.push_back(what); };
  std::vector<std::pair<int, std::size_t>> asked;
  Drawings drawings{.batch_size = 1};
  drawings.before_batch = [&](int epoch, std::size_t at) { asked.emplace_back(epoch, at); };
  Denoiser next;
  CHECK(Loop(more).run(next, drawings));
  // The second epoch was done to a third, of five steps that is one.
  CHECK(asked.front() == std::pair(2, std::size_t{1}));
  CHECK(asked.size() == 4 + 5 + 5 + 5);
  CHECK(next.steps() == 4 + 19);
  REQUIRE(told.size() == 2);
  CHECK(told[0] == "another batch than before: 1 pictures a step, it was 2");
  CHECK(told[1] == "another end than before: 5 epochs, it was 4");
}

TEST_CASE("a training goes on with other settings, and those that differ are told") {
  const ScratchFolder folder;
  LoopOptions first = options(folder / "t");
  first.max_steps = 4;
  first.settings = {"--lr 0.0002", "--beta1 0.5", "--pool_size 50"};
  Denoiser model;
  CHECK(Loop(first).run(model, Drawings{}));
  std::vector<std::string> told;
  LoopOptions more = options(folder / "t");
  more.settings = {"--lr 0.0001", "--beta1 0.5", "--pool_size 40"};
  more.warn = [&](const std::string& what) { told.push_back(what); };
  Denoiser next;
  CHECK(Loop(more).run(next, Drawings{}));
  CHECK(told == std::vector<std::string>{"other settings than before: --lr 0.0001 and --pool_size 40, it was "
                                         "--lr 0.0002 and --pool_size 50"});
}

TEST_CASE("what nothing changed for is told nothing, and an end that was reached says what it needs") {
  const ScratchFolder folder;
  LoopOptions all = options(folder / "t");
  all.warn = [](const std::string& what) { CHECK(what.empty()); };
  all.epochs_name = "--n_epochs";
  Denoiser model;
  CHECK(Loop(all).run(model, Drawings{}));
  all.progress = std::fopen((folder / "progress").c_str(), "w");
  Denoiser again;
  CHECK(Loop(all).run(again, Drawings{}));
  std::fclose(all.progress);
  CHECK(bytes_of(folder / "progress")
            .find("nothing left to do: its 4 epochs are done; to go on it needs more --n_epochs") !=
        std::string::npos);
}

TEST_CASE("an older training is not replaced unless that is asked for, and then none of its networks stays") {
  const ScratchFolder folder;
  Denoiser model;
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  const auto before = files_of(folder / "t");
  LoopOptions anew = options(folder / "t");
  anew.resume = false;
  anew.max_steps = 2;
  Denoiser other;
  CHECK(holds(
      message<Error>([&] { Loop(anew).run(other, Drawings{}); }),
      "t: holds a training of 12 steps, which this one would replace: expected resume to go on with it, or "
      "overwrite"));
  CHECK(files_of(folder / "t") == before);
  put(folder / "t/checkpoint.safetensors", "half");
  CHECK(holds(message<Error>([&] { Loop(anew).run(other, Drawings{}); }), "which this one would replace"));
  anew.overwrite = true;
  CHECK(Loop(anew).run(other, Drawings{}));
  CHECK(!fs::exists(folder / "t/2_net_denoiser.safetensors"));
  CHECK(!fs::exists(folder / "t/4_net_denoiser.safetensors"));
  fs::remove(folder / "t/checkpoint.safetensors");
  fs::remove(folder / "t/checkpoint_previous.safetensors");
  anew.overwrite = false;
  Denoiser third;
  CHECK(holds(message<Error>([&] { Loop(anew).run(third, Drawings{}); }), "networks without a checkpoint"));
}

TEST_CASE("a second training in a folder is refused while the first is at work, and not afterwards") {
  const ScratchFolder folder;
  Denoiser model, second;
  std::string refused;
  model.after_step = [&](long at) {
    if (at == 2) refused = message<Error>([&] { Loop(options(folder / "t")).run(second, Drawings{}); });
  };
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  CHECK(holds(refused, "t: another training is writing here"));
  CHECK(second.steps() == 0);
  CHECK(Loop(options(folder / "t")).run(second, Drawings{}));
}

TEST_CASE("domains whose folders are exchanged are refused, other pictures are told") {
  struct Two : Drawings {
    std::vector<std::string> folders;
    std::vector<std::string> pictures() const { return folders; }
  };
  const ScratchFolder folder;
  LoopOptions some = options(folder / "t");
  some.max_steps = 2;
  std::string told;
  some.warn = [&](const std::string& what) { told += what; };
  Denoiser model, next, last;
  CHECK(Loop(some).run(model, Two{{}, {"5 pictures (a)", "5 pictures (b)"}}));
  CHECK(holds(message<Error>([&] {
                Loop(some).run(next, Two{{}, {"5 pictures (b)", "5 pictures (a)"}});
              }),
              "the folders of the domains are exchanged"));
  CHECK(told.empty());
  CHECK(Loop(some).run(last, Two{{}, {"5 pictures (a)", "5 pictures (c)"}}));
  CHECK(told.starts_with("other pictures than before: 5 pictures (a) and 5 pictures (c), it was"));
}
