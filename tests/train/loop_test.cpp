// A model of this folder's own, trained by the loop: what it leaves behind, what it says and what it refuses.
#include "denoiser.hpp"
#include <guise/core/interrupt.hpp>

#include <csignal>

using namespace guise;
using namespace guise::testing;

TEST_CASE("a training of any model leaves its log, pictures, page and networks, under its own names") {
  const ScratchFolder folder;
  Denoiser model;
  LoopOptions unscored = options(folder / "t");
  unscored.scores = nullptr;
  CHECK(Loop(unscored).run(model, Drawings{}));
  CHECK(model.steps() == 12);
  const std::string log = bytes_of(folder / "t/loss_log.csv");
  CHECK(log.starts_with("step,epoch,rate,restoration,restoration_squared\n2,1,0.001,0."));
  CHECK(std::count(log.begin(), log.end(), '\n') == 1 + 5);  // 20 pictures, a row every four
  CHECK(log.find("\n5,2,0.001,") != log.npos);  // the ninth picture of all is the fourth of step 5
  CHECK(log.find("\n12,4,0.001,") != log.npos);
  const Safetensors network = read_safetensors(folder / "t/latest_net_denoiser.safetensors");
  CHECK(network.metadata ==
        Notes{{"made", "by a test"}, {"network_fingerprint", network.metadata.at("network_fingerprint")}});
  CHECK(network.find("model.0.weight")->shape == std::vector<std::size_t>{3, 3, 3, 3});
  for (const char* name : {"2_net_denoiser.safetensors", "4_net_denoiser.safetensors"})
    CHECK(fs::exists(folder / "t" / name));
  CHECK(!fs::exists(folder / "t/1_net_denoiser.safetensors"));
  const Picture grid = read_picture(folder / "t/web/images/step_000012.png");
  CHECK(grid.width == 6 + 2 + 6);
  CHECK(grid.height == 6);
  const std::string page = bytes_of(folder / "t/web/index.html");
  CHECK(page.find("\"grid\":[2,1]") != page.npos);
  CHECK(page.find("\"columns\":[\"step\",\"epoch\",\"rate\",\"restoration\",\"restoration_squared\"]") !=
        page.npos);
  CHECK(!fs::exists(folder / "t/score_log.csv"));
}

TEST_CASE(
    "signals are as they were when an Interrupt has ended, and a program that ignores a hang-up goes on") {
  static int heard = 0;
  const auto before = std::signal(SIGINT, [](int) { ++heard; });
  const auto hang_up = std::signal(SIGHUP, SIG_IGN);
  {
    const Interrupt interrupt;
    raise(SIGHUP);
    CHECK(!interrupt());
    raise(SIGINT);
    CHECK(interrupt());
    CHECK(heard == 0);
  }
  CHECK((std::signal(SIGHUP, hang_up) == SIG_IGN));
  raise(SIGINT);
  CHECK(heard == 1);
  CHECK(!Interrupt()());  // another time, another answer
  std::signal(SIGINT, before);
}

TEST_CASE("where even saving fails the message says both, and after which step it last was") {
  const ScratchFolder folder;
  Denoiser model;
  model.before_step = [&](long at) {
    if (at < 5) return;
    fs::remove_all(folder / "t");
    throw Error("no step");
  };
  const std::string text = message<Error>([&] { Loop(options(folder / "t")).run(model, Drawings{}); });
  CHECK(text.starts_with("no step; then "));
  CHECK(text.find("latest_net_denoiser.safetensors: cannot be written") != text.npos);
  CHECK(text.ends_with("; saved last after step 4"));
}

TEST_CASE("a checkpoint says no more than what else was saved") {
  const ScratchFolder folder;
  const auto latest = folder / "t/latest_net_denoiser.safetensors";
  Denoiser model;
  model.before_step = [&](long at) {
    if (at != 5) return;  // after it, everything is saved
    fs::remove(latest);
    fs::create_directory(latest);
  };
  const std::string text = message<Error>([&] { Loop(options(folder / "t")).run(model, Drawings{}); });
  CHECK(saved_steps(folder / "t") == 4);
  CHECK(text.ends_with("; saved last after step 4"));
  fs::remove(latest);
  check_resumes(folder / "t", straight());
}

TEST_CASE("a network is kept when its epoch ends, as it is then") {
  const ScratchFolder folder;
  Denoiser model, half;
  model.before_step = [&](long at) {
    CHECK(fs::exists(folder / "t/2_net_denoiser.safetensors") == (at > 6));
    CHECK(!fs::exists(folder / "t/4_net_denoiser.safetensors"));
    CHECK(fs::exists(folder / "t/latest_net_denoiser.safetensors"));
  };
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  LoopOptions two_epochs = options(folder / "half");
  two_epochs.epochs = 2;
  CHECK(Loop(two_epochs).run(half, Drawings{}));
  const auto files = files_of(folder / "t");
  CHECK(files.at("2_net_denoiser.safetensors") == bytes_of(folder / "half/latest_net_denoiser.safetensors"));
  CHECK(files.at("4_net_denoiser.safetensors") == files.at("latest_net_denoiser.safetensors"));
  CHECK(files.at("2_net_denoiser.safetensors") != files.at("4_net_denoiser.safetensors"));
}

TEST_CASE("scores are taken every so many pictures and at the end, and are on the page at once") {
  const ScratchFolder folder;
  Denoiser model;
  model.before_step = [&](long at) {
    const std::string page = at == 1 ? "" : bytes_of(folder / "t/web/index.html");
    CHECK((page.find("5,2,all,0.25") != page.npos) == (at > 5));
  };
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  CHECK(bytes_of(folder / "t/score_log.csv") ==
        "step,epoch,direction,error,none\n5,2,all,0.25,-\n10,4,all,0.25,-\n12,4,all,0.25,-\n");
}

TEST_CASE("a checkpoint is written every so many pictures, or when enough time has passed") {
  for (const bool by_time : {false, true}) {
    const ScratchFolder folder;
    Denoiser model;
    LoopOptions timed = options(folder / "t");
    timed.save_every = 0;
    if (by_time) timed.save_after = std::chrono::seconds(0);
    model.before_step = [&](long at) { CHECK(saved_steps(folder / "t") == (by_time ? at - 1 : 0)); };
    CHECK(Loop(timed).run(model, Drawings{}));
    CHECK(saved_steps(folder / "t") == 12);
  }
}

TEST_CASE("progress goes to the stream that is named, and scores to their log") {
  const ScratchFolder folder;
  Denoiser model;
  LoopOptions told = options(folder / "t");
  told.max_steps = 6;
  told.score_every = 10;
  told.scores = [&] {
    return std::vector<ScoreRow>{{"all", {{"error", 0.25}, {"none", NAN}}, "an error of 0.25"}};
  };
  told.progress = std::fopen((folder / "progress").c_str(), "w");
  CHECK(Loop(told).run(model, Drawings{}));
  std::fclose(told.progress);
  const std::string text = bytes_of(folder / "progress");
  CHECK(text.starts_with("no checkpoint in " + (folder / "t").string() + ": starting from the beginning\n"));
  CHECK(text.find("\nstep 5/6  epoch 2/4  ") != text.npos);
  CHECK(text.find(" left  restoration 0.") != text.npos);
  CHECK(text.find("\nstep 6, all: an error of 0.25\n") != text.npos);
  CHECK(text.ends_with("\ndone after step 6, saved in " + (folder / "t").string() + "\n"));
  CHECK(bytes_of(folder / "t/score_log.csv") == "step,epoch,direction,error,none\n6,2,all,0.25,-\n");
}

TEST_CASE("data that is not what it says") {
  struct Short : Drawings {
    std::vector<Images<Clean>> epoch(int number, std::size_t start) const {
      auto batches = Drawings::epoch(number, start);
      if (number == 2) batches.pop_back();
      return batches;
    }
  };
  struct None : Drawings {
    long size() const { return 0; }
  };
  const ScratchFolder folder;
  Denoiser model;
  CHECK(message<Error>([&] { Loop(options(folder / "t")).run(model, Short{}); }) ==
        "epoch 2 of the data ended early");
  CHECK(model.steps() == 5);
  CHECK(holds(message<Error>([&] { Loop(options(folder / "t")).run(model, None{}); }),
              "an epoch of 0 pictures, 2 a step: expected at least one of each"));
}
