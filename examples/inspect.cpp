// inspect: a network as a table of layers. With --weights, what a file holds: a generator or a discriminator, or several,
// and in which types of numbers.
#include "network_options.hpp"
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/deploy/pretrained.hpp>
#include <guise/graph/summary_text.hpp>
#include <guise/io/weights/number_types.hpp>

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

namespace {

Summary summary_of(const Graph& network, int size) try {
  return summarize(network, {network.channels(), size, size});
} catch (const Error& error) { throw Error("--size " + std::to_string(size) + ": " + error.what()); }

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("The layers of a generator and a discriminator, or of the one in a weights file",
                  "inspect");
  WeightsOption weights;
  NetworkOptions networks;
  int size = 256, input_nc = 3, output_nc = 3;
  weights.add_weights(app,
                      "a generator's or discriminator's .safetensors or .pth file, or a training's folder");
  app.add_option("--size", size, "side of the picture").check(whole_in(8, 1 << 14)).show_default();
  app.add_option("--input_nc", input_nc, "channels that the generator takes")
      .check(whole_in(1, 16))
      .show_default();
  app.add_option("--output_nc", output_nc, "channels that it makes").check(whole_in(1, 16)).show_default();
  networks.add_to(app);

  return run_program(app, argc, argv, [&] {
    networks.check();
    std::vector<std::pair<std::string, Graph>> shown;
    std::string stored;
    const auto show = [&](const std::string& what, const Graph& graph) { shown.emplace_back(what, graph); };
    // Of a file, all of whose tensors must fit.
    const auto show_generator_of = [&](const Safetensors& file, const fs::path& path,
                                       const std::optional<std::string>& prefix) {
      const Safetensors one = one_generator(file, path, prefix);
      const GeneratorChoice choice = generator_in(one, path);
      check_weights(one, generator(choice), path, "a " + to_text(choice));
      show((prefix && !prefix->empty() ? printable(*prefix) + " " : "") + "generator: " + to_text(choice),
           generator(choice));
    };
    if (weights.weights.empty()) {
      const GeneratorChoice g = networks.generator_between(input_nc, output_nc);
      const DiscriminatorChoice d = networks.discriminator_of(output_nc);
      show("generator: " + to_text(g), generator(g));
      show("discriminator: " + to_text(d), discriminator(d));
    } else {
      const GeneratorFile from = weights.file();
      Safetensors file = read_weights(from.path);
      stored = stored_types(file);
      const std::vector<std::string> prefixes = generator_prefixes(file);
      if (const auto choice = discriminator_in(file); choice && !from.prefix) {
        drop_blurs(file, from.path);
        check_weights(file, discriminator(*choice), from.path, "a discriminator, " + to_text(*choice));
        show("discriminator: " + to_text(*choice), discriminator(*choice));
      } else if (from.prefix || prefixes.size() < 2) {
        show_generator_of(file, from.path, from.prefix);
      } else {
        for (const std::string& prefix : prefixes) show_generator_of(file, from.path, prefix);
      }
    }
    // All before the first is printed: a size may be too small for one of them.
    std::vector<std::string> tables;
    for (const auto& [what, graph] : shown) tables.push_back(to_text(summary_of(graph, size)));
    for (std::size_t k = 0; k < shown.size(); ++k)
      std::cout << shown[k].first << ", on " << size << "x" << size << '\n' << tables[k] << '\n';
    if (!stored.empty()) std::cout << "the file: " << stored << '\n';
    return 0;
  });
}
