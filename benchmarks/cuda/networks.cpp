// Times a training step or a translation on an NVIDIA GPU: benchmark_cuda CASE PRECISION SECONDS, where CASE
// is train-SIZE-BATCH, the same without replays eager-SIZE-BATCH, or infer-SIZE-BATCH (nine blocks, 64 wide)
// and PRECISION is float32, tf32 or bf16. Pictures lie on the device before the clock starts, and it stops
// when the device has done all. One line of JSON.
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/objective/cyclegan.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace guise;

namespace {

struct A;
struct B;
using Gen = ResnetGenerator<9, 64>;
using Disc = PatchDiscriminator<64>;

class Eager : public Cuda {  // cannot record, so that a step is not replayed
 public:
  using Cuda::Cuda;

 private:
  using Cuda::record;
};

template <class Domain, class Device>
Batch<Domain, Device> noise(int n, int size, std::uint64_t seed, const Device& device) {
  Batch<Domain, Device> batch{n, {3, size, size}, device};
  std::vector<float> values(batch.data.size());
  Random random(seed);
  for (float& value : values) value = static_cast<float>(2 * random.uniform() - 1);
  device.upload(values.size(), values.data(), batch.data.data());
  return batch;
}

template <class F> std::vector<double> milliseconds(double seconds, F run) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  for (int k = 0; k < 5; ++k) run();  // plans, memory and clock rates as they are from then on
  std::vector<double> times;
  for (const auto start = Clock::now(); times.size() < 10 || since(start) < 1000 * seconds;) {
    const auto before = Clock::now();
    run();
    times.push_back(since(before));
  }
  return times;
}

template <class Device> std::vector<double> train(int size, int batch, const Device& device, double seconds) {
  const auto a = noise<A>(batch, size, 1, device);
  const auto b = noise<B>(batch, size, 2, device);
  CycleGan<A, B, Paper<Gen, Disc>, Device> model({}, device);
  return milliseconds(seconds, [&] { model.step(a, b); });  // reads the losses
}
std::vector<double> measure(const std::string& kind, int size, int batch, cuda::Precision precision,
                            double seconds) {
  const Cuda device(0, precision);
  if (kind == "infer") {
    const auto a = noise<A>(batch, size, 1, device);
    const auto net = Generator<A, B, Gen, Cuda>(0, 0, device).frozen();
    return milliseconds(seconds, [&] {
      const auto y = net.infer(a);
      float last = 0;  // waits for all that was asked before
      device.download(1, y.data.data() + y.data.size() - 1, &last);
    });
  }
  if (kind == "train") return train(size, batch, device, seconds);
  if (kind == "eager") return train(size, batch, Eager(0, precision), seconds);
  throw Error("case " + kind + ": expected train, eager or infer");
}

}  // namespace

int main(int count, char** arguments) try {
  char kind[6] = "";
  int size = 0, batch = 0;
  if (count != 4 || std::sscanf(arguments[1], "%5[a-z]-%d-%d", kind, &size, &batch) != 3)
    throw Error(
        "usage: benchmark_cuda CASE PRECISION SECONDS, for example benchmark_cuda train-256-1 tf32 5");
  const auto times = measure(kind, size, batch, cuda::precision_named(arguments[2]), std::atof(arguments[3]));
  std::printf("{\"milliseconds\": [");
  for (std::size_t k = 0; k < times.size(); ++k) std::printf("%s%.3f", k ? ", " : "", times[k]);
  std::puts("]}");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
