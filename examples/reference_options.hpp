// Options of the PyTorch reference's train.py that are not train's own, so that its command lines can be pasted: what
// has no meaning here is accepted and said; what would ask for something else than what is trained here is refused.
#pragma once
#include <guise/core/error.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <string>
#include <vector>

class ReferenceOptions {
 public:
  void add_to(CLI::App& app) {
    for (const Fixed& option : fixed) {
      const auto meant = [value = std::string(option.value)](const std::string& given) {
        return given == value ? "" : given + ": expected " + value + ", as all trainings here are";
      };
      app.add_option(option.name, ignored_, "of the reference: " + std::string(option.value))
          ->check(CLI::Validator(meant, ""))
          ->group("");
    }
    app.add_option("--gpu_ids", ignored_, "of the reference: -1")
        ->check(CLI::Validator(
            [](const std::string& given) {
              return given == "-1" ? "" : given + ": expected -1, or in its place --device cuda:" + given;
            },
            ""))
        ->group("");
    for (const char* name : valued)
      app.add_option(name, ignored_, "of the reference, without effect here")->group("");
    for (const char* name : flags)
      app.add_flag(name, flag_, "of the reference, without effect here")->group("");
  }
  // Those that were given and change nothing, in one line; empty where there is none.
  static std::string without_effect(const CLI::App& app) {
    std::string names;
    const auto add = [&](const char* name) {
      if (app.get_option(name)->count()) names += (names.empty() ? "" : ", ") + std::string(name);
    };
    for (const char* name : valued) add(name);
    for (const char* name : flags) add(name);
    return names.empty() ? "" : names + ": of the reference, without effect here";
  }

 private:
  struct Fixed {
    const char *name, *value;
  };
  static constexpr std::array fixed{Fixed{"--model", "cycle_gan"},
                                    Fixed{"--dataset_mode", "unaligned"},
                                    Fixed{"--netD", "basic"},
                                    Fixed{"--n_layers_D", "3"},
                                    Fixed{"--norm", "instance"},
                                    Fixed{"--init_type", "normal"},
                                    Fixed{"--init_gain", "0.02"},
                                    Fixed{"--input_nc", "3"},
                                    Fixed{"--output_nc", "3"},
                                    Fixed{"--direction", "AtoB"},
                                    Fixed{"--preprocess", "resize_and_crop"},
                                    Fixed{"--gan_mode", "lsgan"},
                                    Fixed{"--lr_policy", "linear"},
                                    Fixed{"--phase", "train"},
                                    Fixed{"--epoch", "latest"},
                                    Fixed{"--epoch_count", "1"},
                                    Fixed{"--max_dataset_size", "inf"}};
  static constexpr std::array valued{"--num_threads",     "--display_id",       "--display_server",
                                     "--display_env",     "--display_port",     "--display_ncols",
                                     "--display_winsize", "--update_html_freq", "--wandb_project_name",
                                     "--lr_decay_iters",  "--load_iter"};
  static constexpr std::array flags{"--no_dropout", "--no_html", "--verbose", "--use_wandb",
                                    "--save_by_iter"};

  std::string ignored_;
  bool flag_ = false;
};
