// translate: sends pictures of any size through a trained generator. Every result has its picture's size, name, format and
// depth. Of a folder and those in it every picture is translated that can be; Ctrl-C ends after the current one.
#include "device.hpp"
#include "folder_work.hpp"
#include "networks/translators.hpp"
#include "picture_options.hpp"
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/picture_files.hpp>

#include <filesystem>
#include <iostream>
#include <set>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string input, output;
  WeightsOption weights;
  bool skip_existing = false;
  std::size_t memory = 0;
  PictureOptions pictures;
  int detail = 0;
};

int translate_one(const Options& options, const PictureTranslator& translate) {
  const fs::path name = fs::path(options.input).filename(),
                 output = output_file(options.input, options.output, options.pictures.name_for(name));
  options.pictures.check_name(options.input, output);
  if (!options.skip_existing || !fs::exists(output))
    options.pictures.translate(translate, options.input, output);
  std::cout << translate.what << '\n';
  return 0;
}

int translate_folder(const Options& options, const PictureTranslator& translate) {
  const PictureFiles found = picture_files(options.input, Subfolders::entered, options.output);
  std::error_code absent;
  if (fs::equivalent(options.input, options.output, absent))
    throw Error(options.output + ": expected a folder for the translations, found that of the pictures");
  make_folder(options.output);
  const fs::path input = options.input, folder = input.has_filename() ? input : input.parent_path();
  FolderWork work("translate", found);
  std::set<fs::path> taken;
  long done = 0, there = 0;
  work.each([&](const fs::path& picture) {
    const fs::path place = picture.lexically_relative(folder),
                   output =
                       options.output / place.parent_path() / options.pictures.name_for(place.filename());
    if (!taken.insert(output).second)
      throw Error(
          picture.string() + ": " + output.string() +
          " is the translation of another picture: expected names that differ in more than their endings");
    if (fs::equivalent(picture, output, absent))
      throw Error(picture.string() + ": expected another file than the picture itself");
    if (options.skip_existing && fs::exists(output)) {
      ++there;
      return;
    }
    options.pictures.translate(translate, picture, output);
    ++done;
  });
  if (done) std::cout << translate.what << '\n';
  work.tell(std::to_string(done) + " translated" +
            (there ? ", " + std::to_string(there) + " were there" : ""));
  return work.code();
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Translate pictures with a trained generator", "translate");
  Options options;
  DeviceOptions device;
  options.weights.add_to(app).required();
  app.add_option("--input", options.input,
                 "a picture (" + image_file::formats() + "), or a folder of pictures and folders")
      .required();
  app.add_option("--output", options.output, "a picture to write, or a folder, which is made").required();
  app.add_flag("--skip_existing", options.skip_existing,
               "leave pictures as they are that the output has already");
  const Option memory = app.add_option("--memory", options.memory,
                                       "the most memory to take, such as 1GiB: in bands, for pictures of any "
                                       "size; without: all it takes")
                            .check(memory_size());
  app.add_option("--detail", options.detail,
                 "translate small, at a shorter side of so many pixels as in training, and carry the change "
                 "to the picture's own detail; without: at the picture's size")
      .check(whole_in(16, 1 << 13))
      .excludes(memory);
  options.pictures.add_to(app);
  device.add_to(app);

  return run_program(app, argc, argv, [&] {
    options.pictures.check();
    const Interrupt interrupt;
    const GeneratorFile weights = options.weights.file();
    options.pictures.range.take_from(weights.path);
    options.pictures.range.value();  // a note that is none is told before the work
    const bool alone = !is_folder(options.input);
    const auto translate =
        options.detail
            ? detail_translator(weights, device_of(device), options.detail, alone)
            : picture_translator(weights, device_of(device), options.memory, options.output, alone);
    return alone ? translate_one(options, translate) : translate_folder(options, translate);
  });
}
