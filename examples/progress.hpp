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
