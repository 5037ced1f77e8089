// evaluate: how near a generator's translations come to their targets, beside the untouched pictures. Pairs
// are two files of one name.
#include "device.hpp"
#include "program.hpp"
#include <guise/data/image_folder.hpp>
#include <guise/io/image_file.hpp>
#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>
#include <guise/model/pretrained.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <iomanip>

using namespace guise;
namespace fs = std::filesystem;

struct Source;
struct Target;

namespace {

struct Scores {
  double mae = 0, psnr = 0, ssim = 0;
  void add(const Images<Target>& picture, const Images<Target>& target) {
    mae += guise::mae(picture, target);
    psnr += guise::psnr(picture, target);
    ssim += guise::ssim(picture, target);
  }
  Scores over(int pairs) const { return {mae / pairs, psnr / pairs, ssim / pairs}; }
};
nlohmann::json as_json(Scores s) { return {{"mae", s.mae}, {"psnr", s.psnr}, {"ssim", s.ssim}}; }

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Score a generator on pairs of pictures: mean absolute error in [0, 1], PSNR in dB, SSIM",
               "evaluate");
  std::string weights, input, target, device = "cpu";
  bool json = false;
  int threads = 0;
  app.add_option("--weights", weights, "the generator's .safetensors or .pth file")->required();
  app.add_option("--input", input, "a folder of pictures")->required();
  app.add_option("--target", target, "a folder of what they should become, under the same names")->required();
  app.add_option("--device", device, "cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", threads, "of the cpu; 0: one for every core")->check(CLI::Range(0, 1024));
  app.add_flag("--json", json, "print JSON");

  return run_program(app, argc, argv, [&] {
    Scores translated, untouched;
    int pairs = 0;
    const auto score = [&](const auto& translate) {
      for (const fs::path& picture : picture_files(input)) {
        const fs::path twin = fs::path(target) / picture.filename();
        if (!fs::exists(twin)) continue;
        const auto from = read_image<Source>(picture);
        const auto to = read_image<Target>(twin);
        if (from.shape != to.shape)
          throw Error(twin.string() + ": expected the size of " + picture.string() + " (" +
                      std::to_string(from.shape.w) + "x" + std::to_string(from.shape.h) + "), found " +
                      std::to_string(to.shape.w) + "x" + std::to_string(to.shape.h));
        translated.add(translate(from), to);
        untouched.add(as<Target>(from), to);
        ++pairs;
      }
      return 0;
    };
    with_device(device, threads, [&](const auto& backend) {
      return with_translator<Source, Target>(weights, backend, score);
    });
    if (pairs == 0)
      throw Error(target + ": expected pictures under the names of those in " + input + ", found none");
    translated = translated.over(pairs);
    untouched = untouched.over(pairs);

    if (json) {
      std::cout << nlohmann::json{{"pairs", pairs},
                                  {"translated", as_json(translated)},
                                  {"untouched", as_json(untouched)}}
                << '\n';
      return 0;
    }
    std::cout << std::fixed << pairs << " pairs        MAE     PSNR     SSIM\n";
    for (const auto& [name, s] : {std::pair{"untouched ", untouched}, {"translated", translated}})
      std::cout << name << std::setprecision(4) << std::setw(10) << s.mae << std::setprecision(2)
                << std::setw(9) << s.psnr << std::setprecision(4) << std::setw(9) << s.ssim << '\n';
    std::cout << "translated / untouched MAE " << std::setprecision(3) << translated.mae / untouched.mae
              << '\n';
    return 0;
  });
}
