// How far a training is, written to a stream that the program names: on a terminal one text that is redrawn
// where it stands, on a pipe or in a file whole lines now and then, and nothing where there is no stream. A
// reader who goes away stops nothing, if the program ignores SIGPIPE.
#pragma once
#include <guise/core/printable.hpp>
#include <guise/train/losses.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace guise {

// Text on as many rows as the terminal's width makes of it: a row that the terminal broke by itself would stay
// behind when the text is drawn anew.
class RedrawnText {
 public:
  explicit RedrawnText(std::FILE* stream) : stream_(stream) {}  // null: nothing is written

  bool redraws() const {  // a terminal that knows how to
    const char* const kind = std::getenv("TERM");
    return stream_ && isatty(fileno(stream_)) != 0 && kind && *kind && std::string_view(kind) != "dumb";
  }

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
    write(rows);
    rows_ = count;
  }
  void clear() {  // before somebody else writes a line
    if (rows_ > 0) write((rows_ > 1 ? "\x1b[" + std::to_string(rows_ - 1) + "A" : "") + "\r\x1b[J");
    rows_ = 0;
  }
  void line(const std::string& text) {  // one that stays
    clear();
    write(printable(text) + "\n");
  }
  void leave() {  // what is drawn stays, and the next line begins below it
    if (redraws()) write("\n");
    rows_ = 0;
  }

 private:
  void write(const std::string& text) {
    if (!stream_) return;
    std::fputs(text.c_str(), stream_);
    std::fflush(stream_);
  }
  std::size_t columns() const {  // one less than there are: the last may move the cursor on
    winsize size{};
    const bool known = ioctl(fileno(stream_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col - 1u : 79u;
  }

  std::FILE* stream_;
  std::size_t rows_ = 0;
};

inline std::string hours(double seconds) {  // "1:02:03"
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

// Of a training: a bar, step, epoch, steps a second, time left and losses.
class Progress {
 public:
  Progress(std::FILE* stream, long last_step, long epochs, long resumed_after)
      : last_step_(last_step), epochs_(epochs), resumed_after_(resumed_after), text_(stream) {}

  // `notable`: worth a line of its own where lines cannot be redrawn.
  void show(long step, long epoch, const Losses& losses, bool notable) {
    const bool redraws = text_.redraws();
    if (redraws ? !watch_.due(0.1) && step < last_step_ : !notable) return;
    const double seconds = watch_.seconds();
    const double rate = static_cast<double>(step - resumed_after_) / (seconds > 0 ? seconds : 1);
    char line[128];
    std::snprintf(line, sizeof line, "step %ld/%ld  epoch %ld/%ld  %.2f steps/s  ", step, last_step_, epoch,
                  epochs_, rate);
    const double left = rate > 0 ? static_cast<double>(last_step_ - step) / rate : 0;
    const std::string text = line + hours(left) + " left  " + short_text(losses);
    if (redraws)
      text_.draw(bar(step) + text);
    else
      text_.line(text);
  }
  void line(const std::string& text) { text_.line(text); }  // one that stays
  void ends_after(long last_step) { last_step_ = last_step; }
  void end() { text_.leave(); }

 private:
  static std::string short_text(const Losses& losses) {
    std::string text;
    char value[32];
    for (std::size_t k = 0; k < losses.size(); ++k) {
      std::snprintf(value, sizeof value, " %.3f ", double(losses.values()[k]));
      text += losses.names()[k] + value;
    }
    return text;
  }
  std::string bar(long step) const {
    const auto filled = static_cast<std::size_t>(20 * step / (last_step_ > 0 ? last_step_ : 1));
    return "[" + std::string(filled, '#') + std::string(20 - filled, '.') + "] ";
  }

  long last_step_, epochs_, resumed_after_;
  RedrawnText text_;
  Stopwatch watch_;
};

}  // namespace guise
