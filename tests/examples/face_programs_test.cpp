// The programs beside gender_swap: the picture of its stages, a detector of the user's own, the preparation
// of CelebA.
#include "swap_folder.hpp"

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("every step is shown in one picture, a row for each generator and one for the overlays") {
  const SwapFolder scratch;
  write_picture(scratch / "in.png", scene(256, 200, 120, 90, 10));
  const std::string stages = program("stages") + " --cell 32 --size 32 --detector " +
                             (scratch / "detector.onnx").string() + " --input " +
                             (scratch / "in.png").string() + " --output " + (scratch / "out.png").string();
  REQUIRE(shell(stages).code == 0);
  CHECK(read_picture(scratch / "out.png").width == 5 * 34 - 2);
  CHECK(read_picture(scratch / "out.png").height == 3 * 34 - 2);
  REQUIRE(shell(stages + " --weights " + scratch.path().string()).code == 0);
  const Picture sheet = read_picture(scratch / "out.png");
  REQUIRE(sheet.height == 4 * 34 - 2);
  const int translation = grey_at(sheet, 2 * 34 + 16, 2 * 34 + 16),
            mask = grey_at(sheet, 3 * 34 + 16, 2 * 34 + 16);
  CHECK(std::abs(translation - 128) <= 1);  // weights of zero make everything grey
  CHECK(mask == 255);
  write_picture(scratch / "in.png", scene(256, 200));
  check_line(shell(stages), 1, "in.png: no face found");
}

TEST_CASE("a detector of one's own frames a face") {
  const SwapFolder scratch;
  write_picture(scratch / "in.png", scene(200, 200, 100, 100, 40));
  const std::string start =
      program("own_detector") + " --output " + (scratch / "out.png").string() + " --input ";
  REQUIRE(shell(start + (scratch / "in.png").string()).code == 0);
  // The whole picture: the box is half of it, and the margin is half of the box.
  const Picture framed = read_picture(scratch / "out.png");
  CHECK(framed.width == 256);
  CHECK(grey_at(framed, 128, 128) == 255);
  CHECK(grey_at(framed, 128 + 61, 128) < 80);
  check_line(shell(start + (scratch / "none.png").string()), 1, "none.png: no such file");
  if (shell(program("own_detector") + " --help").text.find("--detector") == std::string::npos) return;
  put(scratch / "text.onnx", "no weights");  // where it was built with OpenCV's
  for (const char* file : {"text.onnx", "none.onnx"})
    check_line(shell("ASAN_OPTIONS=detect_leaks=0 " + start + (scratch / "in.png").string() + " --detector " +
                     (scratch / file).string()),
               1, std::string(file) + ": cannot be read: expected the weights of FaceDetectorYN");
}

TEST_CASE("CelebA becomes training data by its attribute and partition files") {
  const ScratchFolder folder;
  fs::create_directories(folder / "images");
  std::string attributes = "6\n5_o_Clock_Shadow Male Young\n", parts;
  for (int k = 1; k <= 6; ++k) {
    const std::string name = "00000" + std::to_string(k) + ".jpg";
    write_picture(folder / "images" / name, scene(44, 54));
    attributes += name + (k % 2 ? " -1  1 -1\n" : " -1 -1  1\n");
    parts += name + " " + std::to_string((k - 1) / 2) + "\n";
  }
  put(folder / "list_attr_celeba.txt", attributes);
  put(folder / "list_eval_partition.txt", parts);
  const std::string start = program("prepare_celeba") + " --images " + (folder / "images").string() +
                            " --size 32 --attributes " + (folder / "list_attr_celeba.txt").string() +
                            " --out " + (folder / "out").string();
  const std::string with_parts = start + " --partition " + (folder / "list_eval_partition.txt").string();
  const Result result = shell(with_parts);
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK(result.text == "testA: 1\ntestB: 1\ntrainA: 1\ntrainB: 1\n");
  for (const char* made : {"trainA/000001.jpg", "trainB/000002.jpg", "testA/000005.jpg", "testB/000006.jpg"})
    CHECK(read_picture(folder / "out" / made).height == 32);
  CHECK(shell(start).text == "testA: 0\ntestB: 0\ntrainA: 3\ntrainB: 3\n");

  write_made_detector(folder / "detector.onnx");  // nobody in them has a face
  CHECK(shell(with_parts + " --detector " + (folder / "detector.onnx").string())
            .text.find("without a face: 4") != std::string::npos);
  put(folder / "list_eval_partition.txt", "000001.jpg 0\n");
  check_line(shell(with_parts), 1, "expected a line for 000002.jpg");
  put(folder / "list_eval_partition.txt", "000001.jpg 7\n");
  check_line(shell(with_parts), 1, "line 1: expected a picture and 0, 1 or 2");
  put(folder / "list_attr_celeba.txt", "6\nYoung Male\n000001.jpg 1\n");
  check_line(shell(start), 1, "line 3: expected a picture and 1 or -1 for each of 2 attributes");
  put(folder / "list_attr_celeba.txt", "6\nYoung Old\n");
  check_line(shell(start), 1, "expected a list of CelebA, its first or second line with the attribute Male");
}

namespace {

// Six pictures and their lists, as text and with commas.
struct People : ScratchFolder {
  People() {
    std::filesystem::create_directories(path() / "images");
    std::string text = "6\nMale Young\n", commas = "image_id,Male,Young\r\n", parts, part_commas;
    for (int k = 1; k <= 6; ++k) {
      const std::string name = std::to_string(k) + ".jpg", man = k % 2 ? "1" : "-1";
      write_picture(path() / "images" / name, scene(44, 54));
      text += name + "  " + man + " -1\n";
      commas += name + "," + man + ",-1\r\n";
      part_commas += name + "," + std::to_string((k - 1) / 2) + "\n";
    }
    put(path() / "attributes.txt", text);
    put(path() / "attributes.csv", commas);
    put(path() / "partition.csv", "image_id,partition\n" + part_commas);
  }
  std::string prepare(const std::string& attributes, const std::string& out,
                      const std::string& more = "") const {
    return program("prepare_celeba") + " --size 32 --images " + (path() / "images").string() +
           " --attributes " + (path() / attributes).string() + " --out " + (path() / out).string() + " " +
           more;
  }
};

}  // namespace

TEST_CASE("the lists of CelebA may have commas") {
  const People people;
  CHECK(shell(people.prepare("attributes.csv", "out")).text == "testA: 0\ntestB: 0\ntrainA: 3\ntrainB: 3\n");
  const std::string partition = "--partition " + (people / "partition.csv").string();
  for (const char* attributes : {"attributes.csv", "attributes.txt"}) {
    const Result result = shell(people.prepare(attributes, "parts", partition));
    INFO(result.text);
    CHECK(result.code == 0);
    CHECK(result.text == "testA: 1\ntestB: 1\ntrainA: 1\ntrainB: 1\n");
  }
  CHECK(fs::exists(people / "parts" / "trainA" / "1.jpg"));
  CHECK(fs::exists(people / "parts" / "testB" / "6.jpg"));
}

TEST_CASE("no photograph is overwritten by training data") {
  const People people;
  const std::string original = bytes_of(people / "images" / "1.jpg"), male = " 1 -1\n";
  for (const std::string& name : {(people / "images" / "1.jpg").string(), std::string("../../images/1.jpg"),
                                  std::string("a/1.jpg"), std::string(".."), std::string("1.jpg/")}) {
    put(people / "hostile.txt", "2\nMale Young\n2.jpg" + male + name + male);
    check_line(shell(people.prepare("hostile.txt", "out")), 1,
               "hostile.txt: line 4: expected the bare name of a picture, found \"" + name.substr(0, 80));
    put(people / "hostile.csv", "2.jpg 0\n" + name + " 0\n");
    check_line(
        shell(people.prepare("attributes.txt", "out", "--partition " + (people / "hostile.csv").string())), 1,
        "hostile.csv: line 2: expected the bare name of a picture");
  }
  check_line(shell(people.prepare("attributes.txt", "images")), 1,
             "expected another folder than that of the pictures");
  fs::create_directories(people / "data");
  fs::rename(people / "images", people / "data" / "trainA");
  fs::create_symlink(people / "data" / "trainA", people / "images");
  check_line(shell(people.prepare("attributes.txt", "data")), 1,
             "expected another folder than that of the pictures");
  CHECK(bytes_of(people / "images" / "1.jpg") == original);
  CHECK_FALSE(fs::exists(people / "out"));
}

TEST_CASE("what is missing is told in one line, and before anything is written") {
  const People people;
  put(people / "partition.txt", "1.jpg 0\n2.jpg 0\n");
  check_line(
      shell(people.prepare("attributes.txt", "out", "--partition " + (people / "partition.txt").string())), 1,
      "partition.txt: expected a line for 3.jpg, found none");
  CHECK_FALSE(fs::exists(people / "out"));
  for (const char* margin : {"nan", "inf", "-1"})
    check_line(shell(people.prepare("attributes.txt", "out", "--margin " + std::string(margin))), 1,
               "--margin");
  fs::rename(people / "images", people / "elsewhere");
  check_line(shell(people.prepare("attributes.txt", "out")), 1,
             "images: no such folder: expected that of CelebA's");
  fs::create_directories(people / "images");
  check_line(shell(people.prepare("attributes.txt", "out")), 1, "images: none of the pictures of ");
  CHECK_FALSE(fs::exists(people / "out"));
  fs::copy(people / "elsewhere" / "2.jpg", people / "images" / "2.jpg");
  const Result result = shell(people.prepare("attributes.txt", "out"));
  CHECK(result.code == 1);
  CHECK(result.text.find("trainB: 1\nnot in ") != std::string::npos);
  CHECK(result.text.find("images: 5, such as 1.jpg\n") != std::string::npos);
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 5);
}

TEST_CASE("training data is upright, whichever way the camera was held") {
  const People people;
  Picture picture = blank(60, 60, 0);  // its left half is white
  for (int y = 0; y < 60; ++y)
    std::fill_n(picture.rgb.begin() + std::ptrdiff_t{180} * y, 90, std::uint8_t{255});
  write_rotated(people / "images" / "1.jpg", picture, 6);  // rotated, its upper half
  REQUIRE(shell(people.prepare("attributes.txt", "out")).code == 0);
  const Picture made = read_picture(people / "out" / "trainA" / "1.jpg");
  CHECK(grey_at(made, 8, 4) > 200);
  CHECK(grey_at(made, 24, 4) > 200);
  CHECK(grey_at(made, 8, 28) < 50);
  REQUIRE(shell(program("own_detector") + " --input " + (people / "images" / "1.jpg").string() +
                " --output " + (people / "own.png").string())
              .code == 0);
  CHECK(grey_at(read_picture(people / "own.png"), 200, 40) > 200);
  CHECK(grey_at(read_picture(people / "own.png"), 40, 200) < 50);
}

TEST_CASE("Ctrl-C ends the preparation after the picture in hand and leaves nothing half-written") {
  const People people;
  write_picture(people / "images" / "1.jpg", scene(2000, 1600));
  std::string list = "400\nMale Young\n";
  for (int k = 100; k < 500; ++k) {
    const std::string name = std::to_string(k) + ".jpg";
    fs::create_hard_link(people / "images" / "1.jpg", people / "images" / name);
    list += name + " 1 -1\n";
  }
  put(people / "many.txt", list);
  const Result result =
      shell("timeout --preserve-status --signal INT 0.7 " + people.prepare("many.txt", "out"));
  INFO(result.text);
  CHECK(result.code == 130);
  CHECK(result.text.starts_with("interrupted after "));
  std::ptrdiff_t written = 0;
  for (const auto& entry : fs::recursive_directory_iterator(people / "out"))
    if (entry.is_regular_file()) {
      CHECK(read_picture(entry.path()).width == 32);
      CHECK(entry.path().extension() == ".jpg");
      ++written;
    }
  CHECK(written < 400);
  CHECK(result.text.starts_with("interrupted after " + std::to_string(written) + " pictures\n"));
}
