// train: a CycleGAN from two folders of pictures that are not paired. Options, names and defaults are those
// of the PyTorch reference; the folder DATAROOT holds trainA and trainB. Written to CHECKPOINTS/NAME:
//
//   latest_net_{G_A,G_B,D_A,D_B}.safetensors     and EPOCH_net_... every --save_epoch_freq epochs
//   checkpoint{,_previous}.safetensors           all that --continue_train needs, saved with latest
//   events.out.tfevents...                       losses, rate, step time and grids for TensorBoard
//   score_log.csv                                where DATAROOT has testA and testB: scores of translations
//   loss_log.csv, web/images/step_NNNNNN.png     real, translated, back, identity; A above, B below
//   web/index.html                               a page that shows these three
#include "device.hpp"
#include "networks/trainings.hpp"
#include "program.hpp"
#include "reference_options.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/score/held_out.hpp>
#include <guise/train/loop.hpp>

#include <csignal>
#include <filesystem>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string dataroot, name, checkpoints_dir = "checkpoints", generator = "resnet_9blocks";
  std::string preprocess = "resize_and_crop";
  int ngf = 64, ndf = 64, load_size = 286, crop_size = 256, batch_size = 1;
  long n_epochs = 100, n_epochs_decay = 100, max_steps = 0;
  long print_freq = 100, display_freq = 400, score_freq = 1000, save_latest_freq = 5000, save_epoch_freq = 5;
  double lr = 2e-4, beta1 = 0.5, lambda_A = 10, lambda_B = 10, lambda_identity = 0.5;
  int pool_size = 50;
  bool no_flip = false, continue_train = false, overwrite = false;
  ReferenceOptions reference;
  std::uint64_t seed = 0;
  DeviceOptions device;

  explicit Options(CLI::App& app) {
    const auto add = [&](const char* flag, auto& value, const char* what) {
      return app.add_option(flag, value, what)->capture_default_str();
    };
    app.add_option("--dataroot", dataroot, "folder that holds trainA and trainB, perhaps testA and testB")
        ->required();
    app.add_option("--name", name, "name of this training")->required();
    add("--checkpoints_dir", checkpoints_dir, "where it is kept");
    add("--netG", generator, "generator")->check(CLI::IsMember({"resnet_9blocks", "resnet_6blocks"}));
    add("--ngf", ngf, "width of the generators")->check(CLI::Range(1, 1024));
    add("--ndf", ndf, "width of the discriminators")->check(CLI::Range(1, 1024));
    add("--preprocess", preprocess, "how pictures get their size: resized, scaled in proportion, cropped")
        ->check(CLI::IsMember(std::vector<std::string>(preprocess_names.begin(), preprocess_names.end())));
    add("--load_size", load_size,
        "side that pictures are resized to: both, with scale_width the width, with scale_shortside the "
        "shorter")
        ->check(CLI::Range(8, 1 << 13));
    add("--crop_size", crop_size,
        "side of the square cut out at random, a multiple of 4; with scale_width the least height")
        ->check(CLI::Range(32, 1 << 13));
    add("--batch_size", batch_size, "pictures a step")->check(CLI::Range(1, 1024));
    add("--n_epochs", n_epochs, "epochs at the first learning rate")->check(whole_in(0, 1'000'000));
    add("--n_epochs_decay", n_epochs_decay, "epochs in which it falls to 0")->check(whole_in(0, 1'000'000));
    add("--max_steps", max_steps, "stop early, the schedule as it is; 0: no limit")
        ->check(whole_in(0, countless));
    add("--lr", lr, "learning rate of Adam")->check(real_in(1e-12, 1));
    add("--beta1", beta1, "momentum of Adam")->check(real_in(0, 0.9999));
    add("--pool_size", pool_size, "pictures in the history of translations")->check(whole_in(0, 1 << 24));
    add("--lambda_A", lambda_A, "weight of the cycle A -> B -> A")->check(real_in(0));
    add("--lambda_B", lambda_B, "weight of the cycle B -> A -> B")->check(real_in(0));
    add("--lambda_identity", lambda_identity, "weight of identity, times the cycle's")->check(real_in(0));
    app.add_flag("--no_flip", no_flip, "do not mirror pictures at random");
    app.add_flag("--continue_train", continue_train, "go on from the last checkpoint, bit for bit");
    app.add_flag("--overwrite", overwrite, "take the place of an older training of this name");
    add("--seed", seed, "same seed, same bits")->check(whole_in(0));
    device.add_to(app);
    add("--print_freq", print_freq, "pictures between two lines of the log")->check(whole_in(1, countless));
    add("--display_freq", display_freq, "pictures between two picture grids")->check(whole_in(1, countless));
    add("--score_freq", score_freq, "pictures between two scores of the held-out folders; 0: never")
        ->check(whole_in(0, countless));
    add("--save_latest_freq", save_latest_freq, "pictures between two saves of latest, ten minutes at most")
        ->check(whole_in(1, countless));
    add("--save_epoch_freq", save_epoch_freq, "epochs between two saves that stay")
        ->check(whole_in(1, countless));
    reference.add_to(app);
  }
};

// What must not change when a training goes on.
std::string data_of(const Options& o) {
  return "--seed " + std::to_string(o.seed) + " --load_size " + std::to_string(o.load_size) +
         " --crop_size " + std::to_string(o.crop_size) + (o.no_flip ? " --no_flip" : "") +
         (o.preprocess == "resize_and_crop" ? "" : " --preprocess " + o.preprocess);
}
Transform transform_of(const Options& o) {
  const Transform transform{.load = o.load_size,
                            .crop = o.crop_size,
                            .flip = !o.no_flip,
                            .preprocess = *preprocess_named(o.preprocess)};
  if (transform.crops() && o.crop_size % 4) refuse("a crop_size", o.crop_size, "a multiple of 4");
  return transform;
}
void tell(const std::string& what) { complain("train", what); }

int train(const Options& o, const ChosenDevice& device) {
  if (o.name.empty() || o.name == "." || o.name == ".." || o.name.find('/') != o.name.npos)
    throw Error("--name " + o.name + ": expected the name of a folder in " + o.checkpoints_dir);
  if (o.overwrite && o.continue_train) throw Error("--overwrite: expected no --continue_train beside it");
  const Transform load = transform_of(o);
  const ImageFolder<A> a(fs::path(o.dataroot) / "trainA", load);
  const ImageFolder<B> b(fs::path(o.dataroot) / "trainB", load);
  for (const PictureFiles* found : {&a.found(), &b.found()})
    if (found->passed()) tell(found->text());
  const UnpairedOptions order{.batch = o.batch_size, .seed = o.seed};
  const auto pictures = unpaired(a, b, order);
  const long epoch_steps = static_cast<long>(pictures.batches()), epochs = o.n_epochs + o.n_epochs_decay;
  // The rate is one of epochs, also where they have other steps than when the training began.
  EpochCount epoch_count;
  const auto rate = linear_decay(o.lr, epochs * epoch_steps, o.n_epochs * epoch_steps);

  std::optional<HeldOut<A, B>> held_out;
  if (o.score_freq) held_out = HeldOut<A, B>::in(o.dataroot, a, b, device, {.seed = o.seed});
  auto model = make_cyclegan(resnet_generator(o.generator == "resnet_9blocks" ? 9 : 6, o.ngf),
                             patch_discriminator(o.ndf),
                             {.seed = o.seed,
                              .rate = [&](long step) { return rate(epoch_count.schedule_step(step)); },
                              .optimizer = {.beta1 = o.beta1},
                              .pool_size = static_cast<std::size_t>(o.pool_size),
                              .lambda_A = o.lambda_A,
                              .lambda_B = o.lambda_B,
                              .lambda_identity = o.lambda_identity},
                             device);

  const Interrupt interrupt;
  LoopOptions options{.folder = fs::path(o.checkpoints_dir) / o.name,
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
                      .data = data_of(o),
                      .model = "--netG, --ngf, --ndf and --pool_size",
                      .resume_name = "--continue_train",
                      .overwrite_name = "--overwrite"};
  if (load.crops()) options.notes = {{crop_size_note, std::to_string(o.crop_size)}};
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
  CLI::App app("Train a CycleGAN on two folders of unpaired pictures", "train");
  Options options(app);
  const auto body = [&] {
    std::signal(SIGPIPE, SIG_IGN);  // who reads along may go, the training goes on
    options.reference.check(app);
    if (const std::string idle = options.reference.without_effect(app); !idle.empty()) tell(idle);
    return train(options, device_of(options.device));
  };
  return run_program(app, argc, argv, body, Says::progress);
}
