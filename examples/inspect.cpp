// inspect: a network as a table of layers. With --weights, the generator or discriminator that a file holds.
#include "generator_option.hpp"
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/deploy/pretrained.hpp>
#include <guise/graph/summary_text.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace guise;

namespace {

Summary summary_of(const Graph& network, int size) try {
  return summarize(network, {network.channels(), size, size});
} catch (const Error& error) { throw Error("--size " + std::to_string(size) + ": " + error.what()); }

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("The layers of a generator and a discriminator, or of the one in a weights file",
                  "inspect");
  std::string weights, generator = "resnet_9blocks";
  int size = 256, ngf = 64, ndf = 64;
  app.add_option("--weights", weights,
                 "a generator's or discriminator's .safetensors or .pth file, or a training's folder");
  app.add_option("--size", size, "side of the picture").check(whole_in(8, 1 << 14)).show_default();
  app.add_option("--netG", generator, "generator, without --weights").check(resnet_name()).show_default();
  app.add_option("--ngf", ngf, "its width").check(whole_in(1, 1024)).show_default();
  app.add_option("--ndf", ndf, "the discriminator's width").check(whole_in(1, 1024)).show_default();

  return run_program(app, argc, argv, [&] {
    std::optional<GeneratorChoice> shown = GeneratorChoice{blocks_of(generator), ngf};
    std::optional<DiscriminatorChoice> discriminator = DiscriminatorChoice{ndf};
    if (!weights.empty()) {
      weights = generator_file(weights, "").string();
      const Safetensors file = read_weights(weights);
      discriminator = discriminator_in(file);
      shown = discriminator ? std::nullopt : std::optional(generator_in(file, weights));
    }
    // Both before the first is printed: a size may be too small for one of them.
    std::vector<std::pair<std::string, Summary>> tables;
    if (shown)
      tables.emplace_back("generator, " + std::to_string(shown->blocks) + " blocks, " +
                              std::to_string(shown->width) + " wide,",
                          summary_of(shown->graph(), size));
    if (discriminator)
      tables.emplace_back("discriminator, " + std::to_string(discriminator->width) + " wide,",
                          summary_of(discriminator->graph(), size));
    for (const auto& [title, summary] : tables)
      std::cout << title << " on " << size << "x" << size << '\n' << to_text(summary) << '\n';
    return 0;
  });
}
