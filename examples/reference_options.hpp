// Options of the PyTorch reference's programs that have no meaning of their own here, so that its command lines can be
// pasted: they are accepted, and one line says what takes their place. One that would ask for something else than what is
// done here is refused.
#pragma once
#include "command_line/command_line.hpp"
#include "device.hpp"
#include <guise/core/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

class ReferenceOptions {
 public:
  void add_to(CommandLine& app) {
    for (const Replaced& of : replaced)
      if (of.flag)
        app.add_flag(of.name, flag_, "of the reference").hidden();
      else
        app.add_option(of.name, ignored_, "of the reference").hidden();
    app.add_option("--dataset_mode", dataset_mode_, "of the reference: unaligned").hidden();
    app.add_option("--gpu_ids", gpu_ids_, "of the reference: as --device cuda:N, or -1 for the cpu").hidden();
  }
  // `known`: the values of --dataset_mode that the program has. Throws guise::Error where another is asked for.
  static void check(const CommandLine& app, const std::vector<std::string>& known) {
    if (const auto given = app.given("--dataset_mode");
        given && std::ranges::find(known, *given) == known.end())
      throw guise::Error("--dataset_mode " + *given + ": expected " + known.front() +
                         ", as all data here is");
  }
  // The device that --gpu_ids asks for, `device` where it is not given.
  std::string device(const CommandLine& app, const std::string& device) const {
    if (!app.given("--gpu_ids")) return device;
    if (app.given("--device")) throw guise::Error("--gpu_ids: expected no --device beside it");
    if (gpu_ids_ == "-1") return "cpu";
    if (gpu_ids_.empty() || gpu_ids_.find_first_not_of("0123456789") != gpu_ids_.npos || gpu_ids_.size() > 4)
      throw guise::Error("--gpu_ids " + gpu_ids_.substr(0, 40) + ": expected -1, or the number of one GPU");
    return "cuda:" + gpu_ids_;
  }
  // The chosen one; where there is none such, what `works` without is told who gave --gpu_ids.
  static ChosenDevice device_of(const CommandLine& app, const DeviceOptions& device, const char* works) try {
    return ::device_of(device);
  } catch (const guise::Error& error) {
    if (!app.given("--gpu_ids")) throw;
    throw guise::Error(std::string(error.what()) + "; --gpu_ids -1 " + works + " on the CPU");
  }
  // What takes the place of those that were given, a line for each.
  static std::vector<std::string> instead(const CommandLine& app) {
    std::vector<std::string> lines;
    for (const std::string_view place : places) {
      std::string names;
      for (const Replaced& of : replaced)
        if (of.place == place && app.given(of.name))
          names += (names.empty() ? "" : ", ") + std::string(of.name);
      if (!names.empty()) lines.push_back(names + ": " + std::string(place));
    }
    return lines;
  }

 private:
  static constexpr std::string_view page =
      "no visdom here; web/index.html and TensorBoard's events of the training's folder take its place";
  static constexpr std::string_view epochs =
      "here EPOCH_net_... of every --save_epoch_freq epochs take its place";
  static constexpr std::string_view networks = "here `inspect` prints the networks";
  static constexpr std::string_view reports =
      "no Weights & Biases here; TensorBoard's events of the training's folder take its place";
  static constexpr std::string_view size = "without effect: results have the size of their pictures";
  static constexpr std::array places{page, epochs, networks, reports, size};

  struct Replaced {
    const char* name;
    std::string_view place;
    bool flag;
  };
  static constexpr Replaced replaced[]{
      {"--display_id", page, false},       {"--display_server", page, false},
      {"--display_env", page, false},      {"--display_port", page, false},
      {"--display_ncols", page, false},    {"--display_winsize", page, false},
      {"--update_html_freq", page, false}, {"--no_html", page, true},
      {"--save_by_iter", epochs, true},    {"--verbose", networks, true},
      {"--use_wandb", reports, true},      {"--wandb_project_name", reports, false},
      {"--aspect_ratio", size, false}};

  std::string ignored_, dataset_mode_, gpu_ids_;
  bool flag_ = false;
};
