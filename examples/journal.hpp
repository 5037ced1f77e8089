// What a training tells as it goes, in its folder: loss_log.csv, TensorBoard's events, grids of pictures and
// the page that shows them.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/objective/losses.hpp>
#include <guise/train/log/tensorboard.hpp>
#include <guise/train/log/training_page.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

class Journal {
  using Clock = std::chrono::steady_clock;

 public:
  // `kept`: the bytes of loss_log.csv that a resumed training keeps; empty: from the beginning. A training
  // that begins anew leaves no picture or score of the one before it.
  Journal(std::filesystem::path folder, const std::string& kept, long step, long last_step)
      : folder_(std::move(folder)), events_(folder_), told_(step), last_step_(last_step) {
    std::error_code none;
    if (step == 0) {
      std::filesystem::remove(folder_ / "score_log.csv", none);
      for (const auto& picture : guise::training_pictures(images(), std::numeric_limits<long>::max()))
        std::filesystem::remove(images() / picture.file, none);
    }
    if (!kept.empty() && std::filesystem::file_size(log_path(), none) >= std::stoull(kept) && !none) {
      bytes_ = kept;
      log_.open(log_path(), std::ios::app);
      return;
    }
    std::filesystem::remove(log_path(), none);
    log_.open(log_path(), std::ios::app);
    log_ << "step,epoch,rate";
    for (auto name : guise::Losses::names) log_ << ',' << name;
    end_row(true);
    if (!log_) throw guise::Error(log_path().string() + ": expected a file that can be written");
  }

  // A row that is there only because a training ended early does not stay: it goes with the next row, so that
  // the log of a resumed training is that of one that was never stopped.
  void losses(long step, int epoch, double rate, const guise::Losses& losses, bool stays) {
    if (std::to_string(log_.tellp()) != bytes_) std::filesystem::resize_file(log_path(), std::stoull(bytes_));
    log_ << step << ',' << epoch << ',' << rate;
    for (float value : losses.values()) log_ << ',' << value;
    end_row(stays);

    const double seconds = std::chrono::duration<double>(Clock::now() - told_at_).count();
    for (std::size_t k = 0; k < guise::Losses::names.size(); ++k)
      events_.scalar("loss/" + std::string(guise::Losses::names[k]), step, losses.values()[k]);
    events_.scalar("rate", step, static_cast<float>(rate));
    events_.scalar("seconds_per_step", step, static_cast<float>(seconds / static_cast<double>(step - told_)));
    told_ = step;
    told_at_ = Clock::now();
  }
  void grid(long step, const guise::Picture& grid) {
    char name[32];
    std::snprintf(name, sizeof name, "step_%06ld.png", step);
    const auto path = images() / name;
    write_picture(path, grid);
    const auto png = guise::read_file(path, std::uintmax_t{1} << 30);
    events_.picture("pictures", step, grid.width, grid.height,
                    {reinterpret_cast<const char*>(png.data()), png.size()});
    page(step);
  }
  void page(long step) const {
    guise::write_training_page(folder_, {folder_.filename().string(), step, last_step_});
  }

  guise::EventFile& events() { return events_; }
  const std::string& bytes() const { return bytes_; }  // of the rows that stay
  void check() const {
    if (!log_) throw guise::Error(log_path().string() + ": expected room to write the log, found none");
  }

 private:
  std::filesystem::path log_path() const { return folder_ / "loss_log.csv"; }
  std::filesystem::path images() const { return folder_ / "web" / "images"; }
  void end_row(bool stays) {
    log_ << std::endl;
    if (stays) bytes_ = std::to_string(log_.tellp());
  }

  std::filesystem::path folder_;
  std::ofstream log_;
  guise::EventFile events_;
  std::string bytes_;
  long told_;  // step of the last row
  long last_step_;
  Clock::time_point told_at_ = Clock::now();
};
