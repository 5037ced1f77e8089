// export_onnx: a trained generator as an ONNX file, for ONNX Runtime, OpenCV and others.
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/export_onnx.hpp>
#include <guise/deploy/pretrained.hpp>

using namespace guise;

struct A;
struct B;

int main(int argc, char** argv) {
  CommandLine app("Write a generator as an ONNX file: input x and output y, (N, C, H, W) in [-1, 1]",
                  "export_onnx");
  std::string weights, direction, output;
  app.add_option("--weights", weights, "a generator's .safetensors or .pth file, or the folder of a training")
      .required();
  app.add_option("--direction", direction, "which generator of a training's folder; without: AtoB")
      .check(one_of({"AtoB", "BtoA"}));
  app.add_option("--output", output, "the .onnx file to write").required();
  return run_program(app, argc, argv, [&] {
    const std::filesystem::path from = generator_file(weights, direction);
    refuse_same(from, output, "the weights");
    export_onnx(output, read_generator<A, B>(from, Cpu(1)));
    return 0;
  });
}
