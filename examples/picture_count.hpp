// How far a program is with pictures that it makes one by one: redrawn in place on a terminal, a line every half
// a minute on a pipe.
#pragma once
#include <guise/train/log/progress.hpp>

#include <string>

class PictureCount {
 public:
  explicit PictureCount(long total) : total_(total) {}

  void next() {
    ++done_;
    const bool redraws = text_.redraws();
    if (!watch_.due(redraws ? 0.1 : 30)) return;
    const double left = watch_.seconds() / static_cast<double>(done_) * static_cast<double>(total_ - done_);
    const std::string line = "picture " + std::to_string(done_) + "/" + std::to_string(total_) + "  " +
                             guise::hours(left) + " left";
    if (redraws)
      text_.draw(line);
    else
      text_.line(line);
  }
  long done() const { return done_; }
  void clear() { text_.clear(); }  // for a line that stays

 private:
  long total_, done_ = 0;
  guise::RedrawnText text_{stdout};
  guise::Stopwatch watch_;
};
