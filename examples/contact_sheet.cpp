// contact_sheet: pictures of several folders on one sheet, a row for each folder, below each other those of one name,
// whatever its ending. What cannot be read is said, and its cell is white.
#include "program.hpp"
#include <guise/data/picture_files.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

int main(int argc, char** argv) {
  CommandLine app("Put pictures of one size and of the same names from several folders on one sheet",
                  "contact_sheet");
  std::vector<std::string> folders;
  std::string output;
  std::size_t columns = 16;
  app.add_option("--folders", folders, "the rows of the sheet, from the top").required();
  app.add_option("--output", output, "a picture to write (.png, .jpg)").required();
  app.add_option("--columns", columns, "so many names, evenly from the first folder")
      .check(whole_in(1, 1000))
      .show_default();

  return run_program(app, argc, argv, [&] {
    std::vector<PictureFiles> rows;
    for (const fs::path folder : folders) rows.push_back(picture_files(folder));
    for (const PictureFiles& row : rows)
      for (const fs::path& file : row.files) refuse_same(file, output, "one of the pictures");
    const std::vector<fs::path>& pictures = rows.front().files;
    columns = std::min(columns, pictures.size());
    std::vector<Picture> sheet;
    int failed = 0;
    for (const PictureFiles& found : rows) {
      if (found.passed()) complain("contact_sheet", found.text());
      for (std::size_t k = 0; k < columns; ++k) {
        const fs::path name = pictures[k * pictures.size() / columns].filename(), twin = found.twin(name);
        const fs::path file = twin.empty() ? found.folder / name : twin;
        try {
          Picture picture = read_picture(file);
          const auto first = std::ranges::find_if(sheet, [](const Picture& p) { return p.width > 0; });
          if (first != sheet.end() && (picture.width != first->width || picture.height != first->height))
            throw Error(file.string() + ": " + std::to_string(picture.width) + "x" +
                        std::to_string(picture.height) + ": expected " + std::to_string(first->width) + "x" +
                        std::to_string(first->height) + ", as the first picture");
          sheet.push_back(std::move(picture));
        } catch (const std::exception& error) {
          complain("contact_sheet", failure_of(found.folder / name, error));
          sheet.push_back({});
          ++failed;
        }
      }
    }
    const auto whole = std::ranges::find_if(sheet, [](const Picture& p) { return p.width > 0; });
    if (whole == sheet.end()) throw Error(folders.front() + ": none of its pictures can be read");
    const Picture white = blank(whole->width, whole->height);
    for (Picture& picture : sheet)
      if (picture.width == 0) picture = white;
    write_picture(output, mosaic(sheet, static_cast<int>(columns)));
    return failed ? 1 : 0;
  });
}
