// What part of a training step is spent waiting for pictures: CycleGAN of the paper at 256x256 on photographs of 12
// megapixels, which are decoded and resized to 286x286 by two workers while the step runs. The photographs are made:
// waves of colour under noise, 4000x3000, as JPEG of quality 92.
//
//   waiting FOLDER [STEPS [THREADS [WIDTH BLOCKS]]]      FOLDER: where the photographs are made, or are already
//
// Prints the mean time of a step, of the wait before it and its share, and the processor's time of a step with all that
// is loaded meanwhile and of loading one picture, which tell what loading takes from the step where cores are few. The
// first wait of an epoch, for which nothing could be done ahead, is printed by itself.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/objective/cyclegan.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct A;
struct B;
using Model = CycleGan<A, B, Paper<Described, Described>, Cpu>;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void make_photographs(const fs::path& folder) {
  fs::create_directories(folder);
  for (int k = 0; k < 8; ++k) {
    const fs::path file = folder / (std::to_string(k) + ".jpg");
    if (fs::exists(file)) continue;
    Picture picture = blank(4000, 3000);
    Random random(static_cast<std::uint64_t>(k));
    auto byte = picture.rgb.begin();
    for (int y = 0; y < picture.height; ++y)
      for (int x = 0; x < picture.width; ++x)
        for (int c = 0; c < 3; ++c, ++byte) {
          const double wave = std::sin((x + 900 * k) * 0.002 * (c + 1)) * std::cos(y * 0.003);
          const double level = 128 + 90 * wave + 24 * (random.uniform() - 0.5);
          *byte = static_cast<unsigned char>(std::clamp(level, 0., 255.));
        }
    write_picture(file, picture, 92);
  }
}

void measure(const char* name, Model& model, const fs::path& folder, int steps,
             const std::shared_ptr<PictureCache>& cache) {
  const ImageFolder<A> a{folder, {}, cache};
  const ImageFolder<B> b{folder, {}, cache};
  const double before = processor_seconds();
  for (std::size_t k = 0; k < a.size(); ++k) a.load(k);
  const double loaded = processor_seconds();
  double first = 0, waited = 0, stepped = 0;
  int counted = 0;
  for (int epoch = 0; counted < steps; ++epoch) {
    auto begun = Clock::now();
    const auto pictures = unpaired(a, b, {.seed = 1, .epoch = epoch});
    auto at = pictures.begin();
    first = std::max(first, seconds_since(begun));
    while (at != pictures.end() && counted < steps) {
      begun = Clock::now();
      const auto [x, y] = *at;
      model.step(x, y);
      stepped += seconds_since(begun);
      ++counted;
      begun = Clock::now();
      ++at;
      waited += seconds_since(begun);
    }
  }
  std::printf(
      "%-20s step %.0f ms, wait %.2f ms (%.2f %%), first wait %.0f ms; of the processor: step %.0f ms, "
      "picture %.0f ms\n",
      name, 1e3 * stepped / steps, 1e3 * waited / steps, 100 * waited / (waited + stepped), 1e3 * first,
      1e3 * (processor_seconds() - loaded) / steps, 1e3 * (loaded - before) / static_cast<double>(a.size()));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) {
    std::cerr << "waiting FOLDER [STEPS [THREADS [WIDTH BLOCKS]]]\n";
    return 1;
  }
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  const int steps = number(2, 16), width = number(4, 64), blocks = number(5, 9);
  const fs::path folder = fs::path(argv[1]) / "photographs";
  make_photographs(folder);
  Model model(resnet_generator(blocks, width), patch_discriminator(width), {}, Cpu(number(3, 2)));
  measure("decoded each time", model, folder, steps, nullptr);
  measure("kept in memory", model, folder, steps, std::make_shared<MemoryCache>(std::size_t{1} << 30));
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
