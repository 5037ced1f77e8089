// What a program does with the pictures of a folder, one by one: whatever fails for one of them is said with its name and
// the others go on; how far it is is shown, and a line at the end counts what was done, what failed and what was passed
// over. Ctrl-C ends it after the picture in hand.
#pragma once
#include "picture_count.hpp"
#include "program.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/picture_files.hpp>

#include <filesystem>
#include <iostream>
#include <string>

class FolderWork {
 public:
  FolderWork(std::string program, const guise::PictureFiles& found)
      : program_(std::move(program)), found_(found), progress_(static_cast<long>(found.files.size())) {}

  // f(file) for each, which throws where it cannot be done, and Interrupted where it was not finished.
  template <class F> void each(F f) {
    for (const auto& file : found_.files) {
      if (guise::Interrupt::came()) break;
      try {
        f(file);
      } catch (const Interrupted&) { break; } catch (const std::exception& error) {
        progress_.clear();
        complain(program_, failure_of(file, error));
        ++failed_;
      }
      progress_.next();
    }
    progress_.clear();
  }
  long failed() const { return failed_; }
  // "interrupted after 3 pictures: 2 translated, 1 failed, passed over: 1 folder"; `done`: "2 translated".
  void tell(const std::string& done) const {
    std::cout << (guise::Interrupt::came() ? "interrupted after " : "") << progress_.done()
              << " pictures: " << done << ", " << failed_ << " failed";
    if (found_.passed()) std::cout << "; passed over: " << found_.passed_text();
    std::cout << '\n';
  }
  int code() const { return guise::Interrupt::came() ? 130 : failed_ ? 1 : 0; }

 private:
  std::string program_;
  const guise::PictureFiles& found_;
  PictureCount progress_;
  long failed_ = 0;
};
