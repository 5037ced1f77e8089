// convert: weights in another type of numbers, as a .safetensors file of half or a quarter of the bytes.
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/deploy/channel_axes.hpp>
#include <guise/deploy/networks_in_weights.hpp>
#include <guise/io/weights/number_types.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

namespace {

std::string what_it_holds(const Safetensors& file) {
  if (const auto found = detail::generator_behind({file})) return "a generator, " + to_text(*found);
  if (const auto found = discriminator_in(file)) return "a discriminator, " + to_text(*found);
  return detail::what_weights_are(file);
}

// The root mean square of the differences, relative to that of the numbers.
double relative_error(const Tensor& made, const Tensor& given) {
  double differences = 0, squares = 0;
  for (std::size_t k = 0; k < given.data.size(); ++k) {
    differences += std::pow(double{made.data[k]} - given.data[k], 2);
    squares += std::pow(double{given.data[k]}, 2);
  }
  return squares > 0 ? std::sqrt(differences / squares) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Write weights as float32, float16, bfloat16 or int8, in a .safetensors file", "convert");
  WeightsOption weights;
  std::string output, type;
  weights.add_to(app, "a .safetensors or .pth file of weights, or the folder of a training").required();
  app.add_option("--output", output, "the .safetensors file to write").required();
  app.add_option("--type", type, "of the numbers of weights; all else stays float32")
      .check(one_of({"float32", "float16", "bfloat16", "int8"}))
      .required();
  return run_program(app, argc, argv, [&] {
    const GeneratorFile from = weights.file();
    refuse_same(from.path, output, "the weights");
    if (fs::path(output).extension() != ".safetensors")
      throw Error("--output " + output + ": expected a name that ends in .safetensors");
    Safetensors given = read_weights(from.path);
    if (given.metadata.contains("checksum"))
      throw Error(from.path.string() + ": " + detail::what_weights_are(given) + ": expected weights alone");
    if (from.prefix) given = one_generator(std::move(given), from.path, from.prefix);
    const std::string before = stored_types(given), holds = what_it_holds(given);
    store_as(given, number_type_named(type));
    note_channel_axes(given);

    // What readers will see, before anything is written.
    const std::vector<unsigned char> bytes = encode_safetensors(given, output);
    const Safetensors made = decode_safetensors(bytes, output);
    double worst = 0;
    std::string of;
    for (const auto& [name, tensor] : given.tensors)
      if (const double error = relative_error(*made.find(name), tensor); error > worst)
        worst = error, of = name;
    make_folder_of(output);
    write_file(output, std::as_bytes(std::span(bytes)));
    std::cout << printable(from.path.string()) << ": " << holds << "; " << fs::file_size(from.path)
              << " bytes, " << before << '\n'
              << printable(output) << ": " << bytes.size() << " bytes, " << stored_types(made) << '\n';
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.2g", 100 * worst);
    std::cout << "largest relative error of a tensor: " << percent << " %"
              << (of.empty() ? "" : ", of " + in_quotes(of)) << '\n';
    return 0;
  });
}
