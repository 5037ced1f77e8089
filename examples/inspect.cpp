// inspect: a network as a table of layers. With --weights, the generator that a file holds.
#include "program.hpp"
#include <guise/model/pretrained.hpp>
#include <guise/net/summary.hpp>

#include <iomanip>

using namespace guise;

namespace {

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

template <class Arch> int print(const std::string& title, int size) {
  const Summary summary = summarize<Arch>({Arch::channels, size, size});
  const auto row = [](const auto&... cells) {
    const int widths[] = {4, 34, 15, 13, 17, 7, 14};
    int k = 0;
    ((std::cout << (k == 1 ? std::left : std::right) << std::setw(widths[k]) << cells << ' ', ++k), ...);
    std::cout << '\n';
  };
  std::cout << title << " on " << size << "x" << size << '\n';
  row("", " layer", "output", "parameters", "multiply-adds", "field", "bytes kept");
  for (const SummaryRow& r : summary.rows)
    row(r.position, " " + r.layer,
        std::to_string(r.out.h) + "x" + std::to_string(r.out.w) + "x" + std::to_string(r.out.c),
        with_commas(r.parameters), with_commas(r.macs), r.receptive_field, with_commas(r.kept));
  row("", " total", "", with_commas(summary.parameters), with_commas(summary.macs), summary.receptive_field,
      with_commas(summary.kept));
  std::cout << "bytes kept for backward when fused: " << with_commas(summary.kept_fused) << "\n\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The layers of a generator and a discriminator, or of the generator in a weights file",
               "inspect");
  std::string weights, generator = "resnet_9blocks";
  int size = 256, ngf = 64, ndf = 64;
  app.add_option("--weights", weights, "a generator's .safetensors or .pth file");
  app.add_option("--size", size, "side of the picture")->check(CLI::Range(8, 1 << 14))->capture_default_str();
  app.add_option("--netG", generator, "generator, without --weights")
      ->check(CLI::IsMember({"resnet_9blocks", "resnet_6blocks"}))
      ->capture_default_str();
  app.add_option("--ngf", ngf, "its width: 16, 32 or 64")->capture_default_str();
  app.add_option("--ndf", ndf, "the discriminator's width: 16, 32 or 64")->capture_default_str();

  return run_program(app, argc, argv, [&] {
    const GeneratorChoice choice = weights.empty()
                                       ? GeneratorChoice{generator == "resnet_9blocks" ? 9 : 6, ngf}
                                       : generator_in(read_weights(weights), weights);
    const std::string title =
        "generator, " + std::to_string(choice.blocks) + " blocks, " + std::to_string(choice.width) + " wide,";
    with_generator(choice, [&]<class Gen> { return print<Gen>(title, size); });
    if (!weights.empty()) return 0;
    return with_discriminator(ndf, [&]<class Disc> {
      return print<Disc>("discriminator, " + std::to_string(ndf) + " wide,", size);
    });
  });
}
