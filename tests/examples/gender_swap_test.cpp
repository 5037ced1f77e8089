// The gender-swap lens as its users run it.
#include "studio.hpp"
#include <guise/face/face.hpp>

#include <array>
#include <utility>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

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
