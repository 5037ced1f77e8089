// Exported generators, read by others: python3-onnx's checker accepts them, and OpenCV's dnn and ONNX Runtime
// give the same pictures as guise. Each reader is asked where it is installed; GUISE_NODE_MODULES names the
// folder that onnxruntime-node lies in.
#include "support/fetched.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/export_onnx.hpp>
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

template <class Arch> void check() {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Generator<A, B, Arch, Cpu> net(3, 0, cpu);
  Random random(7);
  for (float& value : net.parameters()) value += static_cast<float>(0.1 * random.normal());  // biases, too
  for (float& value : net.statistics()) value = static_cast<float>(0.5 + random.uniform());
  export_onnx(folder / "net.onnx", net);
  const std::string here = std::string(GUISE_SOURCE_DIR) + "/tests/support/onnx_";
  for (const Shape shape : {Shape{3, 32, 32}, Shape{3, 20, 36}}) {  // the same file
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

}  // namespace

TEST_CASE("an exported generator means the same to others") {
  check<ResnetGenerator<2, 4>>();
  check<BatchNormGenerator<1, 4>>();
}
