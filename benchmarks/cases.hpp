// The cases that networks.cpp and layers.cpp measure: train-WIDTH-BLOCKS-SIZE-BATCH or
// infer-WIDTH-BLOCKS-SIZE-BATCH, where WIDTH-BLOCKS is 64-9, 64-6 or 32-6.
#pragma once
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/objective/cyclegan.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace benchmark {

struct A;
struct B;
struct Case {
  char kind[6] = "";
  int width = 0, blocks = 0, size = 0, batch = 0;
};
struct Arguments {  // CASE THREADS SECONDS [DEVICE]
  Case which;
  int threads;
  double seconds;
  std::string device = "cpu";  // or eigen, which has one thread

  Arguments(int count, char** arguments) {
    if (count < 4 || count > 5 ||
        std::sscanf(arguments[1], "%5[a-z]-%d-%d-%d-%d", which.kind, &which.width, &which.blocks, &which.size,
                    &which.batch) != 5)
      throw guise::Error(std::string("usage: ") + arguments[0] +
                         " CASE THREADS SECONDS [DEVICE], for example train-32-6-64-1 2 5");
    threads = std::atoi(arguments[2]);
    seconds = std::atof(arguments[3]);
    if (count == 5) device = arguments[4];
    if (device != "cpu" && (device != "eigen" || threads != 1))
      throw guise::Error("device " + device + ": expected cpu, or eigen with one thread");
  }
};

template <class Domain> guise::Images<Domain> noise(const Case& c, std::uint64_t seed) {
  guise::Images<Domain> images{c.batch, {3, c.size, c.size}};
  guise::Random random(seed);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}

// f(run), where run() is one translation or one training step.
template <int Width, int Blocks, class Device, class F>
void prepare(const Case& c, const Device& device, F f) {
  using namespace guise;
  using Gen = ResnetGenerator<Blocks, Width>;
  const auto a = noise<A>(c, 1);
  if (c.kind[0] == 'i') {
    const Translator<A, B, Gen, Device> to_b(Generator<A, B, Gen, Device>(0, 0, device));
    return f([&] { to_b(a); });
  }
  CycleGan<A, B, Paper<Gen, PatchDiscriminator<Width>>, Device> model({}, device);
  const auto b = noise<B>(c, 2);
  f([&] { model.step(a, b); });
}
template <class Device, class F> void prepare(const Case& c, const Device& device, F f) {
  if (c.width == 64 && c.blocks == 9) return prepare<64, 9>(c, device, f);
  if (c.width == 64 && c.blocks == 6) return prepare<64, 6>(c, device, f);
  if (c.width == 32 && c.blocks == 6) return prepare<32, 6>(c, device, f);
  throw guise::Error("a case's width and blocks: expected 64-9, 64-6 or 32-6");
}

}  // namespace benchmark
