// What stands beside the gender-swap lens: the picture of its steps, a detector of one's own, the preparation
// of training data.
#include "studio.hpp"

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("every step is shown in one picture, a row for each generator and one for the overlays") {
  const Studio studio;
  write_picture(studio / "in.png", scene(256, 200, 120, 90, 10));
  const std::string stages = program("stages") + " --cell 32 --size 32 --detector " +
                             (studio / "detector.onnx").string() + " --input " +
                             (studio / "in.png").string() + " --output " + (studio / "out.png").string();
  REQUIRE(shell(stages).code == 0);
  CHECK(read_picture(studio / "out.png").width == 5 * 34 - 2);
  CHECK(read_picture(studio / "out.png").height == 3 * 34 - 2);
  REQUIRE(shell(stages + " --weights " + studio.path().string()).code == 0);
  const Picture sheet = read_picture(studio / "out.png");
  REQUIRE(sheet.height == 4 * 34 - 2);
  CHECK(std::abs(grey_at(sheet, 2 * 34 + 16, 2 * 34 + 16) - 128) <=
        1);                                                // what the weights make of everything
  CHECK(grey_at(sheet, 3 * 34 + 16, 2 * 34 + 16) == 255);  // the mask
  write_picture(studio / "in.png", scene(256, 200));
  check_line(shell(stages), 1, "in.png: no face found");
}

TEST_CASE("a detector of one's own frames a face") {
  const Studio studio;
  write_picture(studio / "in.png", scene(200, 200, 100, 100, 40));
  const std::string start =
      program("own_detector") + " --output " + (studio / "out.png").string() + " --input ";
  REQUIRE(shell(start + (studio / "in.png").string()).code == 0);
  const Picture framed =
      read_picture(studio / "out.png");  // the whole picture: half of it and a margin of half
  CHECK(framed.width == 256);
  CHECK(grey_at(framed, 128, 128) == 255);
  CHECK(grey_at(framed, 128 + 61, 128) < 80);
  check_line(shell(start + (studio / "none.png").string()), 1, "none.png: no such file");
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
  check_line(shell(start), 1, "expected a second line with the attribute Male");
}
