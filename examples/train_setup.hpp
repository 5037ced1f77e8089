// What train makes of its options: names, networks, pictures, and what a training that goes on compares.
#pragma once
#include "networks/trainings.hpp"
#include "program.hpp"
#include "size_options.hpp"
#include "train_options.hpp"
#include <guise/data/picture_cache.hpp>
#include <guise/loss/adversarial.hpp>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

inline void tell(const std::string& what) { complain("train", what); }

// What cannot be together, in one line.
inline void check(const TrainOptions& o) {
  using guise::Error;
  const auto is_name = [](const std::string& text) {
    return !text.empty() && text != "." && text != ".." && text.find('/') == text.npos;
  };
  if (!is_name(o.name))
    throw Error("--name " + o.name + ": expected the name of a folder in " + o.checkpoints_dir);
  if (!is_name(o.phase)) throw Error("--phase " + o.phase + ": expected a word such as train");
  if (o.suffix.find_first_of("/{}") != o.suffix.npos)
    throw Error("--suffix " + o.suffix + ": expected a word, which is not filled in here");
  if (o.overwrite && o.continue_train) throw Error("--overwrite: expected no --continue_train beside it");
  if (o.epoch != "latest" && o.init_from.empty())
    throw Error("--epoch " + o.epoch +
                ": expected --init_from, for --continue_train goes on from latest bit for bit");
  if (o.partial && o.init_from.empty())
    throw Error("--partial: expected --init_from, of which it leaves out what does not fit");
  if (o.is_cut() && (!blocks_of(o.networks.generator) || o.input_nc != o.output_nc))
    throw Error("--model " + o.model +
                ": expected --netG resnet_Nblocks and as many --input_nc as --output_nc");
  if (o.input_nc != o.output_nc && o.lambda_identity != 0)
    throw Error(
        "--lambda_identity: expected 0 where --input_nc and --output_nc differ, for no generator can take a "
        "picture "
        "of its target");
  o.networks.check();
}
// What is not as its name promises, or not for long.
inline std::vector<std::string> remarks_of(const TrainOptions& o) {
  std::vector<std::string> lines;
  if (o.gan_mode == "wgangp")
    lines.push_back(
        "--gan_mode wgangp: its two means alone, as the reference trains CycleGAN, without the gradient "
        "penalty");
  if (o.schedule.policy == "cosine" && o.schedule.n_epochs_decay > 0)
    lines.push_back(
        "--lr_policy cosine: the rate rises again after --n_epochs, as the reference's; --n_epochs_decay 0 "
        "ends "
        "there");
  return lines;
}
inline std::filesystem::path folder_of(const TrainOptions& o) {
  return std::filesystem::path(o.checkpoints_dir) / (o.name + (o.suffix.empty() ? "" : "_" + o.suffix));
}
// Of the domain that is called A or B in training, the folder of its pictures in this phase.
inline std::filesystem::path pictures_of(const TrainOptions& o, const std::string& phase, char domain) {
  const bool exchanged = o.direction == "BtoA";
  return std::filesystem::path(o.dataroot) / (phase + ((domain == 'A') != exchanged ? 'A' : 'B'));
}

// The folders whose pictures score: valA and valB where both are there, else testA and testB.
inline std::string scored_phase(const TrainOptions& o) {
  for (const char domain : {'A', 'B'})
    if (o.phase == "val" || !std::filesystem::is_directory(pictures_of(o, "val", domain))) return "test";
  return "val";
}

// What must not change when a training goes on: its networks, and its data.
inline std::string networks_of(const TrainOptions& o) {
  const NetworkOptions& n = o.networks;
  std::string text = "--model " + o.model + " --netG " + n.generator + " --netD " + n.discriminator +
                     " --norm " + n.norm + " --ngf " + std::to_string(n.ngf) + " --ndf " +
                     std::to_string(n.ndf) + " --input_nc " + std::to_string(o.input_nc) + " --output_nc " +
                     std::to_string(o.output_nc);
  if (n.discriminator == "n_layers") text += " --n_layers_D " + std::to_string(n.layers);
  if (o.ema != 0) text += " --ema";  // whatever its decay
  return text;
}
inline std::string data_of(const TrainOptions& o) {
  return "--seed " + std::to_string(o.seed) + " --load_size " + std::to_string(o.load_size) +
         " --crop_size " + std::to_string(o.crop_size) + " --pool_size " + std::to_string(o.pool_size) +
         (o.no_flip ? " --no_flip" : "") +
         (o.preprocess == "resize_and_crop" ? "" : " --preprocess " + o.preprocess) +
         (o.range.text().empty() ? "" : " --range " + o.range.text()) +
         (o.direction == "AtoB" ? "" : " --direction " + o.direction) +
         (o.serial_batches ? " --serial_batches" : "") + (o.networks.dropout ? " --dropout" : "") +
         (o.schedule.policy == "plateau" ? " --lr_policy plateau" : "") +
         (o.is_cut() ? " --model " + o.model : "") + (o.freeze.empty() ? "" : " --freeze " + o.freeze);
}
// What may change when it goes on, which is told.
inline std::vector<std::string> settings_of(const TrainOptions& o) {
  std::vector<std::string> settings;
  const auto add = [&](const char* name, const auto& value) {
    std::ostringstream text;
    text << name << ' ' << value;
    settings.push_back(text.str());
  };
  add("--lr", o.schedule.lr);
  add("--n_epochs_decay", o.schedule.n_epochs_decay);
  add("--beta1", o.beta1);
  if (o.is_cut()) {
    add("--lambda_GAN", o.cut.lambda_GAN);
    add("--lambda_NCE", o.cut.lambda_NCE);
  } else {
    add("--lambda_A", o.lambda_A);
    add("--lambda_B", o.lambda_B);
    add("--lambda_identity", o.lambda_identity);
  }
  if (o.ema != 0) add("--ema", o.ema);
  add("--lr_policy", o.schedule.policy);
  if (o.schedule.stop_when_flat) add("--stop_when_flat", o.schedule.stop_when_flat);
  if (o.schedule.per_epoch) settings.push_back("--lr_per_epoch");
  add("--gan_mode", o.gan_mode);
  return settings;
}

inline guise::Transform transform_of(const TrainOptions& o, int channels) {
  const guise::Transform transform{.load = o.load_size,
                                   .crop = o.crop_size,
                                   .flip = !o.no_flip,
                                   .preprocess = *guise::preprocess_named(o.preprocess),
                                   .channels = channels,
                                   .least = 32,
                                   .range = o.range.value()};
  check_sizes(transform);
  if (transform.crops() && o.crop_size % 4) guise::refuse("a crop_size", o.crop_size, "a multiple of 4");
  return transform;
}
inline std::shared_ptr<guise::PictureCache> cache_of(const TrainOptions& o) {
  if (o.cache == "memory") return std::make_shared<guise::MemoryCache>(o.cache_size);
  if (o.cache == "disk")
    return std::make_shared<guise::DiskCache>(std::filesystem::path(o.checkpoints_dir) / "cache",
                                              o.cache_size);
  return nullptr;
}

inline void check_layers(const std::vector<int>& layers, const guise::Graph& generator) {
  std::string text;
  for (const int layer : layers) text += (text.empty() ? "" : ",") + std::to_string(layer);
  try {
    std::vector<guise::Value> after;
    for (const int layer : layers) after.push_back(guise::value_after(generator, layer));
    split(generator, after);
  } catch (const guise::Error&) {
    throw guise::Error(
        "--nce_layers " + text +
        ": expected positions of layers of the generator, each behind the one before, without its last");
  }
}
// The networks of a training, which is refused where one of them cannot take its pictures.
inline TrainingGraphs graphs_of(const TrainOptions& o) {
  const NetworkOptions& n = o.networks;
  const TrainingGraphs graphs{generator(n.generator_between(o.input_nc, o.output_nc)),
                              generator(n.generator_between(o.output_nc, o.input_nc)),
                              discriminator(n.discriminator_of(o.output_nc)),
                              discriminator(n.discriminator_of(o.input_nc))};
  if (o.is_cut()) check_layers(o.cut.layers, graphs.g_a);
  const int downs = downs_of(n.generator);
  if (!transform_of(o, o.input_nc).crops()) {
    if (downs)
      throw guise::Error("--netG " + n.generator + " with --preprocess " + o.preprocess +
                         ": expected one that crops, to a multiple of " + std::to_string(1 << downs));
    return graphs;
  }
  if (downs && o.crop_size % (1 << downs))
    throw guise::Error("--netG " + n.generator + " on --crop_size " + std::to_string(o.crop_size) +
                       ": expected a multiple of " + std::to_string(1 << downs));
  const bool counted = n.discriminator == "n_layers";
  try {
    out(graphs.d_a, {o.output_nc, o.crop_size, o.crop_size});
  } catch (const guise::Error& error) {
    throw guise::Error((counted ? "--n_layers_D " + std::to_string(n.layers) : "--netD " + n.discriminator) +
                       " on --crop_size " + std::to_string(o.crop_size) + ": " + error.what());
  }
  return graphs;
}
inline guise::AnyAdversarial adversarial_of(const TrainOptions& o) {
  using namespace guise;
  if (o.gan_mode == "vanilla") return AnyAdversarial::of<CrossEntropyWithLogits>();
  if (o.gan_mode == "hinge") return AnyAdversarial::of<Hinge>();
  if (o.gan_mode == "wgangp") return AnyAdversarial::of<Wasserstein>();
  return AnyAdversarial::of<LeastSquares>();
}
inline TrainingOptions cyclegan_of(const TrainOptions& o, guise::Schedule rate) {
  return {.seed = o.seed,
          .rate = std::move(rate),
          .optimizer = {.beta1 = o.beta1},
          .pool_size = static_cast<std::size_t>(o.pool_size),
          .lambda_A = o.lambda_A,
          .lambda_B = o.lambda_B,
          .lambda_identity = o.lambda_identity,
          .adversarial = adversarial_of(o),
          .initialization = initialization_named(o.init_type, o.init_gain),
          .ema = o.ema,
          .freeze = o.freeze};
}
inline CutTrainingOptions cut_of(const TrainOptions& o, const CommandLine& app, guise::Schedule rate) {
  auto options = o.cut.options<CutTrainingOptions>(app, o.model == "fastcut");
  options.seed = o.seed;
  options.rate = std::move(rate);
  options.optimizer.beta1 = o.beta1;
  options.adversarial = adversarial_of(o);
  options.initialization = initialization_named(o.init_type, o.init_gain);
  options.ema = o.ema;
  options.freeze = o.freeze;
  return options;
}
