// One run of a training loop without the types of its model and data: the decisions, files and messages of
// train/loop.hpp, which only adds the steps themselves.
//
//   Run run(options, state, steps, data)    resumed or begun anew, with everything of the beginning saved
//   while (!run.ended())                    for each step: starting(), the step, finished()
//   run.failed(error)                       saves what there is when something was thrown
//   run.finish()                            saves the end
#pragma once
#include <guise/core/function_ref.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/train/log/progress.hpp>
#include <guise/train/log/score_log.hpp>
#include <guise/train/log/training_log.hpp>
#include <guise/train/loop_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace guise::detail {

struct Epochs {      // of the data
  long size, batch;  // pictures of an epoch and of a step
  std::string text;  // what must be as it was when a training is resumed
};

class Run {
  using Clock = std::chrono::steady_clock;

 public:
  Run(const LoopOptions& options, State state, std::function<long()> steps, Epochs data)
      : options_(options),
        state_(std::move(state)),
        steps_(std::move(steps)),
        data_(std::move(data)),
        checkpoints_(options.folder) {
    if (data_.size < 1 || data_.batch < 1)
      throw Error("an epoch of " + std::to_string(data_.size) + " pictures, " + std::to_string(data_.batch) +
                  " a step: expected at least one of each");
    if (!options_.data.empty()) data_.text = options_.data;
    epoch_steps_ = (data_.size + data_.batch - 1) / data_.batch;
    all_steps_ = options_.epochs * epoch_steps_;
    last_step_ = options_.max_steps ? std::min(options_.max_steps, all_steps_) : all_steps_;

    const auto web = options_.folder / "web", images = web / "images";
    std::filesystem::create_directories(images);
    for (const auto& folder : {options_.folder, web, images}) remove_unfinished(folder);
    Notes resumed;
    if (options_.resume) resumed = resume();
    // A disk without room is told at once, and before anything of an older training is lost. `latest` is there
    // from the start too, for a training that never gets to better weights.
    if (resumed.empty()) checkpoints_.save(state_, {{"data", data_.text}});
    log_.emplace(options_.folder, resumed["loss_log_bytes"], steps_(), last_step_);
    save_latest();
    if (options_.scores) scores_.emplace(options_.folder / "score_log.csv", resumed["score_log_bytes"]);
    progress_.emplace(options_.progress, last_step_, options_.epochs, steps_());
    pictures_ = pictures_after(steps_());
    ended_ = steps_() >= last_step_;
  }

  bool ended() const { return ended_; }
  int epoch() const { return static_cast<int>(1 + steps_() / epoch_steps_); }  // of the next step, from 1
  std::size_t position() const { return static_cast<std::size_t>(steps_() % epoch_steps_); }  // in its epoch

  void starting() { between_steps_ = false; }
  // After a step; true where the next one belongs to the same epoch.
  bool finished(double rate, const Losses& losses, FunctionRef<PictureRows()> pictures) {
    const long step = steps_(), before = std::exchange(pictures_, pictures_after(step));
    const int epoch = static_cast<int>(1 + (step - 1) / epoch_steps_);
    const auto passed = [&](long every) { return every && before / every != pictures_ / every; };
    ended_ = stopped() || step >= last_step_;
    const bool stays = passed(options_.row_every) || step == all_steps_;
    log_->columns(losses.names());
    progress_->show(step, epoch, losses, stays || ended_);
    if (stays || ended_) log_->row(step, epoch, rate, losses, stays);
    if (ended_ || passed(options_.grid_every)) {
      if (const PictureRows rows = pictures(); !rows.empty()) log_->grid(step, rows);
      log_->page(step);
    }
    if (scores_ && (passed(options_.score_every) || step == all_steps_)) score(step, epoch);
    // All that belongs to this step is written before a checkpoint says that it is done.
    if (step % epoch_steps_ == 0 && options_.keep_every && epoch % options_.keep_every == 0)
      save_networks(options_.folder, std::to_string(epoch), state_, options_.notes);
    if (ended_) return false;
    if (passed(options_.save_every) || Clock::now() > saved_ + options_.save_after) save_all();
    between_steps_ = true;
    return step % epoch_steps_ != 0;
  }

  // The parameters are those of the last step that was finite. Throws one Error for both where saving fails.
  void failed(const std::string& error) {
    progress_->end();
    try {
      between_steps_ ? save_all() : save_latest();
    } catch (const Error& unsaved) {
      throw Error(error + "; then " + unsaved.what() + "; saved last after step " +
                  std::to_string(saved_step_));
    }
  }
  bool finish() {  // false where it was stopped
    progress_->end();
    save_all();
    log_->check();
    log_->page(steps_());
    const bool whole = !stopped();
    progress_->line((whole ? "done after step " : "interrupted after step ") + std::to_string(steps_()) +
                    ", saved in " + options_.folder.string());
    return whole;
  }

 private:
  Notes resume() {
    std::string problems;
    const auto found = [&] {
      try {
        return checkpoints_.resume(state_, [&](const char* problem) {
          if (!problems.empty()) problems += '\n';
          problems += problem;
        });
      } catch (const Error& error) {
        throw Error(std::string(error.what()) + "; " + options_.resume_name + ": expected " + options_.model +
                    " as it began");
      }
    }();
    if (!problems.empty() && options_.warn) options_.warn(problems);  // the checkpoint before was good
    Notes notes = found.value_or(Notes{});
    if (found && notes["data"] != data_.text)
      throw Error(options_.resume_name + ": expected what it began with: " + notes["data"] + "; found " +
                  data_.text);
    RedrawnText(options_.progress)
        .line(found ? "going on after step " + std::to_string(steps_())
                    : "no checkpoint in " + options_.folder.string() + ": starting from the beginning");
    return notes;
  }
  bool stopped() const { return options_.stop && options_.stop(); }
  long pictures_after(long step) const {
    return step / epoch_steps_ * data_.size + step % epoch_steps_ * data_.batch;
  }
  void score(long step, int epoch) {
    for (const ScoreRow& row : options_.scores()) {
      scores_->add(step, epoch, row, log_->events());
      progress_->line("step " + std::to_string(step) + ", " + row.direction + ": " + row.text);
    }
    log_->page(step);
  }
  void save_latest() {
    save_networks(options_.folder, "latest", state_, options_.notes);
    saved_step_ = steps_();
  }
  void save_all() {
    save_latest();
    checkpoints_.save(state_, {{"data", data_.text},
                               {"loss_log_bytes", log_->bytes()},
                               {"score_log_bytes", scores_ ? scores_->bytes() : ""}});
    saved_ = Clock::now();
  }

  const LoopOptions& options_;
  State state_;
  std::function<long()> steps_;
  Epochs data_;
  Checkpoints checkpoints_;
  long epoch_steps_ = 0, all_steps_ = 0, last_step_ = 0;
  std::optional<TrainingLog> log_;
  std::optional<ScoreLog> scores_;
  std::optional<Progress> progress_;
  long pictures_ = 0;  // that the training has seen
  bool ended_ = false;
  bool between_steps_ = true;  // all that belongs to the last step is written
  long saved_step_ = 0;
  Clock::time_point saved_ = Clock::now();
};

}  // namespace guise::detail
