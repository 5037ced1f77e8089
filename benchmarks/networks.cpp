// Times a training step or a translation: benchmark_networks CASE THREADS SECONDS, where CASE is
// train-WIDTH-BLOCKS-SIZE-BATCH or infer-WIDTH-BLOCKS-SIZE-BATCH (64-9, 64-6 or 32-6). Prints one line of
// JSON with the time of every iteration in milliseconds and the peak of the memory that the process held.
// peers/compare.py runs it beside other programs.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/model/cyclegan.hpp>
#include <guise/model/patch_discriminator.hpp>
#include <guise/model/resnet_generator.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace guise;

namespace {

struct A;
struct B;

struct Case {
  char kind[6] = "";
  int width = 0, blocks = 0, size = 0, batch = 0;
};

template <class Domain> Images<Domain> noise(const Case& c, std::uint64_t seed) {
  Images<Domain> images{c.batch, {3, c.size, c.size}};
  Random random(seed);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}

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

template <int Width, int Blocks> std::vector<double> measure(const Case& c, int threads, double seconds) {
  using Gen = ResnetGenerator<Blocks, Width>;
  const Cpu cpu(threads);
  const auto a = noise<A>(c, 1);
  if (c.kind[0] == 'i') {
    const Translator<A, B, Gen, Cpu> to_b(Generator<A, B, Gen, Cpu>(0, 0, cpu));
    return milliseconds(seconds, [&] { to_b(a); });
  }
  CycleGan<A, B, Gen, PatchDiscriminator<Width>, Cpu> model({}, cpu);
  const auto b = noise<B>(c, 2);
  return milliseconds(seconds, [&] { model.step(a, b); });
}

std::vector<double> measure(const Case& c, int threads, double seconds) {
  if (c.width == 64 && c.blocks == 9) return measure<64, 9>(c, threads, seconds);
  if (c.width == 64 && c.blocks == 6) return measure<64, 6>(c, threads, seconds);
  if (c.width == 32 && c.blocks == 6) return measure<32, 6>(c, threads, seconds);
  throw Error("networks: expected 64-9, 64-6 or 32-6");
}

}  // namespace

int main(int count, char** arguments) try {
  Case c;
  if (count != 4 ||
      std::sscanf(arguments[1], "%5[a-z]-%d-%d-%d-%d", c.kind, &c.width, &c.blocks, &c.size, &c.batch) != 5)
    throw Error(
        "usage: benchmark_networks CASE THREADS SECONDS, for example benchmark_networks train-32-6-64-1 2 5");
  const int threads = std::atoi(arguments[2]);
  const auto times = measure(c, threads, std::atof(arguments[3]));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"case\": \"%s\", \"threads\": %d, \"peak_mib\": %.0f, \"milliseconds\": [", arguments[1],
              threads, static_cast<double>(usage.ru_maxrss) / 1024);
  for (std::size_t k = 0; k < times.size(); ++k) std::printf("%s%.3f", k ? ", " : "", times[k]);
  std::puts("]}");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
