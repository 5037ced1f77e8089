// The cases that networks.cpp and layers.cpp measure: train-WIDTH-NET-SIZE-BATCH or infer-WIDTH-NET-SIZE-BATCH, where NET is
// the blocks of a ResNet, s and the blocks of a student, or u128 or u256, and with -norm behind it the norms are of the batch.
#pragma once
#include <guise/arch/choice.hpp>
#include <guise/objective/cyclegan.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace benchmark {

struct A;
struct B;
struct Case {
  char kind[6] = "", net[6] = "", norm[6] = "";
  int width = 0, size = 0, batch = 0;

  guise::Graph generator() const {
    const int downs = net[0] == 'u' ? (std::atoi(net + 1) == 256 ? 8 : 7) : 0, blocks = std::atoi(net);
    if (net[0] == 's') return guise::generator(guise::Student{.blocks = std::atoi(net + 1), .width = width});
    if (downs) return guise::generator(guise::Unet{.downs = downs, .width = width, .norm = of()});
    return guise::generator(guise::Resnet{.blocks = blocks, .width = width, .norm = of()});
  }
  guise::Graph discriminator() const {
    return guise::discriminator(guise::Patches{.width = width, .norm = of()});
  }

 private:
  guise::Norm of() const { return norm[0] ? guise::Norm::batch : guise::Norm::instance; }
};
struct Arguments {  // CASE THREADS SECONDS [DEVICE]
  Case which;
  int threads;
  double seconds;
  std::string device = "cpu";  // or eigen, which has one thread

  Arguments(int count, char** arguments) {
    if (count < 4 || count > 5 ||
        std::sscanf(arguments[1], "%5[a-z]-%d-%5[us0-9]-%d-%d-%5s", which.kind, &which.width, which.net,
                    &which.size, &which.batch, which.norm) < 5)
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
template <class Device, class F> void prepare(const Case& c, const Device& device, F f) {
  using namespace guise;
  const auto a = noise<A>(c, 1);
  if (c.kind[0] == 'i') {
    using Net = Generator<A, B, Described, Device>;
    const Translator<A, B, Described, Device> to_b(Net(c.generator(), 0, 0, device));
    return f([&] { to_b(a); });
  }
  CycleGan<A, B, Paper<Described, Described>, Device> model(c.generator(), c.discriminator(), {}, device);
  const auto b = noise<B>(c, 2);
  f([&] { model.step(a, b); });
}

}  // namespace benchmark
