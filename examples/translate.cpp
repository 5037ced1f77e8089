// translate: sends pictures of any size through a trained generator. Every result has its picture's size and name. Of a
// folder every picture is translated that can be; Ctrl-C ends after the current one.
#include "device.hpp"
#include "folder_work.hpp"
#include "networks/translators.hpp"
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/picture_files.hpp>
#include <guise/deploy/detail_translator.hpp>
#include <guise/io/picture/image_file.hpp>

#include <filesystem>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string weights, direction, input, output;
  bool skip_existing = false;
  std::size_t memory = 0;
  int detail = 0;
};
using Translate = PictureTranslator;

int translate_one(const Options& options, const Translate& translate) {
  const fs::path output = output_file(options.input, options.output, fs::path(options.input).filename());
  if (options.skip_existing && fs::exists(output)) return 0;
  const auto made = translate(read_picture(options.input));
  if (Interrupt::came()) return 130;
  write_picture(output, made);
  return 0;
}

int translate_folder(const Options& options, const Translate& translate) {
  const PictureFiles found = picture_files(options.input);
  make_folder(options.output);
  if (fs::equivalent(options.input, options.output))
    throw Error(options.output + ": expected a folder for the translations, found that of the pictures");
  FolderWork work("translate", found);
  long done = 0, there = 0;
  work.each([&](const fs::path& picture) {
    const fs::path output = fs::path(options.output) / picture.filename();
    if (options.skip_existing && fs::exists(output)) {
      ++there;
      return;
    }
    write_picture(output, translate(read_picture(picture)));
    ++done;
  });
  work.tell(std::to_string(done) + " translated" +
            (there ? ", " + std::to_string(there) + " were there" : ""));
  return work.code();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Translate pictures with a trained generator", "translate");
  Options options;
  DeviceOptions device;
  app.add_option("--weights", options.weights,
                 "a generator's .safetensors or .pth file, or the folder of a training")
      ->required();
  app.add_option("--direction", options.direction, "which generator of a training's folder; without: AtoB")
      ->check(CLI::IsMember({"AtoB", "BtoA"}));
  app.add_option("--input", options.input, "a picture, or a folder of pictures")->required();
  app.add_option("--output", options.output, "a picture to write (.png, .jpg), or a folder, which is made")
      ->required();
  app.add_flag("--skip_existing", options.skip_existing,
               "leave pictures as they are that the output has already");
  app.add_option(
         "--memory", options.memory,
         "the most memory to take, such as 1GiB: in bands, for pictures of any size; without: all it takes")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--detail", options.detail,
                 "translate small, at a shorter side of so many pixels as in training, and carry the change "
                 "to the picture's own detail; without: at the picture's size")
      ->check(CLI::Range(16, 1 << 13))
      ->excludes("--memory");
  device.add_to(app);

  return run_program(app, argc, argv, [&] {
    const Interrupt interrupt;
    const fs::path weights = generator_file(options.weights, options.direction);
    const Translate translate =
        options.detail ? DetailTranslator<Source, Target>(read_translator(weights, device_of(device)),
                                                          {.side = options.detail})
                       : picture_translator(weights, device_of(device), options.memory, options.output,
                                            !is_folder(options.input));
    return is_folder(options.input) ? translate_folder(options, translate)
                                    : translate_one(options, translate);
  });
}
