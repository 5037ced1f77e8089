// train: a CycleGAN from two folders of pictures that are not paired. Options, names and defaults are those
// of the PyTorch reference; the folder DATAROOT holds trainA and trainB. Written to CHECKPOINTS/NAME:
//
//   latest_net_{G_A,G_B,D_A,D_B}.safetensors     and EPOCH_net_... every --save_epoch_freq epochs
//   best_net_{G_A,G_B,D_A,D_B}.safetensors       those that scored best
//   checkpoint{,_previous}.safetensors           all that --continue_train needs, saved with latest
//   events.out.tfevents...                       losses, rate, step time and grids for TensorBoard
//   score_log.csv                                where DATAROOT has valA and valB, or testA and testB: scores of
//                                                translations
//   loss_log.csv, web/images/step_NNNNNN.png     real, translated, back, identity; A above, B below
//   web/index.html                               a page that shows these three
#include "initial_weights.hpp"
#include "networks/trainings.hpp"
#include "train_setup.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/score/held_out.hpp>
#include <guise/train/loop.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

using namespace guise;

namespace {

int train(const TrainOptions& o, const CommandLine& app) {
  check(o);
  const ChosenDevice device = ReferenceOptions::device_of(app, o.device, "trains");
  const TrainingGraphs graphs = graphs_of(o);
  const auto cache = cache_of(o);
  const std::size_t most = o.max_dataset_size == "inf" ? SIZE_MAX : std::stoull(o.max_dataset_size);
  const ImageFolder<A> a(pictures_of(o, o.phase, 'A'), transform_of(o, o.input_nc), cache, most);
  const ImageFolder<B> b(pictures_of(o, o.phase, 'B'), transform_of(o, o.output_nc), cache, most);
  for (const PictureFiles* found : {&a.found(), &b.found()})
    if (found->passed()) tell(found->text());
  const UnpairedOptions order{
      .batch = o.batch_size, .seed = o.seed, .workers = o.num_threads, .serial = o.serial_batches};
  const auto pictures = unpaired(a, b, order);

  std::optional<HeldOut<A, B>> held_out;
  const std::string scored = scored_phase(o);
  if (o.score_freq)
    held_out = HeldOut<A, B>::in(pictures_of(o, scored, 'A'), pictures_of(o, scored, 'B'), a, b, device,
                                 {.seed = o.seed},
                                 [](const std::filesystem::path& file, const std::exception& error) {
                                   tell(failure_of(file, error) + "; left out of the scores");
                                 });
  o.schedule.check(held_out.has_value());
  for (const std::string& line : ReferenceOptions::instead(app)) tell(line);
  for (const std::string& line : remarks_of(o)) tell(line);
  if (held_out && scored == "test")
    tell(
        "testA and testB choose the best networks, and are not held out from that choice; valA and valB "
        "would choose in their place");
  EpochCount epoch_count;
  Plateau plateau;
  Convergence convergence(o.schedule.convergence());
  const Schedule rate = o.schedule.schedule(epoch_count, plateau, convergence);
  auto model = o.is_cut() ? make_cut(graphs, cut_of(o, app, rate), device)
                          : make_cyclegan(graphs, cyclegan_of(o, rate), device);
  if (!o.init_from.empty() && !(o.continue_train && exists(folder_of(o) / "checkpoint.safetensors")))
    start_from(model.state(), o.init_from, o.epoch, o.partial, tell);
  if (o.continue_train && app.given("--epoch_count"))
    tell("--epoch_count: without effect where a training goes on, which knows its epoch");

  const Interrupt interrupt;
  LoopOptions options{
      .folder = folder_of(o),
      .epochs = o.schedule.epochs(),
      .first_epoch = o.schedule.epoch_count,
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
      .convergence = &convergence,
      .settings = settings_of(o),
      .networks = networks_of(o),
      .data = data_of(o),
      .model =
          "--model, --netG, --netD, --norm, --dropout, --ngf, --ndf, --n_layers_D, --input_nc, "
          "--output_nc, --pool_size and --ema",
      .epochs_name = "--n_epochs or --n_epochs_decay",
      .resume_name = "--continue_train",
      .overwrite_name = "--overwrite"};
  if (a.transform().crops()) options.notes.emplace(crop_size_note, std::to_string(o.crop_size));
  if (o.range.value()) options.notes.emplace(RangeOption::note, o.range.text());
  if (held_out)
    options.scores = [&] {
      auto rows = model.translates_back() ? held_out->rows(model.translator<A, B>(), model.translator<B, A>())
                                          : held_out->rows(model.translator<A, B>());
      plateau.observe(mean_score(rows));
      return rows;
    };
  if (o.schedule.policy == "plateau") options.state = [&](State& state) { plateau.add_to(state); };
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
    ReferenceOptions::check(app, {"unaligned"});
    options.device.name = options.reference.device(app, options.device.name);
    options.complete(app);
    return train(options, app);
  };
  return run_program(app, argc, argv, body, Says::progress);
}
