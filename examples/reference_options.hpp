// Options of the PyTorch reference's train.py that are not train's own, so that its command lines can be pasted: what
// has no meaning here is accepted and said; what would ask for something else than what is trained here is refused.
#pragma once
#include "command_line/command_line.hpp"
#include <guise/core/error.hpp>

#include <array>
#include <string>
#include <vector>

struct FixedOption {  // one that has one value here
  const char *name, *value, *more = ", as all trainings here are";
};

class ReferenceOptions {
 public:
  void add_to(CommandLine& app) {
    for (const FixedOption& option : fixed)
      app.add_option(option.name, ignored_, "of the reference: " + std::string(option.value)).hidden();
    for (const char* name : valued)
      app.add_option(name, ignored_, "of the reference, without effect here").hidden();
    for (const char* name : flags)
      app.add_flag(name, flag_, "of the reference, without effect here").hidden();
  }
  // Throws guise::Error where a value asks for something else.
  static void check(const CommandLine& app) {
    for (const FixedOption& option : fixed) {
      if (const auto given = app.given(option.name); given && *given != option.value)
        throw guise::Error(std::string(option.name) + ": " + *given + ": expected " + option.value +
                           option.more);
    }
  }
  // Those that were given and change nothing, in one line; empty where there is none.
  static std::string without_effect(const CommandLine& app) {
    std::string names;
    const auto add = [&](const char* name) {
      if (app.given(name)) names += (names.empty() ? "" : ", ") + std::string(name);
    };
    for (const char* name : valued) add(name);
    for (const char* name : flags) add(name);
    return names.empty() ? "" : names + ": of the reference, without effect here";
  }

 private:
  static constexpr std::array fixed{FixedOption{"--gpu_ids", "-1", ", or in its place --device cuda:N"},
                                    FixedOption{"--model", "cycle_gan"},
                                    FixedOption{"--dataset_mode", "unaligned"},
                                    FixedOption{"--norm", "instance"},
                                    FixedOption{"--init_type", "normal"},
                                    FixedOption{"--init_gain", "0.02"},
                                    FixedOption{"--direction", "AtoB"},
                                    FixedOption{"--gan_mode", "lsgan"},
                                    FixedOption{"--lr_policy", "linear"},
                                    FixedOption{"--phase", "train"},
                                    FixedOption{"--epoch", "latest"},
                                    FixedOption{"--epoch_count", "1"},
                                    FixedOption{"--max_dataset_size", "inf"}};
  static constexpr std::array valued{"--num_threads",     "--display_id",       "--display_server",
                                     "--display_env",     "--display_port",     "--display_ncols",
                                     "--display_winsize", "--update_html_freq", "--wandb_project_name",
                                     "--lr_decay_iters",  "--load_iter"};
  static constexpr std::array flags{"--no_dropout", "--no_html", "--verbose", "--use_wandb",
                                    "--save_by_iter"};

  std::string ignored_;
  bool flag_ = false;
};
