// What is looked for in a folder, and what is passed over.
#include "support/scratch_folder.hpp"
#include <guise/data/unpaired.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names(const PictureFiles& found) {
  std::vector<std::string> all;
  for (const auto& file : found.files) all.push_back(file.filename());
  return all;
}

}  // namespace

TEST_CASE("pictures are found by their endings in any case, and all else is counted by its kind") {
  const ScratchFolder folder;
  for (const char* name : {"b.PNG", "a.Jpg", "c.jpeg", "d.JFIF", "e.jpe", "._a.Jpg", "._c.jpeg", ".DS_Store",
                           "x.psd", "y.PSD", "z.gif", "notes", ".png", "f.png.part"})
    put(folder / name, "x");
  fs::create_directories(folder / "more.png");
  fs::create_symlink("nowhere", folder / "link.png");
  fs::create_symlink("a.Jpg", folder / "other.jpg");
  REQUIRE(mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
  const PictureFiles found = picture_files(folder.path());
  CHECK(names(found) == std::vector<std::string>{"a.Jpg", "b.PNG", "c.jpeg", "d.JFIF", "e.jpe", "other.jpg"});
  CHECK(found.passed_over == std::map<std::string, std::size_t>{{"shadow file", 2},
                                                                {"hidden file", 2},
                                                                {".psd file", 2},
                                                                {".gif file", 1},
                                                                {".part file", 1},
                                                                {"other file", 1},
                                                                {"folder", 1},
                                                                {"broken link", 1},
                                                                {"entry that is no file", 1}});
  CHECK(found.passed() == 12);
  CHECK(found.text() == folder.path().string() +
                            ": 6 pictures; passed over: 2 .psd files, 2 hidden files, 2 shadow files, 1 .gif "
                            "file, 1 .part file, 1 broken link, 3 others");
}

TEST_CASE("a folder without a picture says what is in it, and one that is none what it is") {
  const ScratchFolder folder;
  const auto refused = [&](const fs::path& path) { return message<Error>([&] { picture_files(path); }); };
  CHECK(holds(refused(folder.path()), "no picture in it: expected PNG, JPEG"));
  put(folder / "a.gif", "x");
  fs::create_directories(folder / "trainA");
  CHECK(holds(refused(folder.path()), "no picture in it (1 .gif file, 1 folder): expected PNG, JPEG"));
  CHECK(holds(refused(folder / "a.gif"), "a.gif: not a folder: expected one with pictures"));
  CHECK(holds(refused(folder / "none"), "none: no such folder"));
  put(folder / "a.\x1b[2J", "x");
  CHECK(holds(refused(folder.path()), "\\x1b[2j file"));
}

TEST_CASE(
    "folders in a folder are entered where that is asked for, hidden ones, links and the one excepted not") {
  const ScratchFolder folder;
  for (const char* sub : {"in/deep", ".git", "out"}) fs::create_directories(folder / sub);
  for (const char* name : {"z.png", "in/b.png", "in/deep/a.jpg", ".git/c.png", "out/z.png", "in/n.txt"})
    put(folder / name, "x");
  fs::create_directory_symlink(folder / "in", folder / "link");
  const PictureFiles found = picture_files(folder.path(), Subfolders::entered, folder / "out");
  CHECK(names(found) == std::vector<std::string>{"b.png", "a.jpg", "z.png"});
  CHECK(found.passed_over ==
        std::map<std::string, std::size_t>{{"hidden folder", 1}, {"linked folder", 1}, {".txt file", 1}});
  CHECK(names(picture_files(folder.path())) == std::vector<std::string>{"z.png"});
}

TEST_CASE("the twin of a file has its name, or its name but for the ending where one has") {
  const ScratchFolder folder;
  for (const char* name : {"a.png", "b.jpg", "c.png", "c.jpg"}) put(folder / name, "x");
  const PictureFiles found = picture_files(folder.path());
  CHECK(found.twin("elsewhere/a.png").filename() == "a.png");
  CHECK(found.twin("a.jpg").filename() == "a.png");
  CHECK(found.twin("c.jpg").filename() == "c.jpg");
  CHECK(found.twin("c.jpeg").empty());
  CHECK(found.twin("d.png").empty());
}

TEST_CASE("a fingerprint is that of names and content, wherever the folder lies") {
  const ScratchFolder one, other;
  const auto of = [](const ScratchFolder& folder) {
    return fingerprint(picture_files(folder.path()).files).text();
  };
  for (const auto* folder : {&one, &other}) {
    write_picture(*folder / "a.png", blank(8, 8, 7));
    write_picture(*folder / "b.png", blank(8, 8, 9));
  }
  CHECK(of(one) == of(other));
  write_picture(other / "b.png", blank(8, 8, 10));
  CHECK(fs::file_size(one / "b.png") == fs::file_size(other / "b.png"));
  CHECK(of(one) != of(other));
  write_picture(other / "b.png", blank(8, 8, 9));
  CHECK(of(one) == of(other));
  fs::rename(other / "b.png", other / "c.png");
  CHECK(of(one) != of(other));
}
