// A model of this file's own that learns to remove noise, trained by the loop: what it leaves behind, and that a
// training that was stopped, killed or failed at any step goes on to the same files.
#include "support/scratch_folder.hpp"
#include "support/training_files.hpp"
#include <guise/backend/reference/reference.hpp>
#include <guise/core/interrupt.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/loss/reconstruction.hpp>
#include <guise/optim/adam.hpp>
#include <guise/train/loop.hpp>
#include <guise/train/step_input.hpp>
#include <guise/train/trained.hpp>
#include <guise/train/training_step.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

using Device = Reference<float>;
struct Noisy;
struct Clean;
struct Small : Sequential<Conv<3, 3, 3, Stride<1>, Pad<1>>, Tanh> {};
struct Large : Sequential<Conv<3, 4, 3, Stride<1>, Pad<1>>, Tanh, Conv<4, 3, 1>> {};

template <class Arch = Small> class Denoiser {
  using Net = Network<Noisy, Clean, Arch, Device>;

 public:
  std::function<void(long step)> before_step, after_step, before_pictures;

  Losses step(const Images<Clean>& clean) {
    if (before_step) before_step(steps() + 1);
    Images<Noisy> noisy = as<Noisy>(clean);
    Random noise = noise_;
    for (float& value : noisy.data) value += static_cast<float>(0.1 * noise.normal());
    const auto& x = noisy_(noisy);
    const auto& target = clean_(clean);
    const Losses losses = step_(rate(), {&net_}, addresses_of(x, target), [&](StepWork<Device>& now) {
      auto [y, tape] = net_.forward(x);
      auto loss = reconstruction_loss<L1>(y, target);
      auto square = reconstruction_loss<L2>(y, target);
      net_.learn(std::move(tape), loss.gradient);
      now.loss("restoration", loss);
      now.loss("restoration_squared", square);
      now.update(net_);
    });
    noise_ = noise;
    if (after_step) after_step(steps());
    return losses;
  }
  long steps() const { return step_.steps(); }
  double rate() const { return 1e-3; }
  State state() {
    State all;
    step_.add_to(all);
    net_.add_to(all, "denoiser");
    all.add("noise", noise_);
    return all;
  }
  PictureRows pictures(const Images<Clean>& clean) const {
    if (before_pictures) before_pictures(steps());
    PictureRows rows;
    rows.push_back(picture_row(clean, clean));
    return rows;
  }

 private:
  Trained<Net, Adam> net_{Net(3)};
  StepInput<Noisy, Device> noisy_;
  StepInput<Clean, Device> clean_;
  TrainingStep<Device> step_{{"restoration", "restoration_squared"}};
  Random noise_{3, 1};
};

struct Drawings {  // five an epoch, two a step: three steps, of which the last has one
  int batch_size = 2;
  std::function<void(int epoch, std::size_t position)> before_batch{};

  long size() const { return 5; }
  long batch() const { return batch_size; }
  std::vector<Images<Clean>> epoch(int number, std::size_t start) const {
    std::vector<Images<Clean>> batches;
    for (std::size_t at = start; at * std::size_t(batch_size) < 5; ++at) {
      if (before_batch) before_batch(number, at);
      Images<Clean> batch{std::min(batch_size, 5 - int(at) * batch_size), {3, 6, 6}};
      Random random(std::uint64_t(number), at);
      for (float& value : batch.data) value = static_cast<float>(random.uniform() - 0.5);
      batches.push_back(std::move(batch));
    }
    return batches;
  }
};

// Four epochs, twelve steps: rows of steps 2, 5, 7, 10 and 12, grids of 4, 7, 11 and 12, networks of epochs 2 and 4.
LoopOptions options(const fs::path& folder) {
  return {.folder = folder,
          .epochs = 4,
          .resume = true,
          .row_every = 4,
          .grid_every = 6,
          .save_every = 3,
          .keep_every = 2,
          .notes = {{"made", "by a test"}}};
}

std::map<std::string, std::string> straight() {
  const ScratchFolder folder;
  Denoiser model;
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  return files_of(folder / "t");
}
void check_resumes(const fs::path& folder, const std::map<std::string, std::string>& expected) {
  Denoiser model;
  CHECK(Loop(options(folder)).run(model, Drawings{}));
  const auto files = files_of(folder);
  for (const auto& [name, bytes] : expected) {
    CAPTURE(name);
    REQUIRE(files.contains(name));
    CHECK(files.at(name) == bytes);
  }
  for (const auto& [name, bytes] : files) {  // a stop leaves a grid of its own
    CAPTURE(name);
    CHECK((expected.contains(name) || name.starts_with("web/images/step_")));
  }
}

}  // namespace

TEST_CASE("a training of any model leaves its log, pictures, page and networks, under its own names") {
  const ScratchFolder folder;
  Denoiser model;
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  CHECK(model.steps() == 12);
  const std::string log = bytes_of(folder / "t/loss_log.csv");
  CHECK(log.starts_with("step,epoch,rate,restoration,restoration_squared\n2,1,0.001,0."));
  CHECK(std::count(log.begin(), log.end(), '\n') == 1 + 5);  // 20 pictures, a row every four
  CHECK(log.find("\n5,2,0.001,") != log.npos);  // the ninth picture of all is the fourth of step 5
  CHECK(log.find("\n12,4,0.001,") != log.npos);
  const Safetensors network = read_safetensors(folder / "t/latest_net_denoiser.safetensors");
  CHECK(network.metadata == Notes{{"made", "by a test"}});
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

TEST_CASE("a training that was killed in any step, before or after it, goes on to the same files") {
  const auto expected = straight();
  CHECK(expected.size() == 1 + 3 + 1 + 4);  // checkpoint, networks, log, grids
  for (const bool after : {false, true})
    for (long step = 1; step <= 12; ++step) {
      CAPTURE(after);
      CAPTURE(step);
      const ScratchFolder folder;
      const pid_t child = fork();
      if (child == 0) {
        Denoiser model;
        (after ? model.after_step : model.before_step) = [&](long at) {
          if (at == step) kill(getpid(), SIGKILL);
        };
        Loop(options(folder / "t")).run(model, Drawings{});
        _exit(0);
      }
      int status = 0;
      REQUIRE(waitpid(child, &status, 0) == child);
      REQUIRE(WIFSIGNALED(status));
      check_resumes(folder / "t", expected);
    }
}

TEST_CASE("a training that was asked to stop ends after the step in hand, and goes on to the same files") {
  const auto expected = straight();
  for (long step = 1; step <= 12; ++step) {
    CAPTURE(step);
    const ScratchFolder folder;
    Denoiser model;
    LoopOptions stopped = options(folder / "t");
    const Interrupt interrupt;
    model.before_step = [&](long at) {
      if (at == step) raise(step % 2 ? SIGINT : SIGTERM);
    };
    stopped.stop = [&] { return interrupt(); };
    CHECK(!Loop(stopped).run(model, Drawings{}));
    CHECK(model.steps() == step);
    CHECK(bytes_of(folder / "t/loss_log.csv").find("\n" + std::to_string(step) + ",") != std::string::npos);
    check_resumes(folder / "t", expected);
  }
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

TEST_CASE("data that fails costs no step, a step that fails only what came after the last checkpoint") {
  const auto expected = straight();
  for (long step = 1; step <= 12; ++step)
    for (const bool in_step : {false, true}) {
      CAPTURE(step);
      CAPTURE(in_step);
      const ScratchFolder folder;
      Denoiser model;
      Drawings drawings;
      if (in_step)
        model.before_step = [&](long at) {
          if (at == step) throw Error("no step");
        };
      else
        drawings.before_batch = [&](int epoch, std::size_t) {
          if (epoch == 1 + (step - 1) / 3) throw Error("no picture");
        };
      CHECK(message<Error>([&] { Loop(options(folder / "t")).run(model, drawings); }) ==
            (in_step ? "no step" : "no picture"));
      const long saved =
          std::stol(read_safetensors(folder / "t/checkpoint.safetensors").metadata.at("steps"));
      if (!in_step) CHECK(saved == model.steps());
      CHECK(saved <= model.steps());
      check_resumes(folder / "t", expected);
    }
}

TEST_CASE("what fails between a step and its pictures: no checkpoint says that the step is done") {
  const auto expected = straight();
  for (const bool killed : {false, true}) {
    CAPTURE(killed);
    const ScratchFolder folder;
    const pid_t child = fork();
    if (child == 0) {
      Denoiser model;
      model.before_pictures = [&](long step) {
        if (step < 7) return;
        if (killed) kill(getpid(), SIGKILL);
        throw Error("no pictures");
      };
      try {
        Loop(options(folder / "t")).run(model, Drawings{});
      } catch (const Error&) { _exit(9); }
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((killed ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 9));
    CHECK(read_safetensors(folder / "t/checkpoint.safetensors").metadata.at("steps") == "5");
    check_resumes(folder / "t", expected);
  }
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

TEST_CASE("a training is not resumed with other data, another model or other losses") {
  const ScratchFolder folder;
  Denoiser model;
  LoopOptions first = options(folder / "t");
  first.max_steps = 4;
  CHECK(Loop(first).run(model, Drawings{}));
  const auto before = files_of(folder / "t");
  Denoiser again;
  LoopOptions of_other_data = options(folder / "t");
  of_other_data.data = "photographs";
  CHECK(message<Error>([&] { Loop(of_other_data).run(again, Drawings{}); }) ==
        "resume: expected what it began with: ; found photographs");
  Denoiser<Large> other;
  CHECK(holds(message<Error>([&] { Loop(options(folder / "t")).run(other, Drawings{}); }),
              "expected denoiser.model.0.weight of shape 4x3x3x3, found 3x3x3x3; resume: expected the model "
              "as it began"));
  CHECK(files_of(folder / "t") == before);

  std::string log = bytes_of(folder / "t/loss_log.csv");
  put(folder / "t/loss_log.csv", log.replace(log.find("restoration_squared"), 19, "restoration_doubled"));
  Denoiser renamed;
  CHECK(holds(message<Error>([&] { Loop(options(folder / "t")).run(renamed, Drawings{}); }),
              "loss_log.csv: expected the columns step,epoch,rate,restoration,restoration_squared"));
}

TEST_CASE("a damaged checkpoint is told, and the one before it used") {
  const auto expected = straight();
  const ScratchFolder folder;
  Denoiser model;
  LoopOptions some = options(folder / "t");
  some.max_steps = 7;
  CHECK(Loop(some).run(model, Drawings{}));
  put(folder / "t/checkpoint.safetensors", "half");
  std::string told;
  some.warn = [&](const std::string& what) { told += what; };
  Denoiser next;
  CHECK(Loop(some).run(next, Drawings{}));
  CHECK(holds(told, "checkpoint.safetensors: truncated"));
  check_resumes(folder / "t", expected);
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

TEST_CASE("what nothing changed for is told nothing, and an end that was reached says what it needs") {
  const ScratchFolder folder;
  LoopOptions all = options(folder / "t");
  all.warn = [](const std::string& what) { CHECK(what.empty()); };
  Denoiser model;
  CHECK(Loop(all).run(model, Drawings{}));
  all.progress = std::fopen((folder / "progress").c_str(), "w");
  Denoiser again;
  CHECK(Loop(all).run(again, Drawings{}));
  std::fclose(all.progress);
  CHECK(bytes_of(folder / "progress").find("nothing left to do: its 4 epochs are done") != std::string::npos);
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
