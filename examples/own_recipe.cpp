// own_recipe: a CycleGAN of networks and losses of one's own, all named in this file. Generators are U-Nets whose skip
// connections hand pictures on beside what is made of them; the discriminators differ, small patches of A and large ones of
// B; the losses are the hinge, and in the cycle the structural similarity beside L1; AdamW warms up and then follows a
// cosine. The library's loop gives it progress, logs, a page, checkpoints and resuming, as it gives them to `train`.
#include "program.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/unet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/interrupt.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/loss/ssim.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/optim/adam.hpp>
#include <guise/train/loop.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

using namespace guise;

namespace {

struct Source;  // domains are only names
struct Target;

constexpr int crop = 64;  // a multiple of 32, for the U-Net goes down five times

struct Generating : UnetGenerator<5, 32, 3, WithInstanceNorm> {};

// clang-format off
struct SmallPatches : Sequential<  // one score for 16x16 pixels
  Conv<3, 32, 4, Stride<2>, Pad<1>>, LeakyRelu,
  Conv<32, 64, 4, Pad<1>>, InstanceNorm<64>, LeakyRelu,
  Conv<64, 1, 4, Pad<1>>> {};
// clang-format on
struct LargePatches : PatchDiscriminator<32> {};
static_assert(SmallPatches::receptive_field == 16 && LargePatches::receptive_field == 70);

struct Recipe : Paper<Generating> {
  using DiscriminatorB = LargePatches;
  using DiscriminatorA = SmallPatches;
  using Adversarial = Hinge;
  using Reconstruction = WeightedSum<Weighted<Ssim<>, 84>, Weighted<L1, 16>>;  // in percent
  using Optimizer = AdamW;
};

struct Options {
  std::string dataroot, name = "own_recipe", checkpoints_dir = "checkpoints";
  int epochs = 50, load_size = 72, threads = 0;
  long max_steps = 0;
  bool resume = false, overwrite = false;

  explicit Options(CommandLine& app) {
    app.add_option("--dataroot", dataroot, "folder that holds trainA and trainB").required();
    app.add_option("--name", name, "of the training, whose folder is CHECKPOINTS_DIR/NAME").show_default();
    app.add_option("--checkpoints_dir", checkpoints_dir, "folder of the trainings").show_default();
    app.add_option("--epochs", epochs, "in all").check(whole_in(1, 100000)).show_default();
    app.add_option("--load_size", load_size, "side of what crops of 64x64 are taken from")
        .check(whole_in(crop, 1 << 13))
        .show_default();
    app.add_option("--max_steps", max_steps, "end after so many steps; 0: no limit").check(whole_in(0));
    app.add_option("--threads", threads, "of the cpu; 0: one for every core").check(whole_in(0, 1024));
    app.add_flag("--continue_train", resume, "go on from the last checkpoint");
    app.add_flag("--overwrite", overwrite, "take the place of an older training");
  }
};

int train(const Options& o) {
  const Transform transform{.load = o.load_size, .crop = crop};
  const ImageFolder<Source> a(std::filesystem::path(o.dataroot) / "trainA", transform);
  const ImageFolder<Target> b(std::filesystem::path(o.dataroot) / "trainB", transform);
  const auto pictures = unpaired(a, b, {.seed = 1});
  const long steps = o.epochs * static_cast<long>(pictures.batches());
  CycleGan<Source, Target, Recipe> model({.seed = 1,
                                          .rate = warm_up(cosine(4e-4, steps), steps / 50),
                                          .optimizer = {.beta1 = 0.5, .weight_decay = 1e-4}},
                                         o.threads ? Cpu(o.threads) : Cpu());
  const Interrupt interrupt;
  const Loop loop({.folder = std::filesystem::path(o.checkpoints_dir) / o.name,
                   .epochs = o.epochs,
                   .max_steps = o.max_steps,
                   .resume = o.resume,
                   .overwrite = o.overwrite,
                   .progress = stdout,
                   .warn = [](const std::string& what) { complain("own_recipe", what); },
                   .stop = [] { return Interrupt::came(); },
                   .resume_name = "--continue_train",
                   .overwrite_name = "--overwrite"});
  return loop.run(model, pictures) ? 0 : 130;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Train a CycleGAN of networks, losses and an optimiser that this program names",
                  "own_recipe");
  Options options(app);
  return run_program(app, argc, argv, [&] { return train(options); });
}
