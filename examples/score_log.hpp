// What a training's scores on held-out pictures leave: score_log.csv, one row for each direction, and scalars
// for TensorBoard.
#pragma once
#include <guise/core/error.hpp>
#include <guise/score/score.hpp>
#include <guise/train/log/tensorboard.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

class ScoreLog {
 public:
  // `kept`: the bytes that a resumed training keeps; empty, or more than there are: from the beginning.
  ScoreLog(std::filesystem::path path, const std::string& kept) : path_(std::move(path)) {
    std::error_code none;
    if (!kept.empty() && std::filesystem::file_size(path_, none) >= std::stoull(kept) && !none) {
      std::filesystem::resize_file(path_, std::stoull(kept));
      file_.open(path_, std::ios::app);
      bytes_ = kept;
    } else {
      file_.open(path_);
      write("step,epoch,direction,swd,kid,kid_error,share");
    }
  }

  void add(long step, int epoch, const std::string& direction, const guise::Scores& scores,
           guise::EventFile& events) {
    const guise::KernelDistance kid = scores.kid.value_or(guise::KernelDistance{NAN, NAN});
    const double share = scores.share.value_or(NAN);
    std::ostringstream row;
    row << step << ',' << epoch << ',' << direction << ',' << scores.swd.mean << ',' << kid.value << ','
        << kid.error << ',' << share;
    write(row.str());
    char line[160];
    std::snprintf(line, sizeof line,
                  "step %ld, %s: swd %.4f, kid %.4f +- %.4f, %.0f%% taken for the target domain", step,
                  direction.c_str(), scores.swd.mean, kid.value, kid.error, 100 * share);
    text_ = line;
    const auto scalar = [&](const std::string& name, double value) {
      if (!std::isnan(value)) events.scalar("score/" + name + "_" + direction, step, float(value));
    };
    scalar("swd", scores.swd.mean);
    scalar("kid", kid.value);
    scalar("kid_error", kid.error);
    scalar("share", share);
  }

  const std::string& bytes() const { return bytes_; }
  const std::string& text() const { return text_; }  // the last row, to be read

 private:
  void write(const std::string& row) {
    file_ << row << std::endl;
    bytes_ = std::to_string(file_.tellp());
    if (!file_) throw guise::Error(path_.string() + ": expected room to write the scores, found none");
  }

  std::filesystem::path path_;
  std::ofstream file_;
  std::string bytes_, text_;
};
