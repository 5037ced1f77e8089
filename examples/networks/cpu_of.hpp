// The cpu with so many threads; 0: one for every core.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/error.hpp>

#include <string>

inline guise::Cpu cpu_of(int threads) try {
  return threads ? guise::Cpu(threads) : guise::Cpu();
} catch (const guise::Error& error) {
  throw guise::Error("--threads " + std::to_string(threads) + ": " + error.what());
}
