// translate: sends pictures of any size through a trained generator. Every result has its picture's size.
#include "device.hpp"
#include "networks/translators.hpp"
#include "program.hpp"
#include <guise/data/image_folder.hpp>
#include <guise/io/picture/image_file.hpp>

#include <filesystem>
#include <set>

using namespace guise;
namespace fs = std::filesystem;

int main(int argc, char** argv) {
  CLI::App app("Translate pictures with a trained generator", "translate");
  std::string weights, input, output;
  DeviceOptions device;
  app.add_option("--weights", weights, "the generator's .safetensors or .pth file")->required();
  app.add_option("--input", input, "a picture, or a folder of pictures")->required();
  app.add_option("--output", output, "a picture to write (.png, .jpg), or a folder")->required();
  device.add_to(app);

  return run_program(app, argc, argv, [&] {
    const auto translate = read_translator(weights, device);
    if (!fs::is_directory(input)) {
      const fs::path name = fs::path(input).stem().concat(".png");
      write_image(output_file(input, output, name), translate(read_image<Source>(input)));
      return 0;
    }
    int failed = 0;
    fs::create_directories(output);
    if (fs::equivalent(input, output))
      throw Error(output + ": expected a folder for the translations, found that of the pictures");
    std::set<fs::path> written;
    for (const fs::path& picture : picture_files(input)) {  // one bad picture does not stop the others
      try {
        const fs::path name = picture.stem().concat(".png");
        if (!written.insert(name).second)
          throw Error(picture.string() + ": not translated: another picture became " + name.string());
        write_image(fs::path(output) / name, translate(read_image<Source>(picture)));
      } catch (const Error& error) {
        std::cerr << "translate: " << error.what() << '\n';
        ++failed;
      }
    }
    return failed ? 1 : 0;
  });
}
