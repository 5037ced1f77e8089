// inspect: a network as a table of layers. With --weights, the generator or discriminator that a file holds.
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/deploy/pretrained.hpp>
#include <guise/graph/summary.hpp>

#include <algorithm>
#include <array>
#include <iomanip>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace guise;

namespace {

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

Summary summary_of(const Graph& network, int size) try {
  return summarize(network, {network.channels(), size, size});
} catch (const Error& error) { throw Error("--size " + std::to_string(size) + ": " + error.what()); }

// Every column as wide as its widest cell; the layers begin on the left, numbers end on the right.
void print(const std::string& title, int size, const Summary& summary) {
  using Cells = std::array<std::string, 7>;
  std::vector<Cells> rows{{"", "layer", "output", "parameters", "multiply-adds", "field", "bytes kept"}};
  for (const SummaryRow& r : summary.rows)
    rows.push_back({std::to_string(r.position), r.layer,
                    std::to_string(r.out.h) + "x" + std::to_string(r.out.w) + "x" + std::to_string(r.out.c),
                    with_commas(r.parameters), with_commas(r.macs), std::to_string(r.receptive_field),
                    with_commas(r.kept)});
  rows.push_back({"", "total", "", with_commas(summary.parameters), with_commas(summary.macs),
                  std::to_string(summary.receptive_field), with_commas(summary.kept)});
  std::array<std::size_t, 7> widths{};
  for (const Cells& cells : rows)
    for (std::size_t k = 0; k < cells.size(); ++k) widths[k] = std::max(widths[k], cells[k].size());

  std::cout << title << " on " << size << "x" << size << '\n';
  for (const Cells& cells : rows) {
    for (std::size_t k = 0; k < cells.size(); ++k)
      std::cout << (k == 1 ? std::left : std::right) << std::setw(static_cast<int>(widths[k]) + 2)
                << (k == 1 ? "  " + cells[k] : cells[k]);
    std::cout << '\n';
  }
  std::cout << "bytes kept for backward when fused: " << with_commas(summary.kept_fused) << "\n\n";
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("The layers of a generator and a discriminator, or of the one in a weights file",
                  "inspect");
  std::string weights, generator = "resnet_9blocks";
  int size = 256, ngf = 64, ndf = 64;
  app.add_option("--weights", weights,
                 "a generator's or discriminator's .safetensors or .pth file, or a training's folder");
  app.add_option("--size", size, "side of the picture").check(whole_in(8, 1 << 14)).show_default();
  app.add_option("--netG", generator, "generator, without --weights")
      .check(one_of({"resnet_9blocks", "resnet_6blocks"}))
      .show_default();
  app.add_option("--ngf", ngf, "its width").check(whole_in(1, 1024)).show_default();
  app.add_option("--ndf", ndf, "the discriminator's width").check(whole_in(1, 1024)).show_default();

  return run_program(app, argc, argv, [&] {
    std::optional<GeneratorChoice> shown = GeneratorChoice{generator == "resnet_9blocks" ? 9 : 6, ngf};
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
    for (const auto& [title, summary] : tables) print(title, size, summary);
    return 0;
  });
}
