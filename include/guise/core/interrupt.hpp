// Ctrl-C, being told to end, or a terminal that is closed: while an Interrupt lives, SIGINT, SIGTERM and SIGHUP
// end nothing and are only noted, so that a program can finish what it has in hand. A SIGHUP that was ignored
// (nohup) stays ignored. What handled the signals before is put back when the Interrupt ends; nothing in the
// library makes one by itself. One at a time.
//
//   const Interrupt interrupt;
//   while (!interrupt() && more()) step();        or, where it is not at hand, !Interrupt::came()
#pragma once
#include <guise/core/compiler.hpp>

#include <csignal>
#include <cstddef>

namespace guise {

class Interrupt {
 public:
  Interrupt() {
    came_ = 0;
    for (std::size_t k = 0; k < 3; ++k) before_[k] = std::signal(signals[k], [](int) { came_ = 1; });
    if (before_[2] == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt() {
    for (std::size_t k = 0; k < 3; ++k)
      if (before_[k] != SIG_ERR) std::signal(signals[k], before_[k]);
  }

  bool operator()() const { return came(); }
  static bool came() { return came_ != 0; }  // whether one of them did

 private:
  static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
  static inline volatile std::sig_atomic_t came_ = 0;

  void (*before_[3])(int);
};

}  // namespace guise
