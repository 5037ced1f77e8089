// A progress line: redrawn in place on a terminal, one plain line now and then on a pipe.
#pragma once
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

class Progress {
  using Clock = std::chrono::steady_clock;

 public:
  Progress(long total, long epochs, long resumed) : total_(total), epochs_(epochs), resumed_(resumed) {}

  // `notable`: worth a line of its own where lines cannot be redrawn.
  void show(long step, long epoch, const std::string& losses, bool notable) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const double rate = static_cast<double>(step - resumed_) / (seconds > 0 ? seconds : 1);
    const bool redraws = isatty(STDOUT_FILENO) != 0;
    if (redraws ? seconds < shown_ + 0.1 && step < total_ : !notable) return;
    shown_ = seconds;
    const long left = rate > 0 ? static_cast<long>(static_cast<double>(total_ - step) / rate) : 0;
    char line[128];
    std::snprintf(line, sizeof line, "step %ld/%ld  epoch %ld/%ld  %.2f steps/s  %ld:%02ld:%02ld left  ",
                  step, total_, epoch, epochs_, rate, left / 3600, left / 60 % 60, left % 60);
    std::printf("%s%s%s%s%s", redraws ? "\r\x1b[K" : "", redraws ? bar(step).c_str() : "", line,
                losses.c_str(), redraws ? "" : "\n");
    std::fflush(stdout);
  }
  void note(const std::string& text) const {  // a line that stays
    std::printf("%s%s\n", isatty(STDOUT_FILENO) ? "\r\x1b[K" : "", text.c_str());
    std::fflush(stdout);
  }
  void end() const {
    if (isatty(STDOUT_FILENO)) std::printf("\n");
  }

 private:
  std::string bar(long step) const {
    const auto filled = static_cast<std::size_t>(20 * step / (total_ > 0 ? total_ : 1));
    return "[" + std::string(filled, '#') + std::string(20 - filled, '.') + "] ";
  }

  long total_, epochs_, resumed_;
  double shown_ = -1;
  Clock::time_point start_ = Clock::now();
};

// The same for pictures that are made one by one: a line of its own every half a minute on a pipe.
class PictureCount {
  using Clock = std::chrono::steady_clock;

 public:
  explicit PictureCount(long total) : total_(total) {}

  void next() {
    ++done_;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const bool redraws = isatty(STDOUT_FILENO) != 0;
    if (seconds < shown_ + (redraws ? 0.1 : 30)) return;
    shown_ = seconds;
    const long left =
        static_cast<long>(seconds / static_cast<double>(done_) * static_cast<double>(total_ - done_));
    std::printf("%spicture %ld/%ld  %ld:%02ld:%02ld left%s", redraws ? "\r\x1b[K" : "", done_, total_,
                left / 3600, left / 60 % 60, left % 60, redraws ? "" : "\n");
    std::fflush(stdout);
  }
  long done() const { return done_; }
  void clear() const {  // for a line that stays
    if (isatty(STDOUT_FILENO)) std::printf("\r\x1b[K");
    std::fflush(stdout);
  }

 private:
  long total_, done_ = 0;
  double shown_ = 0;
  Clock::time_point start_ = Clock::now();
};
