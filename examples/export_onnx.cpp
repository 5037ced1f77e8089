// export_onnx: a trained generator as an ONNX file, for ONNX Runtime, OpenCV and others.
#include "networks/translators.hpp"
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
  std::string output;
  WeightsOption weights;
  weights.add_to(app).required();
  app.add_option("--output", output, "the .onnx file to write").required();
  return run_program(app, argc, argv, [&] {
    const GeneratorFile from = weights.file();
    refuse_same(from.path, output, "the weights");
    export_onnx(output, make_generator<A, B>(read_generator(from), from.path, Cpu(1)));
    return 0;
  });
}
