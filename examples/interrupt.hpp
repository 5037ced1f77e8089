// Ctrl-C, or being told to end: what is in hand is finished first.
#pragma once
#include <csignal>

inline volatile std::sig_atomic_t interrupted = 0;

inline void finish_on_interrupt() {
  const auto stop = [](int) { interrupted = 1; };
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  if (std::signal(SIGHUP, stop) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // under nohup
}
