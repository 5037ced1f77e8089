// Faces in a video, as the users of mirror see them: a spot that moves, by a detector made by hand. Only
// where mirror was built, which takes OpenCV.
#include "support/made_detector.hpp"
#include "support/made_video.hpp"
#include "support/shell.hpp"
#include <guise/face/face.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

Picture scene(int spot_x, int spot_y) {
  Picture picture = blank(256, 192, 0);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      std::fill_n(picture.rgb.begin() + 3l * (y * picture.width + x), 3,
                  static_cast<unsigned char>(std::abs(x - spot_x) < 12 && std::abs(y - spot_y) < 12
                                                 ? 255
                                                 : 20 + (x / 8 + y / 8) % 2 * 20));
  return picture;
}
constexpr int nowhere = -100;
int red_at(const Picture& p, int x, int y) { return p.rgb[std::size_t((y * p.width + x) * 3)]; }
// Where the overlay, a red square, is: the middle of what is red.
Point marked(const Picture& picture) {
  Point sum{};
  double count = 0;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      if (red_at(picture, x, y) > 150 && picture.rgb[std::size_t((y * picture.width + x) * 3 + 1)] < 100)
        sum = sum + Point{double(x), double(y)}, ++count;
  return count > 0 ? 1 / count * sum : Point{-1, -1};
}

struct Cinema : ScratchFolder {
  Cinema() {
    write_made_detector(path() / "detector.onnx");
    Picture square = blank(40, 40, 0);
    for (std::size_t k = 0; k < square.rgb.size(); k += 3) square.rgb[k] = 255;
    write_picture(path() / "square.png", square);
  }
  std::string mirror(const std::string& more) const {  // what OpenCV's libraries leak is theirs
    return "env -u DISPLAY -u WAYLAND_DISPLAY ASAN_OPTIONS=detect_leaks=0 " + program("mirror") +
           " --threads 1 --size 32 --detector " + (path() / "detector.onnx").string() + " " + more;
  }
  std::string mirror(const std::string& input, const std::string& output) const {
    return mirror("--overlay " + (path() / "square.png").string() + " --input " + (path() / input).string() +
                  " --output " + (path() / output).string());
  }
};

void check_line(const Result& result, const std::string& part) {
  INFO(result.text);
  CHECK(result.code == 1);
  CHECK(result.text.starts_with("mirror: "));
  CHECK(result.text.find(part) != std::string::npos);
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("a face that moves through a video is followed without flicker, also where it is missed" *
          doctest::skip(!fs::exists(program("mirror")))) {
  const Cinema cinema;
  std::vector<Picture> frames;
  for (int k = 0; k < 40; ++k)
    frames.push_back(k == 20 || k == 21 ? scene(nowhere, 0) : scene(70 + 2 * k, 96));
  write_video(cinema / "in.avi", frames);
  for (const char* name : {"out.avi", "out.mp4", "out.mkv"}) {
    const Result result = shell(cinema.mirror("in.avi", name));
    INFO(result.text);
    CHECK(result.code == 0);
    CHECK(result.text.starts_with("40 frames, 40 with a face, "));
    CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
    CHECK(fs::file_size(cinema / name) > 1000);
  }
  CHECK(cinema.entries() == 6);
  const std::vector<Picture> out = read_video(cinema / "out.avi");
  REQUIRE(out.size() == frames.size());
  Point last{-1, -1};
  for (std::size_t k = 0; k < out.size(); ++k) {
    INFO("frame " << k);
    const Point middle = marked(out[k]);
    REQUIRE(middle.x >= 0);
    if (k >= 10) CHECK(std::abs(middle.x - (70 + 2. * double(k))) < 22);
    if (k > 0) CHECK(std::abs(middle.x - last.x) < 10);  // the detector's own steps are 16 pixels
    last = middle;
  }
}

TEST_CASE("a video without a face comes back as it was" * doctest::skip(!fs::exists(program("mirror")))) {
  const Cinema cinema;
  write_video(cinema / "in.avi", std::vector<Picture>(5, scene(nowhere, 0)));
  const Result result = shell(cinema.mirror("in.avi", "out.avi"));
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK(result.text.starts_with("5 frames, 0 with a face, "));
  for (const Picture& frame : read_video(cinema / "out.avi"))
    for (int k = 0; k < 192; k += 10)
      CHECK(std::abs(red_at(frame, k, k) - red_at(scene(nowhere, 0), k, k)) < 16);
}

TEST_CASE("what mirror cannot read, show or write is one clear line" *
          doctest::skip(!fs::exists(program("mirror")))) {
  const Cinema cinema;
  write_video(cinema / "in.avi", std::vector<Picture>(5, scene(60, 60)));
  const std::string bytes = bytes_of(cinema / "in.avi");
  check_line(shell(cinema.mirror("none.avi", "out.avi")), "none.avi: no such file");
  put(cinema / "text.avi", "no video");
  check_line(shell(cinema.mirror("text.avi", "out.avi")), "text.avi: cannot be read: expected a video");
  put(cinema / "cut.avi", bytes.substr(0, 100));
  check_line(shell(cinema.mirror("cut.avi", "out.avi")), "cut.avi: cannot be read: expected a video");
  check_line(shell(cinema.mirror("in.avi", "out.avi") + " --margin nan"),
             "nan: expected a number from 0 to 4");
  check_line(shell(cinema.mirror("in.avi", "out.gif")), "out.gif: cannot be written: expected a name ending");
  check_line(shell(cinema.mirror("in.avi", "none/out.avi")), "none/out.avi: cannot be written");
  fs::create_directories(cinema / "folder.avi");
  check_line(shell(cinema.mirror("in.avi", "folder.avi")),
             "folder.avi: cannot be written: expected a regular");
  check_line(shell(cinema.mirror("--camera 99 --output " + (cinema / "out.avi").string())),
             "camera 99: cannot be opened");
  check_line(shell(cinema.mirror("--input " + (cinema / "in.avi").string())),
             "no screen to show it on: expected --output FILE");
  check_line(shell("ulimit -f 8; " + cinema.mirror("in.avi", "out.avi")), "out.avi: cannot be written");
  CHECK(cinema.entries() == 6);  // no video, and no part of one
}

TEST_CASE("a video that was cut short is written as far as it goes, and one line says so" *
          doctest::skip(!fs::exists(program("mirror")))) {
  const Cinema cinema;
  write_video(cinema / "whole.avi", std::vector<Picture>(100, scene(60, 60)));
  const std::string bytes = bytes_of(cinema / "whole.avi");
  put(cinema / "in.avi", bytes.substr(0, bytes.size() * 6 / 10));
  const Result result = shell(cinema.mirror("in.avi", "out.avi"));
  INFO(result.text);
  CHECK(result.code == 1);
  const std::string frames = std::to_string(read_video(cinema / "out.avi").size());
  CHECK(result.text.starts_with(frames + " frames, " + frames + " with a face, "));
  CHECK(result.text.find("in.avi: ends early: " + frames + " frames, expected 100\n") != std::string::npos);
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 2);
  CHECK(std::stoi(frames) > 40);
  CHECK(std::stoi(frames) < 70);
}

TEST_CASE("Ctrl-C ends a video early, and what was done is whole" *
          doctest::skip(!fs::exists(program("mirror")))) {
  const Cinema cinema;
  write_video(cinema / "in.avi", std::vector<Picture>(1500, scene(60, 60)));
  const Result result =
      shell("timeout --preserve-status --signal INT 1.5 " + cinema.mirror("in.avi", "out.avi"));
  INFO(result.text);
  CHECK(result.code == 130);
  const std::size_t frames = read_video(cinema / "out.avi").size();
  CHECK(frames > 0);
  CHECK(frames < 1500);
  CHECK(result.text.starts_with(std::to_string(frames) + " frames, "));
}
