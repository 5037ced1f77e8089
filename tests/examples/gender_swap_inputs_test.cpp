// gender_swap with inputs that are mistakes of its users, and with pictures of every kind.
#include "support/png_files.hpp"
#include "swap_folder.hpp"

#include <utility>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("what is not what it should be is one clear line") {
  const SwapFolder scratch;
  write_picture(scratch / "in.png", scene(64, 64, 32, 32, 4));
  check_line(shell(scratch.swap("none.png", "out.png")), 1, "none.png: no such file");
  check_line(shell(scratch.swap("in.png", "out.png", "--direction BtoA")), 1,
             ": expected the folder of a training, with latest_net_G_B.safetensors or latest_net_G_B.pth");
  for (const char* option : {"--margin", "--score", "--overlay_strength", "--rate"})
    for (const char* value : {"nan", "inf", "-1", "2000", "1e999", "half"})
      check_line(shell(scratch.swap("in.png", "out.png", option + (" " + std::string(value)))), 1, option);
  check_line(shell(scratch.swap("in.png", "out.png", "--margin nan")), 1,
             "nan: expected a number from 0 to 4");
  check_line(shell(scratch.swap("in.png", "out.png", "--overlay moustache")), 1,
             "overlay moustache: expected");
  check_line(shell(scratch.swap("in.png", "out.png", "--overlay none.png")), 1, "none.png: no such file");
  check_line(shell(scratch.swap("in.png", "out.png", "--frames --all_faces")), 1,
             "--frames follows one face");
  check_line(shell(scratch.swap("in.png", "out.png", "--size 3")), 1, "--size");
  check_line(shell(scratch.swap("in.png", "out.gif")), 1, "out.gif: cannot be written");
  CHECK(shell(scratch.swap("in.png", "none/out.png")).code == 0);  // its folder is made
  CHECK(fs::exists(scratch / "none/out.png"));
  check_line(shell(scratch.swap("in.png", "out.png", "--stages /dev/null/stages")), 1, "/dev/null/stages: ");
  fs::create_directories(scratch / "empty");
  check_line(shell(scratch.swap("empty", "out")), 1, "empty: no picture in it: expected PNG, JPEG");
  CHECK_FALSE(fs::exists(scratch / "out"));
  fs::create_directories(scratch / "folder");
  write_picture(scratch / "folder" / "a.png", scene(64, 64, 32, 32, 4));
  check_line(shell(scratch.swap("folder", "in.png/out")), 1, "in.png/out: cannot be made or written");
  put(scratch / "weights", "nonsense");
  const std::string other = program("gender_swap") + " --detector " + (scratch / "detector.onnx").string() +
                            " --input " + (scratch / "in.png").string() + " --output " +
                            (scratch / "out.png").string() + " --weights ";
  check_line(shell(other + (scratch / "weights").string()), 1, "weights: ");
  check_line(shell(other + (scratch / "latest_net_G_A.safetensors").string() + " --direction BtoA"), 1,
             "--direction BtoA chooses between the two generators of a training: expected its folder");
  check_line(shell(other + (scratch / "nowhere").string()), 1, "nowhere: no such file");
  check_line(shell(other + (scratch / "in.png").string()), 1, "in.png: ");
  check_line(shell(other + (scratch / "detector.onnx").string()), 1, "detector.onnx: ");
  write_picture(scratch / "detector.png", scene(64, 64));
  check_line(shell(scratch.swap("in.png", "out.png", "--detector " + (scratch / "detector.png").string())), 1,
             "detector.png: ");
  check_line(shell(scratch.swap("in.png", "out.png", "--detector " + (scratch / "none.onnx").string())), 1,
             "none.onnx: no such file");
  put(scratch / "detector.onnx", "nonsense");
  check_line(shell(scratch.swap("in.png", "out.png")), 1, "detector.onnx: ");
  CHECK_FALSE(fs::exists(scratch / "out.png"));
}

TEST_CASE("a picture that is damaged is one clear line, and of every kind that is whole a face is swapped") {
  const SwapFolder scratch;
  const Picture picture = scene(160, 128, 80, 60, 8);
  for (const std::string name : {"whole.png", "whole.jpg"}) {
    write_picture(scratch / name, picture);
    const std::string bytes = bytes_of(scratch / name);
    put(scratch / ("cut" + name), bytes.substr(0, bytes.size() / 2));
    check_line(shell(scratch.swap("cut" + name, "out.png")), 1, "cut" + name + ": truncated");
  }
  put(scratch / "empty.png", "");
  check_line(shell(scratch.swap("empty.png", "out.png")), 1, "empty.png: empty file");
  for (auto [width, height] : {std::pair{1, 1}, {3, 1}, {1, 2000}}) {
    write_picture(scratch / "tiny.png", scene(width, height));
    check_line(shell(scratch.swap("tiny.png", "out.png")), 2, "tiny.png: no face found, nothing written");
  }
  CHECK_FALSE(fs::exists(scratch / "out.png"));

  for (const auto& [name, kind] : {std::pair{"grey", PngKind{1, 8}},
                                   {"grey16", PngKind{1, 16}},
                                   {"alpha", PngKind{4, 8}},
                                   {"colour16", PngKind{3, 16}},
                                   {"alpha16", PngKind{4, 16}}}) {
    INFO(name);
    write_png(scratch / "kind.png", picture, kind);
    const Result result = shell(scratch.swap("kind.png", "kind_out.png"));
    INFO(result.text);
    CHECK(result.code == 0);
    CHECK(grey_at(read_picture(scratch / "kind_out.png"), 80, 72) > grey_at(picture, 80, 72) + 40);
    fs::remove(scratch / "kind_out.png");
  }
}

TEST_CASE("a folder of pictures good and bad goes on, and what is no picture is passed over") {
  const SwapFolder scratch;
  fs::create_directories(scratch / "in" / "more.png");  // a folder
  write_picture(scratch / "in" / "a.png", scene(160, 128, 80, 60, 8));
  write_picture(scratch / "in" / "b.JPG", scene(160, 128, 80, 60, 8));
  write_picture(scratch / "in" / "c.png", scene(1, 1));
  put(scratch / "in" / "d.png", bytes_of(scratch / "in" / "a.png").substr(0, 100));
  put(scratch / "in" / "e.txt", "nothing to see");
  fs::create_symlink("nowhere.png", scratch / "in" / "f.png");
  const Result result = shell(scratch.swap("in", "out"));
  INFO(result.text);
  CHECK(result.code == 1);
  CHECK(result.text.find("c.png: no face found, nothing written\n") != std::string::npos);
  CHECK(result.text.find("d.png: truncated or corrupt") != std::string::npos);
  CHECK(
      result.text.ends_with("4 pictures: 2 swapped, 1 without a face, 1 failed; passed over: 1 .txt file, 1 "
                            "broken link, 1 folder\n"));
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 3);
  CHECK(std::distance(fs::directory_iterator(scratch / "out"), fs::directory_iterator()) == 2);
}
