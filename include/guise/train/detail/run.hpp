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
#include <guise/train/detail/differing_options.hpp>
#include <guise/train/detail/training_place.hpp>
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
#include <vector>

namespace guise::detail {

struct Epochs {                         // of the data
  long size, batch;                     // pictures of an epoch and of a step
  std::string text;                     // what must be as it was when a training is resumed
  std::vector<std::string> pictures{};  // of each domain; what may be another
};

class Run {
  using Clock = std::chrono::steady_clock;

 public:
  Run(const LoopOptions& options, State state, std::function<long()> steps, Epochs data)
      : options_(options),
        state_(std::move(state)),
        steps_(std::move(steps)),
        data_(std::move(data)),
        epoch_count_{std::max(data_.size, 1l), std::max(data_.batch, 1l), 0, options.first_epoch - 1},
        place_((check(data_, options), options.folder)),
        checkpoints_(options.folder) {
    if (!options_.data.empty()) data_.text = options_.data;
    if (options_.state) options_.state(state_);
    check(state_);
    Notes resumed;
    if (options_.resume) resumed = resume();
    const bool anew = resumed.empty();
    if (anew && !options_.overwrite)
      if (const std::string older = place_.older(state_); !older.empty())
        throw Error(options_.folder.string() + ": holds " + older +
                    ", which this one would replace: expected " + options_.resume_name +
                    " to go on with it, or " + options_.overwrite_name);
    if (options_.epoch_count) *options_.epoch_count = epoch_count_;
    convergence().read(resumed["convergence"]);
    find_end();
    // A disk without room is told at once, and before anything of an older training is lost. `latest` is there
    // from the start too, for a training that never gets to better weights.
    if (anew) {
      checkpoints_.save(state_, notes());
      place_.remove_older(state_);
    }
    log_.emplace(options_.folder, resumed["loss_log_bytes"], steps_());
    save_latest();
    if (options_.scores) scores_.emplace(options_.folder / "score_log.csv", resumed["score_log_bytes"]);
    progress_.emplace(options_.progress, last_step_, options_.epochs, steps_());
    pictures_ = epoch_count_.pictures(steps_());
    begun_ = steps_();
    ended_ = steps_() >= last_step_;
  }

  bool ended() const { return ended_; }
  // Of the next step: its epoch, from 1 on, and its place in it, from 0 on.
  int epoch() const { return static_cast<int>(1 + epoch_count_.epoch(steps_())); }
  std::size_t position() const { return static_cast<std::size_t>(epoch_count_.position(steps_())); }

  void starting() { between_steps_ = false; }
  // After a step; true where the next one belongs to the same epoch.
  bool finished(double rate, const Losses& losses, FunctionRef<PictureRows()> pictures) {
    const long step = steps_(), before = std::exchange(pictures_, epoch_count_.pictures(step));
    const int epoch = static_cast<int>(1 + epoch_count_.epoch(step - 1));
    const bool epoch_ends = epoch_count_.position(step) == 0;
    const auto passed = [&](long every) { return every && before / every != pictures_ / every; };
    ended_ = stopped() || step >= last_step_;
    const bool stays = passed(options_.row_every) || step == all_steps_;
    log_->columns(losses.names());
    progress_->show(step, epoch, losses, stays || ended_);
    if (stays || ended_) log_->row(step, epoch, rate, losses, stays);
    if (ended_ || passed(options_.grid_every)) {
      if (const PictureRows rows = pictures(); !rows.empty()) log_->grid(step, rows);
      page(step);
    }
    if (scores_ && (passed(options_.score_every) || step == all_steps_)) score(step, epoch);
    // All that belongs to this step is written before a checkpoint says that it is done.
    if (epoch_ends && options_.keep_every && epoch % options_.keep_every == 0)
      save_networks(options_.folder, std::to_string(epoch), state_, options_.notes);
    if (ended_) return false;
    if (unsaved_best_ || passed(options_.save_every) || Clock::now() > saved_ + options_.save_after)
      save_all();
    between_steps_ = true;
    return !epoch_ends;
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
    page(steps_());
    if (convergence().best_step())
      progress_->line("scored best after step " + std::to_string(convergence().best_step()) + ", epoch " +
                      std::to_string(convergence().best_epoch()) + ": best_net");
    const bool whole = !stopped();
    if (whole && steps_() == begun_ && steps_() >= all_steps_)
      progress_->line("nothing left to do: its " +
                      (options_.epochs == 1 ? "epoch is" : std::to_string(options_.epochs) + " epochs are") +
                      " done; to go on it needs more " + options_.epochs_name);
    progress_->line((whole ? "done after step " : "interrupted after step ") + std::to_string(steps_()) +
                    ", saved in " + options_.folder.string());
    return whole;
  }

 private:
  Notes resume() {
    std::vector<std::string> problems;
    std::string differences;
    const auto compare = [&](const Notes& then) {
      const auto note = [&](const char* name) {
        const auto kept = then.find(name);
        return kept == then.end() ? std::string() : kept->second;
      };
      // A training of an older version has no note of its networks.
      const std::string networks = note("networks");
      if (!networks.empty()) differences = differing_options(networks, options_.networks);
      if (differences.empty()) differences = differing_options(note("data"), data_.text);
      if (!differences.empty()) throw Error(options_.resume_name + ": " + differences);
    };
    const auto found = [&] {
      try {
        return checkpoints_.resume(
            state_, [&](const char* problem) { problems.push_back(problem); }, compare);
      } catch (const Error& error) {
        if (!differences.empty()) throw;
        throw Error(std::string(error.what()) + "; " + options_.resume_name + ": expected " + options_.model +
                    " as it began, and a checkpoint that is not damaged");
      }
    }();
    if (options_.warn)
      for (const std::string& problem : problems) options_.warn(problem);  // the checkpoint before was good
    Notes notes = found.value_or(Notes{});
    std::vector<std::string> changes;
    if (found) changes = take_up(notes);
    RedrawnText(options_.progress)
        .line(found ? "going on after step " + std::to_string(steps_())
                    : "no checkpoint in " + options_.folder.string() + ": starting from the beginning");
    if (options_.warn)
      for (const std::string& change : changes) options_.warn(change);
    return notes;
  }
  // The epochs of a training that is resumed, and what has changed since it was saved, in words.
  std::vector<std::string> take_up(const Notes& saved) {
    const auto note = [&](const char* name) {
      const auto found = saved.find(name);
      return found == saved.end() ? "" : found->second;
    };
    std::vector<std::string> changes;
    const std::string now = joined(data_.pictures), before = note("pictures");
    if (now != before && std::ranges::is_permutation(data_.pictures, parts(before)))
      throw Error(options_.resume_name + ": the folders of the domains are exchanged: expected " + before +
                  ", found " + now);
    const EpochCount then = EpochCount::read(note("epoch_count")).value_or(epoch_count_);
    if (now != before) changes.push_back("other pictures than before: " + now + ", it was " + before);
    if (then.batch != data_.batch)
      changes.push_back("another batch than before: " + std::to_string(data_.batch) +
                        " pictures a step, it was " + std::to_string(then.batch));
    if (const std::string epochs = std::to_string(options_.epochs); note("epochs") != epochs)
      changes.push_back("another end than before: " + epochs + " epochs, it was " + note("epochs"));
    if (const auto was = saved.find("settings"); was != saved.end()) {
      const std::vector<std::string> settings = parts(was->second);
      if (const std::string others = joined(without(options_.settings, settings)); !others.empty())
        changes.push_back("other settings than before: " + others + ", it was " +
                          joined(without(settings, options_.settings)));
    }
    const bool same = then.size == data_.size && then.batch == data_.batch;
    epoch_count_ = same ? then : then.changed(steps_(), data_.size, data_.batch);
    return changes;
  }
  Notes notes() const {
    return {{"data", data_.text},
            {"networks", options_.networks},
            {"pictures", joined(data_.pictures)},
            {"epoch_count", epoch_count_.text()},
            {"convergence", convergence().text()},
            {"settings", joined(options_.settings)},
            {"epochs", std::to_string(options_.epochs)}};
  }
  static std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : " and ") + text;
    return all;
  }
  static std::vector<std::string> without(std::vector<std::string> texts,
                                          const std::vector<std::string>& some) {
    std::erase_if(texts,
                  [&](const std::string& text) { return std::ranges::find(some, text) != some.end(); });
    return texts;
  }
  static std::vector<std::string> parts(std::string text) {
    std::vector<std::string> all;
    for (auto at = text.find(" and "); at != text.npos; at = text.find(" and "))
      all.push_back(text.substr(0, at)), text.erase(0, at + 5);
    all.push_back(text);
    return all;
  }
  static void check(const Epochs& data, const LoopOptions& options) {
    constexpr long most = 1'000'000'000'000;  // so that steps can be counted
    for (const long count : {options.epochs, options.max_steps})
      if (count < 0 || count > most / std::max(data.size, 1l))
        throw Error("a training of " + std::to_string(options.epochs) + " epochs and at most " +
                    std::to_string(options.max_steps) +
                    " steps: expected numbers from 0 on, and no more than " + std::to_string(most) +
                    " pictures in all");
    if (options.first_epoch < 1 || options.first_epoch > options.epochs + 1)
      throw Error("a training that begins with epoch " + std::to_string(options.first_epoch) + " of " +
                  std::to_string(options.epochs) + ": expected one of these");
    if (data.size < 1 || data.batch < 1)
      throw Error("an epoch of " + std::to_string(data.size) + " pictures, " + std::to_string(data.batch) +
                  " a step: expected at least one of each");
  }
  void check(const State& state) const {
    Notes kept = notes();
    for (const char* log : {"loss_log_bytes", "score_log_bytes"}) kept[log];
    bool steps = false;
    for (const auto& [name, count] : state.counts) {
      steps = steps || name == "steps";
      if (kept.contains(name))
        throw Error("a model whose state has a count called " + name +
                    ": expected a name that the loop does not use");
    }
    if (!steps)
      throw Error(
          "a model whose state has no count called steps: expected that of its training step, add_to(state)");
  }
  bool stopped() const { return options_.stop && options_.stop(); }
  void score(long step, int epoch) {
    const std::vector<ScoreRow> rows = options_.scores();
    const std::string after = "step " + std::to_string(step);
    for (const ScoreRow& row : rows) {
      scores_->add(step, epoch, row, log_->events());
      progress_->line(after + ", " + row.direction + ": " + row.text);
    }
    if (const auto overall = Convergence::overall(rows)) {
      const Convergence::News news = convergence().observe(*overall, step, epoch);
      // With a checkpoint that knows them: a training that goes on from an older one writes the same again.
      if (news.best) save_networks(options_.folder, "best", state_, options_.notes), unsaved_best_ = true;
      progress_->line(after + (news.best ? ": the best so far"
                                         : ": best after step " + std::to_string(convergence().best_step())));
      if (news.flat) {
        find_end();
        progress_->ends_after(last_step_);
        progress_->line(after + ": no gain in " + std::to_string(convergence().patience()) +
                        " scores; the rate falls, and the training ends after step " +
                        std::to_string(all_steps_));
      }
    }
    page(step);
  }
  Convergence& convergence() { return options_.convergence ? *options_.convergence : convergence_; }
  const Convergence& convergence() const {
    return options_.convergence ? *options_.convergence : convergence_;
  }
  void find_end() {
    all_steps_ = convergence().end(epoch_count_, epoch_count_.steps_of(options_.epochs));
    last_step_ = options_.max_steps ? std::min(options_.max_steps, all_steps_) : all_steps_;
  }
  void page(long step) const {
    const double seconds = std::chrono::duration<double>(Clock::now() - begun_at_).count();
    log_->page({.name = {},
                .step = step,
                .last_step = last_step_,
                .steps_per_second = static_cast<double>(step - begun_) / std::max(seconds, 1e-3),
                .best_step = convergence().best_step(),
                .fall_step = convergence().fall_step()});
  }
  void save_latest() {
    save_networks(options_.folder, "latest", state_, options_.notes);
    saved_step_ = steps_();
  }
  void save_all() {
    save_latest();
    Notes all = notes();
    all["loss_log_bytes"] = log_->bytes();
    all["score_log_bytes"] = scores_ ? scores_->bytes() : "";
    checkpoints_.save(state_, all);
    saved_ = Clock::now();
    unsaved_best_ = false;
  }

  const LoopOptions& options_;
  State state_;
  std::function<long()> steps_;
  Epochs data_;
  EpochCount epoch_count_;
  TrainingPlace place_;
  Checkpoints checkpoints_;
  Convergence convergence_;  // where the options name none
  long begun_ = 0, all_steps_ = 0, last_step_ = 0;
  Clock::time_point begun_at_ = Clock::now();
  std::optional<TrainingLog> log_;
  std::optional<ScoreLog> scores_;
  std::optional<Progress> progress_;
  long pictures_ = 0;  // that the training has seen
  bool ended_ = false;
  bool between_steps_ = true;  // all that belongs to the last step is written
  bool unsaved_best_ = false;  // no checkpoint knows of the best networks yet
  long saved_step_ = 0;
  Clock::time_point saved_ = Clock::now();
};

}  // namespace guise::detail
