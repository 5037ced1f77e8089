// A model that learns to remove noise, its data, and a loop's options under which everything is written now and then:
// what the tests of the loop train, stop, kill and resume.
#pragma once
#include "support/reference.hpp"
#include "support/training_files.hpp"
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

#include <map>

namespace guise::testing {

namespace fs = std::filesystem;
using Device = Reference<float>;
struct Noisy;
struct Clean;
struct Small : Sequential<Conv<3, 3, 3, Stride<1>, Pad<1>>, Tanh> {};
struct Large : Sequential<Conv<3, 4, 3, Stride<1>, Pad<1>>, Tanh, Conv<4, 3, 1>> {};

template <class Arch = Small> class Denoiser {
  using Net = Network<Noisy, Clean, Arch, Device>;

 public:
  std::function<void(long step)> before_step, after_step, before_pictures{};

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

// Four epochs, twelve steps: rows of steps 2, 5, 7, 10 and 12, grids of 4, 7, 11 and 12, scores of 5, 10 and 12,
// networks of epochs 2 and 4.
inline LoopOptions options(const fs::path& folder) {
  return {.folder = folder,
          .epochs = 4,
          .resume = true,
          .row_every = 4,
          .grid_every = 6,
          .score_every = 8,
          .save_every = 3,
          .keep_every = 2,
          .scores =
              [] {
                return std::vector<ScoreRow>{{"all", {{"error", 0.25}, {"none", NAN}}, "an error of 0.25"}};
              },
          .notes = {{"made", "by a test"}}};
}

inline std::map<std::string, std::string> straight() {
  const ScratchFolder folder;
  Denoiser model;
  CHECK(Loop(options(folder / "t")).run(model, Drawings{}));
  return files_of(folder / "t");
}
inline long saved_steps(const fs::path& folder) {
  return std::stol(read_safetensors(folder / "checkpoint.safetensors").metadata.at("steps"));
}
inline void check_resumes(const fs::path& folder, const std::map<std::string, std::string>& expected) {
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

}  // namespace guise::testing
