// How far the CPU backend's single precision is from double: the generator of 9 blocks, 64 wide, its output
// and the gradients of all its parameters, against Reference<double> on the same weights and pictures, five
// times. Relative root mean squares. benchmark_accuracy [SIZE], a multiple of 4, 64 if not said: half a
// minute.
//
// A ReLU whose input rounding moves over zero changes its gradient at once, in any float implementation: one
// of them counts for up to a hundredth at small sizes, so gradients are either near 1e-5 or far above it.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/model/resnet_generator.hpp>
#include <guise/net/network.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace guise;

namespace {

struct A;
struct B;
struct Found {
  std::vector<double> output, gradients;
};

template <class Device> Found run(int size, std::uint64_t seed) {
  using Scalar = typename Device::Scalar;
  const Device device;
  Generator<A, B, ResnetGenerator<9>, Device> net(seed, 0, device);
  const auto noise = [&](auto& batch, std::uint64_t stream) {
    Random random(seed, 100 + stream);
    for (std::size_t k = 0; k < batch.data.size(); ++k)
      batch.data.data()[k] = static_cast<Scalar>(static_cast<float>(2 * random.uniform() - 1));
  };
  Batch<A, Device> x{1, {3, size, size}, device};
  noise(x, 0);
  auto [y, tape] = net.forward(x);
  Gradient<B, Device> dy{1, {3, size, size}, device};
  noise(dy, 1);
  auto gradients = net.gradients();
  net.learn(std::move(tape), dy, gradients);
  const auto values = [](const auto& buffer) {
    return std::vector<double>(buffer.data(), buffer.data() + buffer.size());
  };
  return {values(y.data), values(gradients.floats)};
}

double distance(const std::vector<double>& got, const std::vector<double>& expected) {
  double square = 0, scale = 0;
  for (std::size_t k = 0; k < got.size(); ++k) {
    square += (got[k] - expected[k]) * (got[k] - expected[k]);
    scale += expected[k] * expected[k];
  }
  return std::sqrt(square / scale);
}

}  // namespace

int main(int count, char** arguments) try {
  const int size = count > 1 ? std::atoi(arguments[1]) : 64;
  std::printf("9 blocks, 64 wide, %dx%d, from double precision: output, gradients\n", size, size);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Found expected = run<Reference<double>>(size, seed), got = run<Cpu>(size, seed);
    std::printf("%.1e, %.1e\n", distance(got.output, expected.output),
                distance(got.gradients, expected.gradients));
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
