// Exported generators, read by others: python3-onnx's checker accepts them, and OpenCV's dnn and ONNX Runtime
// give the same pictures as guise. Each reader is asked where it is installed; GUISE_NODE_MODULES names the
// folder that onnxruntime-node lies in.
#include "compose/composed.hpp"
#include "support/fetched.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/arch/student_generator.hpp>
#include <guise/arch/unet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/export_onnx.hpp>
#include <guise/layer/max_pool.hpp>
#include <guise/layer/resample.hpp>
#include <guise/net/network.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

using namespace guise;
using namespace guise::testing;

namespace {

struct A;
struct B;

std::string argument(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

// What a reader prints: "not installed", or the largest difference from the expected output.
void check_by(const std::string& command, const std::filesystem::path& folder, double tolerance) {
  CAPTURE(command);
  const std::string printed = (folder / "printed").string();
  REQUIRE(std::system((command + " > " + argument(printed)).c_str()) == 0);
  const std::string text = bytes_of(printed);
  CAPTURE(text);
  if (!fetched(text != "not installed\n", command)) return;
  REQUIRE(text.starts_with("difference "));
  CHECK(std::strtod(text.c_str() + 11, nullptr) < tolerance);
}

// Raw floats in ONNX's order of axes.
template <class Domain> void put_planes(const std::filesystem::path& path, const Batch<Domain, Cpu>& x) {
  const std::size_t pixels = std::size_t(x.shape.h) * std::size_t(x.shape.w),
                    channels = std::size_t(x.shape.c);
  std::vector<float> planes;
  for (std::size_t n = 0; n < std::size_t(x.n); ++n)
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t k = 0; k < pixels; ++k)
        planes.push_back(x.data.data()[(n * pixels + k) * channels + c]);
  put(path, {reinterpret_cast<const char*>(planes.data()), planes.size() * sizeof(float)});
}

template <class Arch> void check(std::vector<Shape> shapes = {{3, 32, 32}, {3, 20, 36}}) {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Generator<A, B, Arch, Cpu> net(3, 0, cpu);
  Random random(7);
  for (float& value : net.parameters()) value += static_cast<float>(0.1 * random.normal());  // biases, too
  for (float& value : net.statistics()) value = static_cast<float>(0.5 + random.uniform());
  export_onnx(folder / "net.onnx", net);
  const std::string here = std::string(GUISE_SOURCE_DIR) + "/tests/support/onnx_";
  for (const Shape shape : shapes) {  // the same file
    Batch<A, Cpu> x{1, shape, cpu};
    for (float& value : x.data) value = static_cast<float>(2 * random.uniform() - 1);
    put_planes(folder / "x", x);
    put_planes(folder / "y", net.infer(x));
    const auto check_with = [&](const std::string& program, const std::string& script, double tolerance) {
      check_by("if command -v " + program + " > /dev/null; then " + program + " " + argument(here + script) +
                   " " + argument(folder.path()) + " " + std::to_string(shape.h) + " " +
                   std::to_string(shape.w) + "; else echo not installed; fi",
               folder.path(), tolerance);
    };
    check_with("/usr/bin/python3", "check.py", 1);
    check_with("/usr/bin/python3", "opencv.py", 1e-4);
    check_with("node", "runtime.mjs", 1e-4);
  }
}

// Each gives a picture of three channels and the input's size, as the readers' scripts expect.
struct Resampled : Sequential<Conv<3, 4, 3, Pad<1>>, BlurDown, LeakyReluOf<10>, BlurUp, AveragePool<2>,
                              Upsample<2>, Upsample<2, Bilinear>, AveragePool<2>, Conv<4, 3, 1>, Sigmoid> {};
struct ByChannel : Sequential<Shortcut<Sequential<MaxPool<2>, PadChannels<3, 4>>,
                                       Sequential<Depthwise<3, 3, Stride<2>, Same>, Conv<3, 4, 1>>>,
                              Relu, Concat<Conv<4, 2, 1>, Dropout<>, Tanh>, InstanceNorm<6, Affine>,
                              BatchNorm<6>, ConvTranspose<6, 3, 4, Stride<2>, Pad<1>>> {};
struct Divided : Sequential<SpectralNorm<Conv<3, 4, 3, Pad<1>>>, BatchNorm<4>, Relu,
                            SpectralNorm<Conv<4, 3, 3, Pad<1>, NoBias>>, Tanh> {};
// What a user composes (tests/compose), with as many channels around it.
template <class L> struct Around : Sequential<Conv<3, 2, 1>, L, Conv<2, 3, 1>> {};

}  // namespace

TEST_CASE("an exported generator means the same to others") {
  check<ResnetGenerator<2, 4>>();
  check<StudentGenerator<2, 8>>();
  check<BatchNormGenerator<1, 4>>();
}

TEST_CASE("an exported U-Net means the same to others") {
  check<UnetGenerator<5, 2, 3, WithDropout>>({{3, 64, 96}, {3, 64, 64}});
  check<UnetGenerator<5, 2, 3, WithInstanceNorm>>({{3, 64, 96}, {3, 64, 64}});
}

TEST_CASE("every other layer means the same to others") {
  check<Resampled>();
  check<ByChannel>();
  check<Divided>();
}

TEST_CASE("what a user composes means the same to others") {
  check<composed::BatchNormUnet<7, 2>>({{3, 128, 128}});
  check<composed::BatchNormUnet<8, 2>>({{3, 256, 256}});
  check<Around<composed::Dense>>();
  check<Around<composed::Squeezed>>();
  check<Around<Sequential<composed::Gated, Conv<4, 2, 1>>>>();
  check<Around<composed::Sloped>>();
}
