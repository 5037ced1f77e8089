// Times a training step or a translation: networks CASE THREADS SECONDS [DEVICE], as in cases.hpp. Prints one
// line of JSON with the time of every iteration in milliseconds and the peak of the memory that the process
// held. peers/compare.py runs it beside other programs.
#include "cases.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <vector>

using namespace guise;

namespace {

template <class F> std::vector<double> milliseconds(double seconds, F run) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  run(), run();  // memory and caches as they are from then on
  std::vector<double> times;
  for (const auto start = Clock::now(); times.size() < 3 || since(start) < 1000 * seconds;) {
    const auto before = Clock::now();
    run();
    times.push_back(since(before));
  }
  return times;
}

}  // namespace

int main(int count, char** arguments) try {
  const benchmark::Arguments asked(count, arguments);
  std::vector<double> times;
  const auto measure = [&](auto run) { times = milliseconds(asked.seconds, run); };
  if (asked.device == "eigen")
    benchmark::prepare(asked.which, EigenCpu<float>(), measure);
  else
    benchmark::prepare(asked.which, Cpu(asked.threads), measure);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"case\": \"%s\", \"threads\": %d, \"peak_mib\": %.0f, \"milliseconds\": [", arguments[1],
              asked.threads, static_cast<double>(usage.ru_maxrss) / 1024);
  for (std::size_t k = 0; k < times.size(); ++k) std::printf("%s%.3f", k ? ", " : "", times[k]);
  std::puts("]}");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
