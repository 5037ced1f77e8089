// What a training writes of itself as it goes, in its folder: loss_log.csv (step, epoch, rate and the losses by
// their names), events for TensorBoard, grids of pictures, and the page that shows them. Throws Error where
// that cannot be written.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>
#include <guise/train/log/tensorboard.hpp>
#include <guise/train/log/training_page.hpp>
#include <guise/train/losses.hpp>
#include <guise/train/picture_rows.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace guise {

class TrainingLog {
  using Clock = std::chrono::steady_clock;

 public:
  // `kept`: the bytes of loss_log.csv that a resumed training keeps; empty: from the beginning. A training that
  // begins anew leaves no picture or score of the one before it.
  TrainingLog(std::filesystem::path folder, const std::string& kept, long step)
      : folder_(std::move(folder)), events_(folder_), row_step_(step) {
    std::error_code none;
    if (step == 0) {
      std::filesystem::remove(folder_ / "score_log.csv", none);
      for (const auto& picture : training_pictures(images(), std::numeric_limits<long>::max()))
        std::filesystem::remove(images() / picture.file, none);
    }
    if (!kept.empty() && std::filesystem::file_size(path(), none) >= std::stoull(kept) && !none)
      bytes_ = kept;
    else
      std::filesystem::remove(path(), none);
    file_.open(path(), std::ios::app);
    if (!file_) throw Error(path().string() + ": expected a file that can be written");
  }

  // The header, of the first step before anything else. Throws Error where a resumed training has other losses.
  void columns(const std::vector<std::string>& losses) {
    if (named_) return;
    named_ = true;
    std::string header = "step,epoch,rate", found;
    for (const std::string& name : losses) header += ',' + name;
    if (bytes_.empty()) {
      file_ << header;
      end_row(true);
    } else if (std::getline(std::ifstream(path()) >> std::ws, found) && found != header) {
      throw Error(path().string() + ": expected the columns " + header + " as the training began, found " +
                  found);
    }
  }
  // A row that is there only because a training ended early does not stay: it goes with the next row, so that
  // the log of a resumed training is that of one that was never stopped.
  void row(long step, int epoch, double rate, const Losses& losses, bool stays) {
    if (std::to_string(file_.tellp()) != bytes_) std::filesystem::resize_file(path(), std::stoull(bytes_));
    file_ << step << ',' << epoch << ',' << rate;
    for (const float value : losses.values()) file_ << ',' << value;
    end_row(stays);

    const double seconds = std::chrono::duration<double>(Clock::now() - row_time_).count();
    for (std::size_t k = 0; k < losses.size(); ++k)
      events_.scalar("loss/" + losses.names()[k], step, losses.values()[k]);
    events_.scalar("rate", step, static_cast<float>(rate));
    events_.scalar("seconds_per_step", step,
                   static_cast<float>(seconds / static_cast<double>(step - row_step_)));
    row_step_ = step;
    row_time_ = Clock::now();
  }
  void grid(long step, const PictureRows& rows) {
    grid_ = {static_cast<int>(rows[0].size()), static_cast<int>(rows.size())};
    const Picture all = mosaic(shown(rows), grid_.columns);
    char name[32];
    std::snprintf(name, sizeof name, "step_%06ld.png", step);
    write_picture(images() / name, all);
    const auto png = read_file(images() / name, std::uintmax_t{1} << 30);
    events_.picture("pictures", step, all.width, all.height,
                    {reinterpret_cast<const char*>(png.data()), png.size()});
  }
  void page(TrainingProgress progress) const {
    progress.name = folder_.filename().string();
    progress.grid = grid_;
    write_training_page(folder_, progress);
  }

  EventFile& events() { return events_; }
  const std::string& bytes() const { return bytes_; }  // of the rows that stay; empty before the first step
  void check() const {
    if (!file_) throw Error(path().string() + ": expected room to write the log, found none");
  }

 private:
  std::filesystem::path path() const { return folder_ / "loss_log.csv"; }
  std::filesystem::path images() const { return folder_ / "web" / "images"; }
  void end_row(bool stays) {
    file_ << std::endl;
    if (stays) bytes_ = std::to_string(file_.tellp());
  }

  std::filesystem::path folder_;
  std::ofstream file_;
  EventFile events_;
  std::string bytes_;
  bool named_ = false;  // the columns
  PictureGrid grid_;
  long row_step_;  // of the last row
  Clock::time_point row_time_ = Clock::now();
};

}  // namespace guise
