// The options of train, with the names and the defaults of the PyTorch reference.
#pragma once
#include "command_line/command_line.hpp"
#include "cut_options.hpp"
#include "device.hpp"
#include "network_options.hpp"
#include "program.hpp"
#include "range_option.hpp"
#include "reference_options.hpp"
#include "schedule_options.hpp"
#include <guise/data/preprocess.hpp>

#include <cstdint>
#include <string>
#include <vector>

inline Check count_or_inf() {
  return {"a count, or inf", [](std::string& text) -> std::string {
            if (text == "inf") return "";
            return whole_in(1, countless).refusal(text).empty()
                       ? ""
                       : text.substr(0, 40) + ": expected a whole number from 1 on, or inf";
          }};
}

struct TrainOptions {
  std::string dataroot, name, checkpoints_dir = "checkpoints";
  NetworkOptions networks;
  ScheduleOptions schedule;
  CutProgramOptions cut;
  std::vector<std::string> init_from;
  std::string freeze;
  double ema = 0;
  bool partial = false;
  std::string model = "cycle_gan", gan_mode = "lsgan", init_type = "normal", direction = "AtoB",
              phase = "train", cut_mode, suffix, epoch = "latest", max_dataset_size = "inf";
  std::string preprocess = "resize_and_crop";
  int input_nc = 3, output_nc = 3, load_size = 286, crop_size = 256, batch_size = 1;
  long max_steps = 0, load_iter = 0;
  long print_freq = 100, display_freq = 400, score_freq = 1000, save_latest_freq = 5000, save_epoch_freq = 5;
  double init_gain = 0.02, beta1 = 0.5, lambda_A = 10, lambda_B = 10, lambda_identity = 0.5;
  int pool_size = 50, num_threads = 2;
  bool no_flip = false, serial_batches = false, continue_train = false, overwrite = false;
  std::string cache = "none";
  std::size_t cache_size = std::size_t{1} << 30;
  RangeOption range;
  ReferenceOptions reference;
  std::uint64_t seed = 0;
  DeviceOptions device;

  explicit TrainOptions(CommandLine& app) {
    const auto add = [&](const char* flag, auto& value, const char* what) {
      return app.add_option(flag, value, what).show_default();
    };
    app.add_option("--dataroot", dataroot, "folder that holds trainA and trainB, perhaps testA and testB")
        .required();
    app.add_option("--name", name, "name of this training").required();
    add("--checkpoints_dir", checkpoints_dir, "where it is kept");
    app.add_option("--suffix", suffix, "added to --name, behind an underscore");
    app.add_option("--CUT_mode", cut_mode, "of CUT's published code")
        .check(one_of({"CUT", "cut", "FastCUT", "fastcut"}))
        .hidden();
    add("--model", model, "what is trained: CycleGAN, or CUT, one generator without a way back")
        .check(one_of({"cycle_gan", "cut", "fastcut"}));
    networks.add_to(app);
    add("--init_type", init_type, "how weights start")
        .check(one_of({"normal", "xavier", "kaiming", "orthogonal"}));
    add("--init_gain", init_gain, "their scale, of normal, xavier and orthogonal").check(real_in(1e-12, 1e6));
    add("--gan_mode", gan_mode,
        "adversarial loss: lsgan, vanilla (cross-entropy), hinge, or wgangp's two means")
        .check(one_of({"lsgan", "vanilla", "hinge", "wgangp"}));
    add("--input_nc", input_nc, "channels of the pictures of A").check(whole_in(1, 16));
    add("--output_nc", output_nc, "channels of the pictures of B").check(whole_in(1, 16));
    range.add_to(app);
    add("--preprocess", preprocess, "how pictures get their size: resized, scaled in proportion, cropped")
        .check(
            one_of(std::vector<std::string>(guise::preprocess_names.begin(), guise::preprocess_names.end())));
    add("--load_size", load_size,
        "side that pictures are resized to: both, with scale_width the width, with scale_shortside the "
        "shorter")
        .check(whole_in(8, 1 << 13));
    add("--crop_size", crop_size,
        "side of the square cut out at random, a multiple of 4; with scale_width the least height")
        .check(whole_in(32, 1 << 13));
    add("--batch_size", batch_size, "pictures a step").check(whole_in(1, 1024));
    schedule.add_to(app);
    app.add_option("--init_from", init_from,
                   "start from these weights: a training's folder, or files such as 10_net_G_A.pth or "
                   "G_A=horses.pth; of several networks in a file G_A=both.pth:PREFIX");
    app.add_flag("--partial", partial, "of --init_from leave out what does not fit, and say it");
    app.add_option(
        "--freeze", freeze,
        "of the generators, what does not learn: encoder, decoder, or names between commas such as model.1");
    add("--ema", ema, "decay of a moving average of the generators, such as 0.999; 0: none")
        .check(real_in(0, 0.999999));
    add("--max_steps", max_steps, "stop early, the schedule as it is; 0: no limit")
        .check(whole_in(0, countless));
    add("--beta1", beta1, "momentum of Adam").check(real_in(0, 0.9999));
    add("--direction", direction, "BtoA: the two domains change places").check(one_of({"AtoB", "BtoA"}));
    add("--phase", phase, "folders of the pictures are PHASEA and PHASEB");
    add("--max_dataset_size", max_dataset_size, "the most pictures of each folder, the first by name")
        .check(count_or_inf());
    app.add_flag("--serial_batches", serial_batches, "pictures in order, not shuffled");
    add("--num_threads", num_threads, "threads that load pictures").check(whole_in(0, 256));
    add("--pool_size", pool_size, "pictures in the history of translations").check(whole_in(0, 1 << 24));
    add("--lambda_A", lambda_A, "weight of the cycle A -> B -> A").check(real_in(0));
    add("--lambda_B", lambda_B, "weight of the cycle B -> A -> B").check(real_in(0));
    add("--lambda_identity", lambda_identity, "weight of identity, times the cycle's").check(real_in(0));
    add("--cache", cache,
        "where resized pictures are kept for later epochs: memory, or disk for later trainings")
        .check(one_of({"none", "memory", "disk"}));
    app.add_option("--cache_size", cache_size, "the most bytes it may take; without: 1GiB")
        .check(memory_size());
    app.add_flag("--no_flip", no_flip, "do not mirror pictures at random");
    app.add_flag("--continue_train", continue_train, "go on from the last checkpoint, bit for bit");
    add("--epoch", epoch,
        "of the folder that --init_from names, the epoch whose networks are taken: latest, best, or a "
        "number");
    app.add_option("--load_iter", load_iter, "of the reference").check(whole_in(0, 0)).hidden();
    app.add_flag("--overwrite", overwrite, "take the place of an older training of this name");
    cut.add_to(app);
    add("--seed", seed, "same seed, same bits").check(whole_in(0));
    device.add_to(app);
    add("--print_freq", print_freq, "pictures between two lines of the log").check(whole_in(1, countless));
    add("--display_freq", display_freq, "pictures between two picture grids").check(whole_in(1, countless));
    add("--score_freq", score_freq, "pictures between two scores of the held-out folders; 0: never")
        .check(whole_in(0, countless));
    add("--save_latest_freq", save_latest_freq, "pictures between two saves of latest, ten minutes at most")
        .check(whole_in(1, countless));
    add("--save_epoch_freq", save_epoch_freq, "epochs between two saves that stay")
        .check(whole_in(1, countless));
    reference.add_to(app);
  }

  bool is_cut() const { return model != "cycle_gan"; }
  // The defaults that CUT's published code has of its own, where an option was not given; throws guise::Error for one of
  // the other model.
  void complete(const CommandLine& app) {
    if (const auto mode = app.given("--CUT_mode");
        mode && model == "cut" && (*mode == "FastCUT" || *mode == "fastcut"))
      model = "fastcut";
    for (const char* option : CutProgramOptions::names)
      if (!is_cut() && app.given(option))
        throw guise::Error(std::string(option) + ": expected --model cut or fastcut, found " + model);
    for (const char* option : {"--lambda_A", "--lambda_B", "--lambda_identity", "--pool_size"})
      if (is_cut() && app.given(option))
        throw guise::Error(std::string(option) + ": expected --model cycle_gan, found " + model);
    if (!is_cut()) return;
    networks.antialias = !cut.no_antialias;
    lambda_identity = 0, pool_size = 0;
    if (!app.given("--init_type")) init_type = "xavier";
    const guise::PublishedEpochs epochs = model == "cut" ? guise::cut_epochs : guise::fast_cut_epochs;
    if (!app.given("--n_epochs")) schedule.n_epochs = epochs.whole;
    if (!app.given("--n_epochs_decay")) schedule.n_epochs_decay = epochs.falling;
  }
};
