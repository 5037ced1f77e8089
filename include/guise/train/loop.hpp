// The loop of a training: epochs of batches, one step of a model for each, and all that a training wants around
// it. Progress, a log, TensorBoard's events, picture grids, scores and a page that shows them; networks and
// checkpoints that are saved now and then; a training that was stopped or killed at any moment goes on bit for
// bit.
//
//   Loop loop{{.folder = "checkpoints/faces", .epochs = 200, .resume = true, .progress = stdout}};
//   loop.run(model, unpaired(men, women, {.seed = 7}));
//
// In the folder (train/loop_options.hpp says how often):
//
//   latest_net_NAME.safetensors, EPOCH_net_NAME.safetensors    the networks that the state names
//   best_net_NAME.safetensors                                  those that scored best (train/convergence.hpp)
//   checkpoint{,_previous}.safetensors                         everything that the next step depends on
//   loss_log.csv, score_log.csv, events.out.tfevents...        losses, scores, and both for TensorBoard
//   web/index.html, web/images/step_NNNNNN.png                 a page, and the grids of pictures
//
// Of a model it asks (of any type; it must stay where it is while the loop runs)
//
//   Losses step(batch)      one training step; it throws where it cannot be done, and then has done nothing
//   long steps()            steps that were done
//   double rate()           the learning rate of the next one
//   State state()           all that the next step depends on (train/state.hpp), with a count called "steps"
//   PictureRows pictures(batch)       optional: what the grid shows
//
// and of the data (guise/data/unpaired.hpp is such data)
//
//   size(), batch()         pictures of an epoch and of a step; the last step of an epoch may have fewer
//   epoch(number, start)    a range over the batches of this epoch, from 1 on, without the first `start`: a
//                           function of these two alone, so that a training can go on in the middle of it
//   std::string text()      optional: what must be the same when a training is resumed
//   pictures()              optional: a text for each domain's pictures, which may be others when a training is
//                           resumed; so may the batch and the number of epochs, and each is told to `warn`
//
// A batch is what the range gives; a pair or tuple is given to `step` and `pictures` as so many arguments.
//
// Returns whether the training went to its end, or to that which its scores asked for; false: `stop` asked for an end, after the step in hand. Throws
// Error for a folder that cannot be written or in which another training is at work, for one with an older training
// that is neither resumed nor overwritten, and for a checkpoint of another training, and passes on what a step or
// the data throws; what can be saved is saved first, and where even that fails the message says after which step
// it last was.
#pragma once
#include <guise/train/detail/run.hpp>

#include <concepts>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

template <class Model>
concept Trainable = requires(Model& model) {
  { model.steps() } -> std::convertible_to<long>;
  { model.rate() } -> std::convertible_to<double>;
  { model.state() } -> std::same_as<State>;
};
template <class Data>
concept Epochs = requires(const Data& data) {
  { data.size() } -> std::convertible_to<long>;
  { data.batch() } -> std::convertible_to<long>;
  data.epoch(1, std::size_t{0}).begin();
};

class Loop {
 public:
  explicit Loop(LoopOptions options) : options_(std::move(options)) {}

  template <class Model, class Data> bool run(Model& model, const Data& data) const {
    static_assert(Trainable<Model>,
                  "a loop asks its model for steps(), rate() and state(): see train/loop.hpp");
    static_assert(Epochs<Data>,
                  "a loop asks its data for size(), batch() and epoch(number, start): see train/loop.hpp");
    detail::Run run(
        options_, model.state(), [&] { return static_cast<long>(model.steps()); },
        {static_cast<long>(data.size()), static_cast<long>(data.batch()), text(data), folders(data)});
    try {
      while (!run.ended()) {
        bool more = true;
        for (auto&& batch : data.epoch(run.epoch(), run.position())) {
          run.starting();
          const double rate = model.rate();
          const Losses losses = parts(batch, [&](const auto&... part) { return model.step(part...); });
          more = run.finished(rate, losses, [&] { return pictures(model, batch); });
          if (!more) break;
        }
        if (more) throw Error("epoch " + std::to_string(run.epoch()) + " of the data ended early");
      }
    } catch (const std::exception& error) {
      run.failed(error.what());
      throw;
    }
    return run.finish();
  }

 private:
  template <class Data> static std::string text(const Data& data) {
    if constexpr (requires { data.text(); })
      return data.text();
    else
      return "";
  }
  template <class Data> static std::vector<std::string> folders(const Data& data) {
    if constexpr (requires { data.pictures(); })
      return data.pictures();
    else
      return {std::to_string(data.size()) + " pictures"};
  }
  template <class Batch, class F> static auto parts(const Batch& batch, F f) {
    if constexpr (requires { std::tuple_size<Batch>::value; })
      return std::apply(f, batch);
    else
      return f(batch);
  }
  // Of what a device makes pictures of, they are made here.
  template <class Batch> static decltype(auto) seen(const Batch& batch) {
    if constexpr (requires { images(batch); })
      return images(batch);
    else
      return (batch);
  }
  template <class Model, class Batch> static PictureRows pictures(Model& model, const Batch& batch) {
    return parts(batch, [&](const auto&... part) -> PictureRows {
      if constexpr (requires { model.pictures(seen(part)...); })
        return model.pictures(seen(part)...);
      else
        return {};
    });
  }

  LoopOptions options_;
};

}  // namespace guise
