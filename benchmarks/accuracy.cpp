// How far the CPU backend's single precision is from double: the generator of 9 blocks, 64 wide, its output
// and the gradients of all its parameters, against Reference<double> on the same weights and pictures, and
// once more with tanh in the place of ReLU. Relative root mean squares. benchmark_accuracy [SIZE [TIMES]]: a
// multiple of 4, 64 if not said; 5 times, a minute.
//
// A ReLU whose input rounding moves over zero changes its gradient at once, in any float implementation: one
// of them counts for up to a hundredth at small sizes, so with ReLU gradients are either near 1e-5 or far
// above it. tanh has no such kink: there they show what the arithmetic loses.
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/reference/reference.hpp>
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

// ResnetGenerator<9> with another activation.
// clang-format off
template <class Activation, int C> struct Block : Residual<
  ReflectPad<1>, Conv<C, C, 3>, InstanceNorm<C>, Activation,
  ReflectPad<1>, Conv<C, C, 3>, InstanceNorm<C>> {};
template <class Activation> struct Network : Sequential<
  ReflectPad<3>, Conv<3, 64, 7>, InstanceNorm<64>, Activation,
  Conv<64, 128, 3, Stride<2>, Pad<1>>, InstanceNorm<128>, Activation,
  Conv<128, 256, 3, Stride<2>, Pad<1>>, InstanceNorm<256>, Activation,
  Repeat<9, Block<Activation, 256>>,
  ConvTranspose<256, 128, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<128>, Activation,
  ConvTranspose<128, 64, 3, Stride<2>, Pad<1>, OutputPad<1>>, InstanceNorm<64>, Activation,
  ReflectPad<3>, Conv<64, 3, 7>, Tanh> {};
// clang-format on

template <class Activation, class Device> Found run(int size, std::uint64_t seed) {
  using Scalar = typename Device::Scalar;
  const Device device;
  Generator<A, B, Network<Activation>, Device> net(seed, 0, device);
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

template <class Activation> void print(int size, std::uint64_t seed, const char* end) {
  const Found expected = run<Activation, Reference<double>>(size, seed);
  const Found got = run<Activation, Cpu>(size, seed);
  std::printf("%.1e, %.1e%s", distance(got.output, expected.output),
              distance(got.gradients, expected.gradients), end);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) try {
  const int size = count > 1 ? std::atoi(arguments[1]) : 64, times = count > 2 ? std::atoi(arguments[2]) : 5;
  std::printf("9 blocks, 64 wide, %dx%d, from double precision: output, gradients; with tanh\n", size, size);
  for (int seed = 1; seed <= times; ++seed) {
    print<Relu>(size, std::uint64_t(seed), "; ");
    print<Tanh>(size, std::uint64_t(seed), "\n");
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
