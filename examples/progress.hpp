// Progress, told in place on a terminal, in whole lines now and then on a pipe.
#pragma once
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

// Text that is drawn anew where it stands, on as many rows as the terminal's width makes of it: a row that
// the terminal broke by itself would stay behind.
class Redrawn {
 public:
  static bool possible() { return isatty(STDOUT_FILENO) != 0; }

  void draw(const std::string& text) {
    const std::size_t width = columns();
    std::string rows;
    std::size_t count = 1, column = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end =
          std::min(text.find(' ', at + 1), text.size());  // a word and the space before it
      const std::size_t length = std::min(end - at, width);
      if (column + length > width) {
        rows += '\n';
        ++count;
        column = 0;
        if (text[at] == ' ') ++at;
        continue;
      }
      rows.append(text, at, length);
      column += length;
      at = end;
    }
    clear();
    std::printf("%s", rows.c_str());
    std::fflush(stdout);
    rows_ = count;
  }
  void clear() {  // for a line that others write
    if (rows_ > 1) std::printf("\x1b[%zuA", rows_ - 1);
    if (rows_ > 0) std::printf("\r\x1b[J");
    std::fflush(stdout);
    rows_ = 0;
  }
  void leave(const std::string& text) {  // a line that stays
    clear();
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }

 private:
  static std::size_t columns() {  // one less than there are: the last may move the cursor on
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col - 1u : 79u;
  }

  std::size_t rows_ = 0;
};

inline std::string hours(double seconds) {
  const long whole = static_cast<long>(seconds);
  char text[48];
  std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

// Seconds since it was made, and since it last said that it is time to show something.
class Stopwatch {
  using Clock = std::chrono::steady_clock;

 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  bool due(double every) {
    const double now = seconds();
    if (now < shown_ + every) return false;
    shown_ = now;
    return true;
  }

 private:
  double shown_ = 0;
  Clock::time_point start_ = Clock::now();
};

// A training: its bar, step, epoch, rate, time left and losses.
class Progress {
 public:
  Progress(long total, long epochs, long resumed) : total_(total), epochs_(epochs), resumed_(resumed) {}

  // `notable`: worth a line of its own where lines cannot be redrawn.
  void show(long step, long epoch, const std::string& losses, bool notable) {
    const bool redraws = Redrawn::possible();
    if (redraws ? !watch_.due(0.1) && step < total_ : !notable) return;
    const double seconds = watch_.seconds();
    const double rate = static_cast<double>(step - resumed_) / (seconds > 0 ? seconds : 1);
    char line[128];
    std::snprintf(line, sizeof line, "step %ld/%ld  epoch %ld/%ld  %.2f steps/s  ", step, total_, epoch,
                  epochs_, rate);
    const double left = rate > 0 ? static_cast<double>(total_ - step) / rate : 0;
    const std::string text = line + hours(left) + " left  " + losses;
    if (redraws)
      line_.draw(bar(step) + text);
    else
      line_.leave(text);
  }
  void note(const std::string& text) { line_.leave(text); }
  void end() const {
    if (Redrawn::possible()) std::printf("\n");
  }

 private:
  std::string bar(long step) const {
    const auto filled = static_cast<std::size_t>(20 * step / (total_ > 0 ? total_ : 1));
    return "[" + std::string(filled, '#') + std::string(20 - filled, '.') + "] ";
  }

  long total_, epochs_, resumed_;
  Redrawn line_;
  Stopwatch watch_;
};

// Pictures that are made one by one: a line of its own every half a minute on a pipe.
class PictureCount {
 public:
  explicit PictureCount(long total) : total_(total) {}

  void next() {
    ++done_;
    const bool redraws = Redrawn::possible();
    if (!watch_.due(redraws ? 0.1 : 30)) return;
    const double left = watch_.seconds() / static_cast<double>(done_) * static_cast<double>(total_ - done_);
    const std::string text =
        "picture " + std::to_string(done_) + "/" + std::to_string(total_) + "  " + hours(left) + " left";
    if (redraws)
      line_.draw(text);
    else
      line_.leave(text);
  }
  long done() const { return done_; }
  void clear() { line_.clear(); }  // for a line that stays

 private:
  long total_, done_ = 0;
  Redrawn line_;
  Stopwatch watch_;
};
