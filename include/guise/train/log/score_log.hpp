// The scores of a training on pictures that it does not learn from, one row each time for each direction:
// score_log.csv (step, epoch, direction and the scores by their names, "-" where one is missing) and scalars for
// TensorBoard. A resumed training keeps the rows that its checkpoint counted. Throws Error where a row cannot be written.
#pragma once
#include <guise/core/error.hpp>
#include <guise/train/log/score_row.hpp>
#include <guise/train/log/tensorboard.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace guise {

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
    }
  }

  void add(long step, int epoch, const ScoreRow& row, EventFile& events) {
    std::ostringstream names, values;
    names << "step,epoch,direction";
    values << step << ',' << epoch << ',' << row.direction;
    for (const auto& [name, value] : row.scores) {
      names << ',' << name;
      values << ',';
      if (std::isnan(value))
        values << '-';
      else
        values << value,
            events.scalar("score/" + name + "_" + row.direction, step, static_cast<float>(value));
    }
    if (bytes_.empty()) write(names.str());
    write(values.str());
  }

  const std::string& bytes() const { return bytes_; }  // of the rows; empty before the first one

 private:
  void write(const std::string& row) {
    file_ << row << std::endl;
    bytes_ = std::to_string(file_.tellp());
    if (!file_) throw Error(path_.string() + ": expected room to write the scores, found none");
  }

  std::filesystem::path path_;
  std::ofstream file_;
  std::string bytes_;
};

}  // namespace guise
