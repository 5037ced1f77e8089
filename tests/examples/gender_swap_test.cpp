// The gender-swap lens and the preparation of its training data, as their users run them: a detector made by
// hand that sees faces in bright spots, and a generator whose weights are zero, which makes every face grey.
#include "support/made_detector.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include <guise/io/image_file.hpp>
#include <guise/io/safetensors.hpp>
#include <guise/model/architectures.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

// Dark, rough, and with one bright spot where asked.
Picture scene(int width, int height, int spot_x = -1, int spot_y = -1, int size = 0) {
  Picture picture = blank(width, height, 0);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        picture.rgb[std::size_t((y * width + x) * 3 + c)] = static_cast<unsigned char>(
            std::abs(x - spot_x) < size && std::abs(y - spot_y) < size ? 255
                                                                       : 20 + (x * 7 + y * 13 + c * 5) % 40);
  return picture;
}

struct Studio : ScratchFolder {
  Studio() {
    write_made_detector(path() / "detector.onnx");
    Safetensors file;
    for (const Parameter& p : SixBlocks<16>::table)
      file.tensors.emplace_back(std::string(p.name), Tensor{{p.shape.begin(), p.shape.begin() + p.rank},
                                                            std::vector<float>(p.floats, 0.f)});
    write_safetensors(path() / "latest_net_G_A.safetensors", file);
  }
  std::string swap(const std::string& input, const std::string& output, const std::string& more = "") const {
    return program("gender_swap") + " --threads 1 --size 32 --weights " + path().string() + " --detector " +
           (path() / "detector.onnx").string() + " --input " + (path() / input).string() + " --output " +
           (path() / output).string() + " " + more;
  }
};

void check_line(const Result& result, int code, const std::string& part) {
  INFO(result.text);
  CHECK(result.code == code);
  CHECK(result.text.find(part) != std::string::npos);
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
}
int grey_at(const Picture& p, int x, int y) { return p.rgb[std::size_t((y * p.width + x) * 3)]; }

// A JPEG file that says how the camera was held.
void write_turned(const fs::path& path, const Picture& picture, int orientation) {
  write_picture(path, picture);
  const std::string jpeg = bytes_of(path);
  std::string exif(
      "\xff\xe1\x00\x22"
      "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
      29);
  exif += static_cast<char>(orientation);
  exif += std::string(6, '\0');
  put(path, jpeg.substr(0, 2) + exif + jpeg.substr(2));
}

[[maybe_unused]] long peak_kilobytes(const std::string& command) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  REQUIRE(status == 0);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("the dominant face is swapped, nothing else changes, and every stage is shown") {
  const Studio studio;
  const Picture before = scene(256, 200, 120, 90, 10);
  write_picture(studio / "in.png", before);
  const Result result = shell(studio.swap("in.png", "out.png", "--stages " + (studio / "stages").string()));
  INFO(result.text);
  REQUIRE(result.code == 0);
  CHECK(result.text.empty());
  const Picture after = read_picture(studio / "out.png");
  REQUIRE(after.width == 256);
  CHECK(grey_at(after, 120, 110) > grey_at(before, 120, 110) + 40);  // towards grey
  for (auto [x, y] : {std::pair{2, 2}, {250, 195}, {4, 190}})
    CHECK(grey_at(after, x, y) == grey_at(before, x, y));
  for (const char* stage : {"1_faces", "2_crop", "3_translation", "4_mask", "5_result"})
    CHECK(fs::exists(studio / "stages" / (std::string("in_") + stage + ".png")));
  CHECK(read_picture(studio / "stages" / "in_2_crop.png").width == 32);

  // without weights only the overlay is drawn
  const std::string overlay = program("gender_swap") + " --detector " + (studio / "detector.onnx").string() +
                              " --input " + (studio / "in.png").string() + " --output " +
                              (studio / "drawn.png").string();
  REQUIRE(shell(overlay).code == 0);
  CHECK(read_picture(studio / "drawn.png") == before);
  REQUIRE(shell(overlay + " --overlay beard,hair --overlay_colour 250,0,0").code == 0);
  CHECK(read_picture(studio / "drawn.png") != before);
}

TEST_CASE("without a face there is one line, exit code 2 and no output; a folder goes on and sums up") {
  const Studio studio;
  fs::create_directories(studio / "in");
  write_picture(studio / "in" / "a.png", scene(200, 200, 100, 90, 8));
  write_picture(studio / "in" / "b.jpg", scene(200, 200));
  check_line(shell(studio.swap("in/b.jpg", "out.png")), 2, "b.jpg: no face found, nothing written");
  CHECK_FALSE(fs::exists(studio / "out.png"));
  Result result = shell(studio.swap("in", "out"));
  INFO(result.text);
  CHECK(result.code == 2);
  CHECK(result.text.find("2 pictures: 1 swapped, 1 without a face, 0 failed\n") != std::string::npos);
  CHECK(fs::exists(studio / "out" / "a.png"));
  CHECK_FALSE(fs::exists(studio / "out" / "b.jpg"));
  put(studio / "in" / "c.png", "no picture");
  result = shell(studio.swap("in", "out"));
  CHECK(result.code == 1);
  CHECK(result.text.find("3 pictures: 1 swapped, 1 without a face, 1 failed\n") != std::string::npos);
}

TEST_CASE("frames are all written, with the face where it was a moment ago if it is missed") {
  const Studio studio;
  fs::create_directories(studio / "in");
  for (int k = 0; k < 4; ++k)
    write_picture(studio / "in" / (std::to_string(k) + ".png"),
                  k == 2 ? scene(200, 200) : scene(200, 200, 100, 90, 8));
  const Result result = shell(studio.swap("in", "out", "--frames"));
  INFO(result.text);
  CHECK(result.code == 0);
  for (int k = 0; k < 4; ++k) {
    const Picture frame = read_picture(studio / "out" / (std::to_string(k) + ".png"));
    CHECK(grey_at(frame, 100, 115) > 70);
  }
}

TEST_CASE("the way the camera was held is honoured") {
  const Studio studio;
  write_turned(studio / "in.jpg", scene(256, 160, 60, 80, 10), 6);  // upright: 160 wide, the spot at (80, 60)
  REQUIRE(shell(studio.swap("in.jpg", "out.png")).code == 0);
  const Picture out = read_picture(studio / "out.png");
  CHECK(out.width == 160);
  CHECK(out.height == 256);
  CHECK(grey_at(out, 80, 60) > 100);
}

TEST_CASE("what is not what it should be is one clear line") {
  const Studio studio;
  write_picture(studio / "in.png", scene(64, 64, 32, 32, 4));
  check_line(shell(studio.swap("none.png", "out.png")), 1, "none.png: no such file");
  check_line(shell(studio.swap("in.png", "out.png", "--direction BtoA")), 1, "latest_net_G_B.safetensors");
  check_line(shell(studio.swap("in.png", "out.png", "--overlay moustache")), 1,
             "overlay moustache: expected");
  check_line(shell(studio.swap("in.png", "out.png", "--overlay none.png")), 1, "none.png: no such file");
  check_line(shell(studio.swap("in.png", "out.png", "--frames --all_faces")), 1, "--frames follows one face");
  check_line(shell(studio.swap("in.png", "out.png", "--size 3")), 1, "--size");
  check_line(shell(studio.swap("in.png", "out.gif")), 1, "out.gif: cannot be written");
  put(studio / "detector.onnx", "nonsense");
  check_line(shell(studio.swap("in.png", "out.png")), 1, "detector.onnx: ");
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a large photograph takes no more memory than twice the decoded picture, besides the networks") {
  const Studio studio;
  write_picture(studio / "small.jpg", scene(200, 160, 100, 80, 8));
  const int width = 5200, height = 3900;
  write_picture(studio / "large.jpg", scene(width, height, 2000, 1900, 160));
  const long networks = peak_kilobytes(studio.swap("small.jpg", "out.jpg"));
  const long large = peak_kilobytes(studio.swap("large.jpg", "out.jpg"));
  const long decoded = long(width) * height * 3 / 1024,
             file = long(fs::file_size(studio / "large.jpg")) / 1024;
  CHECK(large - networks < 2 * decoded + file);
}
#endif

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
