// The gender-swap lens and the preparation of its training data, as their users run them: a detector made by
// hand that sees faces in bright spots, and a generator whose weights are zero, which makes every face grey.
#include "support/jpeg_files.hpp"
#include "support/made_detector.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include <guise/face/face.hpp>
#include <guise/io/image_file.hpp>
#include <guise/io/safetensors.hpp>
#include <guise/model/architectures.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

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

struct Kind {
  int channels, bits;
};
// A PNG of grey or colour, with or without coverage, of 8 or 16 bits: its pixels are stored, not compressed.
void write_kind(const fs::path& path, const Picture& picture, Kind kind) {
  const auto big_endian = [](std::size_t n, int bytes) {
    std::string text;
    while (bytes-- > 0) text += static_cast<char>(n >> (8 * bytes));
    return text;
  };
  const auto chunk = [&](const std::string& body) {  // that of a chunk's sum is not looked at
    return big_endian(body.size() - 4, 4) + body + std::string(4, '\0');
  };
  std::string rows;
  for (int y = 0; y < picture.height; ++y) {
    rows += '\0';
    for (int x = 0; x < picture.width; ++x)
      for (int c = 0; c < kind.channels; ++c) {
        const unsigned char level = c == 3 ? 255 : picture.rgb[std::size_t((y * picture.width + x) * 3 + c)];
        rows.append(std::size_t(kind.bits) / 8, static_cast<char>(level));
      }
  }
  std::string stored = "\x78\x01";
  std::uint32_t a = 1, b = 0;  // Adler's sum
  for (unsigned char byte : rows) a = (a + byte) % 65521, b = (b + a) % 65521;
  for (std::size_t at = 0; at < rows.size(); at += 65535) {
    const std::size_t size = std::min<std::size_t>(65535, rows.size() - at);
    stored += at + size == rows.size() ? '\1' : '\0';
    for (std::size_t n : {size, ~size}) stored += {static_cast<char>(n), static_cast<char>(n >> 8)};
    stored += rows.substr(at, size);
  }
  const char colour = kind.channels == 1 ? 0 : kind.channels == 3 ? 2 : 6;
  put(path, "\x89PNG\r\n\x1a\n" +
                chunk("IHDR" + big_endian(std::size_t(picture.width), 4) +
                      big_endian(std::size_t(picture.height), 4) + static_cast<char>(kind.bits) + colour +
                      std::string(3, '\0')) +
                chunk("IDAT" + stored + big_endian(std::size_t{b} << 16 | a, 4)) + chunk("IEND"));
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

TEST_CASE("--all_faces takes every face, without it one; the other direction takes the other generator") {
  const Studio studio;
  Picture before = scene(600, 200, 100, 100, 26);
  const Picture right = scene(600, 200, 500, 100, 22);
  for (std::size_t k = 0; k < before.rgb.size(); ++k) before.rgb[k] = std::max(before.rgb[k], right.rgb[k]);
  write_picture(studio / "in.png", before);
  fs::rename(studio / "latest_net_G_A.safetensors", studio / "latest_net_G_B.safetensors");
  const auto changed = [&](const std::string& more) {
    const Result result = shell(studio.swap("in.png", "out.png", "--direction BtoA --margin 0 " + more));
    INFO(result.text);
    REQUIRE(result.code == 0);
    const Picture after = read_picture(studio / "out.png");
    return std::pair{grey_at(after, 100, 100) < 200, grey_at(after, 500, 100) < 200};
  };
  CHECK(changed("") == std::pair{true, false});
  CHECK(changed("--all_faces --stages " + (studio / "stages").string()) == std::pair{true, true});
  CHECK(fs::exists(studio / "stages" / "in_2_crop_1.png"));
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

TEST_CASE("the way the camera was held is honoured, in all eight ways") {
  const Studio studio;
  const std::array<Point, 8> upright{{{60, 50},
                                      {195, 50},
                                      {195, 109},
                                      {60, 109},  // where (60, 50) goes
                                      {50, 60},
                                      {109, 60},
                                      {109, 195},
                                      {50, 195}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    write_turned(studio / "in.jpg", scene(256, 160, 60, 50, 10), orientation);
    // without weights, so that the spot stays as bright as it is
    REQUIRE(shell(program("gender_swap") + " --detector " + (studio / "detector.onnx").string() +
                  " --input " + (studio / "in.jpg").string() + " --output " + (studio / "out.png").string())
                .code == 0);
    const Picture out = read_picture(studio / "out.png");
    CHECK(out.width == (orientation > 4 ? 160 : 256));
    CHECK(out.height == (orientation > 4 ? 256 : 160));
    const auto [x, y] = upright[std::size_t(orientation - 1)];
    CHECK(grey_at(out, int(x), int(y)) > 200);
    CHECK(grey_at(out, out.width - int(x), int(y)) < 100);
    CHECK(grey_at(out, int(x), out.height - int(y)) < 100);
  }
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
  check_line(shell(studio.swap("in.png", "none/out.png")), 1,
             "none/out.png: cannot be written: No such file");
  check_line(shell(studio.swap("in.png", "out.png", "--stages /dev/null/stages")), 1, "/dev/null/stages: ");
  fs::create_directories(studio / "empty");
  check_line(shell(studio.swap("empty", "out")), 1, "empty: no picture in it: expected PNG or JPEG files");
  CHECK_FALSE(fs::exists(studio / "out"));
  fs::create_directories(studio / "folder");
  write_picture(studio / "folder" / "a.png", scene(64, 64, 32, 32, 4));
  check_line(shell(studio.swap("folder", "in.png/out")), 1, "in.png/out: cannot be made or written");
  put(studio / "weights", "nonsense");
  const std::string other = program("gender_swap") + " --detector " + (studio / "detector.onnx").string() +
                            " --input " + (studio / "in.png").string() + " --output " +
                            (studio / "out.png").string() + " --weights ";
  check_line(shell(other + (studio / "weights").string()), 1, "weights: ");
  check_line(shell(other + (studio / "nowhere").string()), 1, "nowhere: no such file");
  check_line(shell(other + (studio / "in.png").string()), 1, "in.png: ");
  check_line(shell(other + (studio / "detector.onnx").string()), 1, "detector.onnx: ");
  write_picture(studio / "detector.png", scene(64, 64));
  check_line(shell(studio.swap("in.png", "out.png", "--detector " + (studio / "detector.png").string())), 1,
             "detector.png: ");
  check_line(shell(studio.swap("in.png", "out.png", "--detector " + (studio / "none.onnx").string())), 1,
             "none.onnx: no such file");
  put(studio / "detector.onnx", "nonsense");
  check_line(shell(studio.swap("in.png", "out.png")), 1, "detector.onnx: ");
  CHECK_FALSE(fs::exists(studio / "out.png"));
}

TEST_CASE("a picture that is damaged is one clear line, and of every kind that is whole a face is swapped") {
  const Studio studio;
  const Picture picture = scene(160, 128, 80, 60, 8);
  for (const std::string name : {"whole.png", "whole.jpg"}) {
    write_picture(studio / name, picture);
    const std::string bytes = bytes_of(studio / name);
    put(studio / ("cut" + name), bytes.substr(0, bytes.size() / 2));
    check_line(shell(studio.swap("cut" + name, "out.png")), 1, "cut" + name + ": truncated");
  }
  put(studio / "empty.png", "");
  check_line(shell(studio.swap("empty.png", "out.png")), 1, "empty.png: empty file");
  for (auto [width, height] : {std::pair{1, 1}, {3, 1}, {1, 2000}}) {
    write_picture(studio / "tiny.png", scene(width, height));
    check_line(shell(studio.swap("tiny.png", "out.png")), 2, "tiny.png: no face found, nothing written");
  }
  CHECK_FALSE(fs::exists(studio / "out.png"));

  for (const auto& [name, kind] : {std::pair{"grey", Kind{1, 8}},
                                   {"grey16", Kind{1, 16}},
                                   {"alpha", Kind{4, 8}},
                                   {"colour16", Kind{3, 16}},
                                   {"alpha16", Kind{4, 16}}}) {
    INFO(name);
    write_kind(studio / "kind.png", picture, kind);
    const Result result = shell(studio.swap("kind.png", "kind_out.png"));
    INFO(result.text);
    CHECK(result.code == 0);
    CHECK(grey_at(read_picture(studio / "kind_out.png"), 80, 72) > grey_at(picture, 80, 72) + 40);
    fs::remove(studio / "kind_out.png");
  }
}

TEST_CASE("a folder of pictures good and bad goes on, and what is no picture is passed over") {
  const Studio studio;
  fs::create_directories(studio / "in" / "more.png");  // a folder
  write_picture(studio / "in" / "a.png", scene(160, 128, 80, 60, 8));
  write_picture(studio / "in" / "b.JPG", scene(160, 128, 80, 60, 8));
  write_picture(studio / "in" / "c.png", scene(1, 1));
  put(studio / "in" / "d.png", bytes_of(studio / "in" / "a.png").substr(0, 100));
  put(studio / "in" / "e.txt", "nothing to see");
  fs::create_symlink("nowhere.png", studio / "in" / "f.png");
  const Result result = shell(studio.swap("in", "out"));
  INFO(result.text);
  CHECK(result.code == 1);
  CHECK(result.text.find("c.png: no face found, nothing written\n") != std::string::npos);
  CHECK(result.text.find("d.png: truncated or corrupt") != std::string::npos);
  CHECK(result.text.ends_with("4 pictures: 2 swapped, 1 without a face, 1 failed\n"));
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 3);
  CHECK(std::distance(fs::directory_iterator(studio / "out"), fs::directory_iterator()) == 2);
}

TEST_CASE("Ctrl-C in a folder ends after the picture in hand and leaves nothing half-written") {
  const Studio studio;
  fs::create_directories(studio / "in");
  const Picture picture = scene(700, 600, 300, 260, 30);
  for (int k = 0; k < 400; ++k) write_picture(studio / "in" / (std::to_string(1000 + k) + ".jpg"), picture);
  const Result result = shell("timeout --preserve-status --signal INT 0.7 " + studio.swap("in", "out"));
  INFO(result.text);
  CHECK(result.code == 130);
  CHECK(result.text.starts_with("interrupted after "));
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
  std::ptrdiff_t written = 0;
  for (const auto& entry : fs::directory_iterator(studio / "out")) {
    CHECK(read_picture(entry.path()).width == 700);
    CHECK(entry.path().extension() == ".jpg");
    ++written;
  }
  CHECK(result.text.find(" " + std::to_string(written) + " swapped") != std::string::npos);
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a large photograph takes no more memory than twice the decoded picture, besides the networks") {
  const Studio studio;
  write_picture(studio / "small.jpg", scene(200, 160, 100, 80, 8));
  const int width = 5200, height = 3900;
  write_picture(studio / "large.jpg", scene(width, height, 2000, 1900, 160));
  const long networks = peak_kilobytes(studio.swap("small.jpg", "out.jpg"));
  const long large = peak_kilobytes(studio.swap("large.jpg", "out.jpg"));
#ifdef GUISE_LIBJPEG
  const long file = 0;
#else
  const long file = long(fs::file_size(studio / "large.jpg")) / 1024;  // stb holds it all the while
#endif
  CHECK(large - networks <= 2 * long(width) * height * 3 / 1024 + file);
}

#if defined(GUISE_LIBPNG) && defined(GUISE_LIBJPEG)
TEST_SUITE("long") {
  TEST_CASE("so does one of 40 megapixels in any format, turned by its camera, and with every stage shown") {
    const Studio studio;
    write_picture(studio / "small.jpg", scene(200, 160, 100, 80, 8));
    const int width = 7304, height = 5477;
    {  // gone before anything is measured: a child's peak begins with its parent's size
      Picture picture = scene(width, height, 2000, 1900, 160);
      unsigned seed = 1;  // noise, so that the files are large
      for (auto& byte : picture.rgb)
        if (byte < 255) byte = static_cast<unsigned char>((seed = seed * 1664525u + 1013904223u) >> 26);
      write_picture(studio / "large.png", picture);
      write_turned(studio / "turned.jpg", picture, 6);
      write_jpeg(studio / "progressive.jpg", picture, {.stored = JCS_YCbCr, .quality = 90});
    }
    const long networks = peak_kilobytes(studio.swap("small.jpg", "out.jpg"));
    for (const auto& [input, output, more] :
         {std::array<std::string, 3>{"large.png", "out.png", ""},
          {"turned.jpg", "out.jpg", ""},
          {"progressive.jpg", "out.jpg", ""},
          {"large.png", "out.jpg", "--overlay hair --stages " + (studio / "stages").string()}}) {
      INFO(input << " to " << output << " " << more);
      const long large = peak_kilobytes(studio.swap(input, output, more));
      MESSAGE(large << " kB, of which the networks " << networks << " kB");
      CHECK(large - networks <= 2 * long(width) * height * 3 / 1024);
    }
  }
}
#endif
#endif

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
