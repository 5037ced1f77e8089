// train: a CycleGAN from two folders of pictures that are not paired. Options, names and defaults are those
// of the PyTorch reference; the folder DATAROOT holds trainA and trainB. Written to CHECKPOINTS/NAME:
//
//   latest_net_{G_A,G_B,D_A,D_B}.safetensors     and EPOCH_net_... every --save_epoch_freq epochs
//   checkpoint{,_previous}.safetensors           all that --continue_train needs, saved with latest
//   events.out.tfevents...                       losses, rate, step time and grids for TensorBoard
//   score_log.csv                                where DATAROOT has testA and testB: scores of translations
//   loss_log.csv, web/images/step_NNNNNN.png     real, translated, back, identity; A above, B below
//   web/index.html                               a page that shows these three
#include "networks/trainings.hpp"
#include "program.hpp"
#include "train_options.hpp"
#include <guise/arch/pixel_discriminator.hpp>
#include <guise/core/interrupt.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/score/held_out.hpp>
#include <guise/train/loop.hpp>

#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

namespace {

// What must not change when a training goes on.
std::string data_of(const TrainOptions& o) {
  return "--seed " + std::to_string(o.seed) + " --load_size " + std::to_string(o.load_size) +
         " --crop_size " + std::to_string(o.crop_size) + " --pool_size " + std::to_string(o.pool_size) +
         (o.no_flip ? " --no_flip" : "") +
         (o.preprocess == "resize_and_crop" ? "" : " --preprocess " + o.preprocess) +
         (o.range.text().empty() ? "" : " --range " + o.range.text());
}
Transform transform_of(const TrainOptions& o, int channels) {
  const Transform transform{.load = o.load_size,
                            .crop = o.crop_size,
                            .flip = !o.no_flip,
                            .preprocess = *preprocess_named(o.preprocess),
                            .channels = channels,
                            .least = 32,
                            .range = o.range.value()};
  if (transform.crops() && o.crop_size % 4) refuse("a crop_size", o.crop_size, "a multiple of 4");
  return transform;
}
std::shared_ptr<PictureCache> cache_of(const TrainOptions& o) {
  if (o.cache == "memory") return std::make_shared<MemoryCache>(o.cache_size);
  if (o.cache == "disk")
    return std::make_shared<DiskCache>(fs::path(o.checkpoints_dir) / "cache", o.cache_size);
  return nullptr;
}
// What may change when it goes on, which is told.
std::vector<std::string> settings_of(const TrainOptions& o) {
  std::vector<std::string> settings;
  const auto add = [&](const char* name, double value) {
    std::ostringstream text;
    text << name << ' ' << value;
    settings.push_back(text.str());
  };
  add("--lr", o.lr);
  add("--n_epochs_decay", static_cast<double>(o.n_epochs_decay));
  add("--beta1", o.beta1);
  add("--lambda_A", o.lambda_A);
  add("--lambda_B", o.lambda_B);
  add("--lambda_identity", o.lambda_identity);
  return settings;
}
void tell(const std::string& what) { complain("train", what); }

Graph discriminator_of(const TrainOptions& o, int channels) {
  if (o.discriminator != "n_layers" && o.n_layers != 3)
    throw Error("--n_layers_D " + std::to_string(o.n_layers) + ": expected --netD n_layers, found --netD " +
                o.discriminator);
  const Graph graph = o.discriminator == "pixel" ? pixel_discriminator(o.ndf, channels)
                                                 : patch_discriminator(o.ndf, channels, o.n_layers);
  try {
    out(graph, {channels, o.crop_size, o.crop_size});
  } catch (const Error& error) {
    throw Error("--n_layers_D " + std::to_string(o.n_layers) + " on --crop_size " +
                std::to_string(o.crop_size) + ": " + error.what());
  }
  return graph;
}

int train(const TrainOptions& o, const ChosenDevice& device) {
  if (o.name.empty() || o.name == "." || o.name == ".." || o.name.find('/') != o.name.npos)
    throw Error("--name " + o.name + ": expected the name of a folder in " + o.checkpoints_dir);
  if (o.overwrite && o.continue_train) throw Error("--overwrite: expected no --continue_train beside it");
  if (o.input_nc != o.output_nc && o.lambda_identity != 0)
    throw Error(
        "--lambda_identity: expected 0 where --input_nc and --output_nc differ, for no generator can "
        "take a picture of its target");
  const Graph d_a = discriminator_of(o, o.output_nc), d_b = discriminator_of(o, o.input_nc);
  const auto cache = cache_of(o);
  const ImageFolder<A> a(fs::path(o.dataroot) / "trainA", transform_of(o, o.input_nc), cache);
  const ImageFolder<B> b(fs::path(o.dataroot) / "trainB", transform_of(o, o.output_nc), cache);
  for (const PictureFiles* found : {&a.found(), &b.found()})
    if (found->passed()) tell(found->text());
  const UnpairedOptions order{.batch = o.batch_size, .seed = o.seed};
  const auto pictures = unpaired(a, b, order);
  const long epoch_steps = static_cast<long>(pictures.batches()), epochs = o.n_epochs + o.n_epochs_decay;
  // The rate is one of epochs, also where they have other steps than when the training began.
  EpochCount epoch_count;
  const auto rate = linear_decay(o.lr, epochs * epoch_steps, o.n_epochs * epoch_steps);

  std::optional<HeldOut<A, B>> held_out;
  if (o.score_freq)
    held_out = HeldOut<A, B>::in(o.dataroot, a, b, device, {.seed = o.seed},
                                 [](const fs::path& file, const std::exception& error) {
                                   tell(failure_of(file, error) + "; left out of the scores");
                                 });
  const int blocks = blocks_of(o.generator);
  auto model = make_cyclegan({resnet_generator(blocks, o.ngf, o.input_nc, o.output_nc),
                              resnet_generator(blocks, o.ngf, o.output_nc, o.input_nc), d_a, d_b},
                             {.seed = o.seed,
                              .rate = [&](long step) { return rate(epoch_count.schedule_step(step)); },
                              .optimizer = {.beta1 = o.beta1},
                              .pool_size = static_cast<std::size_t>(o.pool_size),
                              .lambda_A = o.lambda_A,
                              .lambda_B = o.lambda_B,
                              .lambda_identity = o.lambda_identity},
                             device);

  const Interrupt interrupt;
  LoopOptions options{
      .folder = fs::path(o.checkpoints_dir) / o.name,
      .epochs = epochs,
      .max_steps = o.max_steps,
      .resume = o.continue_train,
      .overwrite = o.overwrite,
      .row_every = o.print_freq,
      .grid_every = o.display_freq,
      .score_every = o.score_freq,
      .save_every = o.save_latest_freq,
      .keep_every = o.save_epoch_freq,
      .progress = stdout,
      .warn = tell,
      .stop = [] { return Interrupt::came(); },
      .epoch_count = &epoch_count,
      .settings = settings_of(o),
      .data = data_of(o),
      .model = "--netG, --netD, --ngf, --ndf, --n_layers_D, --input_nc, --output_nc and --pool_size",
      .resume_name = "--continue_train",
      .overwrite_name = "--overwrite"};
  if (a.transform().crops()) options.notes.emplace(crop_size_note, std::to_string(o.crop_size));
  if (o.range.value()) options.notes.emplace(RangeOption::note, o.range.text());
  if (held_out)
    options.scores = [&] { return held_out->rows(model.translator<A, B>(), model.translator<B, A>()); };
  const Loop loop(options);
  const bool crops_on_device = model.makes_random_crops() && a.fits_random_crops() && b.fits_random_crops();
  const bool whole =
      crops_on_device ? loop.run(model, unpaired<RandomCrops>(a, b, order)) : loop.run(model, pictures);
  return whole ? 0 : 130;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Train a CycleGAN on two folders of unpaired pictures", "train");
  TrainOptions options(app);
  const auto body = [&] {
    std::signal(SIGPIPE, SIG_IGN);  // who reads along may go, the training goes on
    options.reference.check(app);
    if (const std::string idle = options.reference.without_effect(app); !idle.empty()) tell(idle);
    return train(options, device_of(options.device));
  };
  return run_program(app, argc, argv, body, Says::progress);
}
