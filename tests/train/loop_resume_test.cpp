// A training that was stopped, killed or failed at any step goes on to the same files.
#include "denoiser.hpp"
#include <guise/core/interrupt.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace guise;
using namespace guise::testing;

TEST_CASE("a training that was killed in any step, before or after it, goes on to the same files") {
  const auto expected = straight();
  CHECK(expected.size() == 1 + 3 + 2 + 4);  // checkpoint, networks, logs, grids
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
      const long saved = saved_steps(folder / "t");
      if (!in_step) CHECK(saved == model.steps());
      CHECK(saved <= model.steps());
      check_resumes(folder / "t", expected);
    }
}

TEST_CASE("what fails between a step and its end: no checkpoint says that the step is done") {
  struct Failure {
    const char* of;
    long after;
    bool killed;
  };
  const auto expected = straight();
  for (const auto& [of, after, killed] : {Failure{"pictures", 7, false},
                                          {"pictures", 7, true},
                                          {"scores", 5, false},
                                          {"scores", 5, true},
                                          {"network", 6, false}}) {
    CAPTURE(of);
    CAPTURE(killed);
    const ScratchFolder folder;
    const pid_t child = fork();
    if (child == 0) {
      Denoiser model;
      LoopOptions saving = options(folder / "t");
      saving.save_every = 1;
      const auto fail_after = [&, step = after, dies = killed] {
        if (model.steps() != step) return;
        if (dies) kill(getpid(), SIGKILL);
        throw Error("fails");
      };
      if (of == std::string_view("pictures")) model.before_pictures = [&](long) { fail_after(); };
      if (of == std::string_view("scores"))
        saving.scores = [&, scores = saving.scores] { return fail_after(), scores(); };
      if (of == std::string_view("network"))  // once the training has begun, where it would not replace one
        model.before_step = [&](long) { fs::create_directories(folder / "t/2_net_denoiser.safetensors"); };
      try {
        Loop(saving).run(model, Drawings{});
      } catch (const Error&) { _exit(9); }
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((killed ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 9));
    CHECK(saved_steps(folder / "t") == after - 1);
    if (of == std::string_view("network")) fs::remove(folder / "t/2_net_denoiser.safetensors");
    check_resumes(folder / "t", expected);
  }
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
  LoopOptions with_options = options(folder / "options");
  with_options.max_steps = 1, with_options.networks = "--wide 4 --deep", with_options.data = "--seed 1";
  CHECK(Loop(with_options).run(again, Drawings{}));
  with_options.networks = "--wide 8 --deep", with_options.data = "--seed 2";
  Denoiser<Large> larger;  // told before its tensors are compared
  CHECK(message<Error>([&] { Loop(with_options).run(larger, Drawings{}); }) ==
        "resume: --wide 8: it began with 4");
  with_options.networks = "--wide 4", with_options.data = "--seed 1 --flip";
  CHECK(message<Error>([&] { Loop(with_options).run(larger, Drawings{}); }) ==
        "resume: no --deep: it began with it");
  with_options.networks = "--wide 4 --deep";
  CHECK(message<Error>([&] { Loop(with_options).run(larger, Drawings{}); }) ==
        "resume: --flip: it began without");
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
