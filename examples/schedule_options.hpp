// The options of a training's epochs and of its learning rate, with the names, values and defaults of the PyTorch reference.
// Where that changes the rate once an epoch, `linear` here changes it every step, unless --lr_per_epoch is given.
#pragma once
#include "command_line/command_line.hpp"
#include <guise/core/error.hpp>
#include <guise/optim/schedule.hpp>
#include <guise/train/convergence.hpp>
#include <guise/train/epoch_count.hpp>
#include <guise/train/plateau.hpp>

#include <algorithm>
#include <string>

struct ScheduleOptions {
  long n_epochs = 100, n_epochs_decay = 100, lr_decay_iters = 50, epoch_count = 1, stop_when_flat = 0;
  double lr = 2e-4;
  std::string policy = "linear";
  bool per_epoch = false;

  void add_to(CommandLine& app) {
    const auto add = [&](const char* flag, auto& value, const char* what) {
      return app.add_option(flag, value, what).show_default();
    };
    add("--n_epochs", n_epochs, "epochs at the first learning rate").check(whole_in(0, 1'000'000));
    add("--n_epochs_decay", n_epochs_decay, "epochs in which it falls to 0").check(whole_in(0, 1'000'000));
    add("--epoch_count", epoch_count, "number of the first epoch, for a training with --init_from")
        .check(whole_in(1, 1'000'000));
    add("--lr", lr, "learning rate of Adam").check(real_in(1e-12, 1));
    add("--lr_policy", policy,
        "how it falls: linear; step, to a tenth every --lr_decay_iters epochs; cosine, over --n_epochs; "
        "plateau, to "
        "a fifth where the scores of testA and testB get no better")
        .check(one_of({"linear", "step", "plateau", "cosine"}));
    add("--lr_decay_iters", lr_decay_iters, "epochs of --lr_policy step").check(whole_in(1, 1'000'000));
    add("--stop_when_flat", stop_when_flat,
        "after so many scores without a gain the rate falls to 0 over --n_epochs_decay epochs, and the "
        "training ends; 0: never")
        .check(whole_in(0, 1'000'000));
    app.add_flag("--lr_per_epoch", per_epoch, "change it once an epoch, as the reference, not every step");
  }

  long epochs() const { return n_epochs + n_epochs_decay; }
  // What cannot be, in one line; `scored`: the training is scored by held-out pictures.
  void check(bool scored) const {
    if (epochs() == 0) throw guise::Error("--n_epochs 0 --n_epochs_decay 0: expected at least one epoch");
    if (epoch_count > epochs())
      throw guise::Error("--epoch_count " + std::to_string(epoch_count) + ": expected one of the " +
                         std::to_string(epochs()) + " epochs of --n_epochs and --n_epochs_decay");
    if (per_epoch && policy != "linear")
      throw guise::Error("--lr_per_epoch: expected --lr_policy linear, for " + policy + " is always so");
    if (policy == "cosine" && n_epochs == 0)
      throw guise::Error("--lr_policy cosine: expected --n_epochs of at least 1, over which it falls");
    if (policy == "plateau" && !scored)
      throw guise::Error(
          "--lr_policy plateau: expected pictures in testA and testB of --dataroot and a --score_freq of at "
          "least "
          "1, for it follows their scores");
    if (stop_when_flat && !scored)
      throw guise::Error("--stop_when_flat " + std::to_string(stop_when_flat) +
                         ": expected pictures in valA and valB or testA and testB of --dataroot and a "
                         "--score_freq of at least 1, for it follows their scores");
  }
  guise::Convergence::Options convergence() const { return {stop_when_flat, n_epochs_decay}; }
  // The rate of a step, no higher than the last fall of a training whose scores are flat. What it follows must outlive it.
  guise::Schedule schedule(const guise::EpochCount& count, const guise::Plateau& plateau,
                           const guise::Convergence& convergence) const {
    return [own = schedule(count, plateau), &count, &convergence, lr = lr](long step) {
      return std::min(own(step), lr * convergence.scale(count, step));
    };
  }

 private:
  guise::Schedule schedule(const guise::EpochCount& count, const guise::Plateau& plateau) const {
    const auto by_epoch = [&count](auto rate) -> guise::Schedule {
      return [&count, rate](long step) { return rate(count.epoch(step)); };
    };
    if (policy == "step") return by_epoch(guise::reference_step(lr, lr_decay_iters));
    if (policy == "cosine") return by_epoch(guise::reference_cosine(lr, n_epochs));
    if (policy == "plateau") return [&plateau, lr = lr](long) { return lr * plateau.scale(); };
    if (per_epoch) return by_epoch(guise::reference_linear(lr, n_epochs, n_epochs_decay));
    // The rate is one of epochs, also where they have other steps than when the training began.
    return [&count, lr = lr, all = epochs(), whole = n_epochs](long step) {
      const long steps = count.epoch_steps();
      return guise::linear_decay(lr, all * steps, whole * steps)(count.schedule_step(step));
    };
  }
};
