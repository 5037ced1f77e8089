// contact_sheet: pictures of several folders on one sheet, a row for each folder, the same file names below
// each other.
#include "program.hpp"
#include <guise/data/image_folder.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

int main(int argc, char** argv) {
  CLI::App app("Put pictures of one size and of the same names from several folders on one sheet",
               "contact_sheet");
  std::vector<std::string> folders;
  std::string output;
  std::size_t columns = 16;
  app.add_option("--folders", folders, "the rows of the sheet, from the top")->required();
  app.add_option("--output", output, "a picture to write (.png, .jpg)")->required();
  app.add_option("--columns", columns, "so many names, evenly from the first folder")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();

  return run_program(app, argc, argv, [&] {
    const std::vector<fs::path> pictures = picture_files(folders.front());
    columns = std::min(columns, pictures.size());
    std::vector<Picture> sheet;
    for (const fs::path folder : folders)
      for (std::size_t k = 0; k < columns; ++k)
        sheet.push_back(read_picture(folder / pictures[k * pictures.size() / columns].filename()));
    write_picture(output, mosaic(sheet, static_cast<int>(columns)));
    return 0;
  });
}
