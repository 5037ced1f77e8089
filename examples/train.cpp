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
#include "interrupt.hpp"
#include "journal.hpp"
#include "networks/trainings.hpp"
#include "program.hpp"
#include "progress.hpp"
#include "score_log.hpp"
#include <guise/data/unpaired.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/io/picture/mosaic.hpp>
#include <guise/score/score.hpp>
#include <guise/train/checkpoint.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string dataroot, name, checkpoints_dir = "checkpoints", generator = "resnet_9blocks";
  int ngf = 64, ndf = 64, load_size = 286, crop_size = 256, batch_size = 1;
  long n_epochs = 100, n_epochs_decay = 100, max_steps = 0;
  long print_freq = 100, display_freq = 400, score_freq = 1000, save_latest_freq = 5000, save_epoch_freq = 5;
  double lr = 2e-4, beta1 = 0.5, lambda_A = 10, lambda_B = 10, lambda_identity = 0.5;
  int pool_size = 50;
  bool no_flip = false, continue_train = false;
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
    add("--load_size", load_size, "pictures are resized to this side")->check(CLI::Range(8, 1 << 13));
    add("--crop_size", crop_size, "then cropped at random to this one, a multiple of 4")
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
  }
};

template <class Device>
Picture grid(const AnyCycleGan<A, B, Device>& model, const Images<A>& a, const Images<B>& b) {
  const auto to_b = model.to_b();
  const auto to_a = model.to_a();
  const auto fake_b = to_b(a);
  const auto fake_a = to_a(b);
  return mosaic({to_picture(a), to_picture(fake_b), to_picture(to_a(fake_b)), to_picture(to_a(as<B>(a))),
                 to_picture(b), to_picture(fake_a), to_picture(to_b(fake_a)), to_picture(to_b(as<A>(b)))},
                4);
}

std::string losses_text(const Losses& losses) {
  std::string text;
  char cell[32];
  for (std::size_t k = 0; k < Losses::names.size(); ++k) {
    std::snprintf(cell, sizeof cell, "%s %.3f ", Losses::names[k].data(), double(losses.values()[k]));
    text += cell;
  }
  return text;
}

// Whether a count of pictures went past a multiple of `every` in this step.
bool passed(long every, long before, long now) { return before / every != now / every; }

// What must not change when a training goes on: it says which pictures were seen.
std::string data_of(const Options& o, std::size_t pictures_a, std::size_t pictures_b) {
  return std::to_string(pictures_a) + " pictures in trainA, " + std::to_string(pictures_b) +
         " in trainB, --seed " + std::to_string(o.seed) + " --batch_size " + std::to_string(o.batch_size) +
         " --load_size " + std::to_string(o.load_size) + " --crop_size " + std::to_string(o.crop_size) +
         (o.no_flip ? " --no_flip" : "");
}

// What stands beside the weights: at what size a generator had best be used.
Notes trained_on(const Options& o) { return {{crop_size_note, std::to_string(o.crop_size)}}; }

template <class Device> int train(const Options& o, const Device& device) {
  if (o.crop_size % 4) refuse("a crop_size", o.crop_size, "a multiple of 4");
  const Transform load{.load = o.load_size, .crop = o.crop_size, .flip = !o.no_flip};
  const ImageFolder<A> a(fs::path(o.dataroot) / "trainA", load);
  const ImageFolder<B> b(fs::path(o.dataroot) / "trainB", load);
  const long epoch_pictures = static_cast<long>(std::max(a.size(), b.size()));
  const long epoch_steps = (epoch_pictures + o.batch_size - 1) / o.batch_size;
  const long epochs = o.n_epochs + o.n_epochs_decay, all_steps = epochs * epoch_steps;
  const long last_step = o.max_steps ? std::min(o.max_steps, all_steps) : all_steps;

  std::optional<HeldOut<A, B>> held_out;
  if (o.score_freq) held_out = HeldOut<A, B>::in(o.dataroot, a, b, device, {.seed = o.seed});

  using Model = AnyCycleGan<A, B, Device>;
  const CycleGanOptions options{.seed = o.seed,
                                .rate = linear_decay(o.lr, all_steps, o.n_epochs * epoch_steps),
                                .adam = {.beta1 = o.beta1},
                                .pool_size = static_cast<std::size_t>(o.pool_size),
                                .lambda_A = o.lambda_A,
                                .lambda_B = o.lambda_B,
                                .lambda_identity = o.lambda_identity};
  const Graph generator = resnet_generator(o.generator == "resnet_9blocks" ? 9 : 6, o.ngf);
  const std::unique_ptr<Model> model =
      any_cyclegan<A, B>(generator, patch_discriminator(o.ndf), options, device);

  if (o.name.empty() || o.name == "." || o.name == ".." || o.name.find('/') != o.name.npos)
    throw Error("--name " + o.name + ": expected the name of a folder in " + o.checkpoints_dir);
  const fs::path folder = fs::path(o.checkpoints_dir) / o.name;
  fs::create_directories(folder / "web" / "images");
  for (const auto& written : {folder, folder / "web", folder / "web" / "images"}) remove_unfinished(written);
  const Checkpoints checkpoints(folder);
  const std::string data = data_of(o, a.size(), b.size());
  std::optional<Notes> resumed;
  if (o.continue_train) {
    std::string problems;
    try {
      resumed = checkpoints.resume(
          model->state(), [&](const char* problem) { problems += std::string("train: ") + problem + '\n'; });
    } catch (const Error& error) {
      throw Error(std::string(error.what()) +
                  "; --continue_train: expected --netG, --ngf, --ndf and --pool_size as it began");
    }
    std::cerr << problems;  // of the last checkpoint, where the one before was good
    if (resumed && (*resumed)["data"] != data)
      throw Error("--continue_train: expected what it began with: " + (*resumed)["data"] + "; found " + data);
    std::cout << (resumed ? "going on after step " + std::to_string(model->steps())
                          : "no checkpoint in " + folder.string() + ": starting from the beginning")
              << std::endl;
  }
  // A disk without room is told at once, and before anything of an older training is lost. `latest` is there
  // from the start too, for a training that never gets to better weights.
  if (!resumed) checkpoints.save(model->state(), {{"data", data}});
  Journal journal(folder, resumed ? (*resumed)["loss_log_bytes"] : "", model->steps(), last_step);

  save_networks(folder, "latest", model->state(), trained_on(o));
  long saved_steps = model->steps();

  std::optional<ScoreLog> scores;
  if (held_out) scores.emplace(folder / "score_log.csv", resumed ? (*resumed)["score_log_bytes"] : "");

  using Clock = std::chrono::steady_clock;
  auto saved = Clock::now();
  const auto save_latest = [&] {
    save_networks(folder, "latest", model->state(), trained_on(o));
    saved_steps = model->steps();
  };
  const auto save_all = [&] {
    save_latest();
    checkpoints.save(model->state(), {{"data", data},
                                      {"loss_log_bytes", journal.bytes()},
                                      {"score_log_bytes", scores ? scores->bytes() : ""}});
    saved = Clock::now();
  };
  const int first_epoch = 1 + static_cast<int>(model->steps() / epoch_steps);
  const long first_batch = model->steps() % epoch_steps;
  long pictures = (first_epoch - 1) * epoch_pictures + first_batch * o.batch_size;
  Progress progress(last_step, epochs, model->steps());
  bool ends = model->steps() >= last_step;
  bool settled = true;  // between two steps, when all that belongs to the one before is written
  try {
    for (int epoch = first_epoch; !ends; ++epoch) {
      const auto start = static_cast<std::size_t>(epoch == first_epoch ? first_batch : 0);
      for (auto [batch_a, batch_b] : unpaired<Model::template Pictures>(
               a, b, {.batch = o.batch_size, .seed = o.seed, .epoch = epoch, .start = start})) {
        settled = false;
        const double rate = model->rate();
        const Losses losses = model->step(batch_a, batch_b);
        const long before = std::exchange(pictures, pictures + batch_a.n);
        ends = interrupted || model->steps() >= last_step;
        const bool stays = passed(o.print_freq, before, pictures) || model->steps() == all_steps;
        progress.show(model->steps(), epoch, losses_text(losses), stays || ends);
        if (stays || ends) journal.losses(model->steps(), epoch, rate, losses, stays);
        if (ends || passed(o.display_freq, before, pictures))
          journal.grid(model->steps(), grid(*model, images(batch_a), images(batch_b)));
        if (held_out && (passed(o.score_freq, before, pictures) || model->steps() == all_steps))
          held_out->score(model->to_b(), model->to_a(), [&](const char* direction, const Scores& s) {
            scores->add(model->steps(), epoch, direction, s, journal.events());
            progress.note(scores->text());
            journal.page(model->steps());
          });
        // All that belongs to this step is written before a checkpoint says that it is done.
        if (model->steps() == epoch * epoch_steps && epoch % o.save_epoch_freq == 0)
          save_networks(folder, std::to_string(epoch), model->state(), trained_on(o));
        if (ends) break;
        if (passed(o.save_latest_freq, before, pictures) || Clock::now() > saved + std::chrono::minutes(10))
          save_all();
        settled = true;
      }
    }
  } catch (const std::exception& error) {  // the parameters are those of the last step that was finite
    progress.end();
    try {
      settled ? save_all() : save_latest();
    } catch (const Error& unsaved) {
      throw Error(std::string(error.what()) + "; then " + unsaved.what() + "; saved last after step " +
                  std::to_string(saved_steps));
    }
    throw;
  }
  progress.end();
  save_all();
  journal.check();
  journal.page(model->steps());
  std::cout << (interrupted ? "interrupted" : "done") << " after step " << model->steps() << ", saved in "
            << folder.string() << '\n';
  return interrupted ? 130 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Train a CycleGAN on two folders of unpaired pictures", "train");
  Options options(app);
  const auto body = [&] {
    finish_on_interrupt();
    std::signal(SIGPIPE, SIG_IGN);  // who reads along may go, the training goes on
    return with_device(options.device, [&](const auto& device) { return train(options, device); });
  };
  return run_program(app, argc, argv, body, Says::progress);
}
