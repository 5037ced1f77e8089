// gender_swap as its users run it.
#include "support/torch_writer.hpp"
#include "swap_folder.hpp"
#include <guise/deploy/pretrained.hpp>
#include <guise/face/face.hpp>

#include <array>
#include <utility>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("the dominant face is swapped, nothing else changes, and every stage is shown") {
  const SwapFolder scratch;
  const Picture before = scene(256, 200, 120, 90, 10);
  write_picture(scratch / "in.png", before);
  const Result result = shell(scratch.swap("in.png", "out.png", "--stages " + (scratch / "stages").string()));
  INFO(result.text);
  REQUIRE(result.code == 0);
  CHECK(result.text.empty());
  const Picture after = read_picture(scratch / "out.png");
  REQUIRE(after.width == 256);
  CHECK(grey_at(after, 120, 110) > grey_at(before, 120, 110) + 40);  // towards grey
  for (auto [x, y] : {std::pair{2, 2}, {250, 195}, {4, 190}})
    CHECK(grey_at(after, x, y) == grey_at(before, x, y));
  for (const char* stage : {"1_faces", "2_crop", "3_translation", "4_mask", "5_result"})
    CHECK(fs::exists(scratch / "stages" / (std::string("in.png_") + stage + ".png")));
  CHECK(read_picture(scratch / "stages" / "in.png_2_crop.png").width == 32);

  // without weights only the overlay is drawn
  const std::string overlay = program("gender_swap") + " --detector " + (scratch / "detector.onnx").string() +
                              " --input " + (scratch / "in.png").string() + " --output " +
                              (scratch / "drawn.png").string();
  REQUIRE(shell(overlay).code == 0);
  CHECK(read_picture(scratch / "drawn.png") == before);
  REQUIRE(shell(overlay + " --overlay beard,hair --overlay_colour 250,0,0").code == 0);
  CHECK(read_picture(scratch / "drawn.png") != before);
}

TEST_CASE("--all_faces takes every face, without it one; the other direction takes the other generator") {
  const SwapFolder scratch;
  const Picture before = lighter(scene(600, 200, 100, 100, 26), scene(600, 200, 500, 100, 22));
  write_picture(scratch / "in.png", before);
  fs::rename(scratch / "latest_net_G_A.safetensors", scratch / "latest_net_G_B.safetensors");
  const auto changed = [&](const std::string& more) {
    const Result result = shell(scratch.swap("in.png", "out.png", "--direction BtoA --margin 0 " + more));
    INFO(result.text);
    REQUIRE(result.code == 0);
    const Picture after = read_picture(scratch / "out.png");
    return std::pair{grey_at(after, 100, 100) < 200, grey_at(after, 500, 100) < 200};
  };
  CHECK(changed("") == std::pair{true, false});
  CHECK(changed("--all_faces --stages " + (scratch / "stages").string()) == std::pair{true, true});
  CHECK(fs::exists(scratch / "stages" / "in.png_2_crop_1.png"));
}

TEST_CASE("faces side by side are swapped before anything is drawn over them") {
  const SwapFolder scratch;
  const Picture before = lighter(scene(400, 200, 120, 100, 26), scene(400, 200, 250, 100, 22));
  write_picture(scratch / "in.png", before);
  const auto crop_of_second = [&](const std::string& folder, const std::string& more) {
    const Result result = shell(scratch.swap(
        "in.png", folder + ".png", "--all_faces --margin 1 --stages " + (scratch / folder).string() + more));
    INFO(result.text);
    REQUIRE(result.code == 0);
    return bytes_of(scratch / folder / "in.png_2_crop_1.png");
  };
  CHECK(crop_of_second("bare", "") == crop_of_second("drawn", " --overlay hair"));
  CHECK(bytes_of(scratch / "bare.png") != bytes_of(scratch / "drawn.png"));
}

TEST_CASE("the first stage shows every face, and the frame of the one that is swapped") {
  const SwapFolder scratch;
  const Picture before = lighter(scene(600, 200, 100, 100, 26), scene(600, 200, 500, 100, 22));
  const auto marks = [](const Picture& picture, int from, int to, std::array<int, 3> colour) {
    int count = 0;
    for (int y = 0; y < picture.height; ++y)
      for (int x = from; x < to; ++x)
        count += std::equal(colour.begin(), colour.end(),
                            picture.rgb.begin() + std::ptrdiff_t{3} * (y * picture.width + x));
    return count;
  };
  constexpr std::array blue{0, 220, 255}, yellow{255, 196, 0}, grey{128, 128, 128};
  // two files that differ in their ending alone
  write_picture(scratch / "in.png", before);
  write_picture(scratch / "in.jpg", scene(600, 200, 300, 100, 26));
  const std::string stages = "--margin 0.2 --stages " + (scratch / "stages").string();
  REQUIRE(shell(scratch.swap("in.png", "out.png", stages)).code == 0);
  REQUIRE(shell(scratch.swap("in.jpg", "out.png", stages)).code == 0);
  const Picture seen = read_picture(scratch / "stages" / "in.png_1_faces.png");
  CHECK(marks(seen, 0, 300, blue) > 50);
  CHECK(marks(seen, 0, 300, yellow) > 50);
  CHECK(marks(seen, 300, 600, blue) == 0);
  CHECK(marks(seen, 300, 600, yellow) == 0);
  CHECK(marks(seen, 300, 600, grey) > 50);
  CHECK(marks(read_picture(scratch / "stages" / "in.jpg_1_faces.png"), 250, 350, blue) > 50);
}

TEST_CASE("a picture goes into a folder under its name, and never over the original") {
  const SwapFolder scratch;
  write_picture(scratch / "in.png", scene(200, 200, 100, 90, 8));
  fs::create_directories(scratch / "out");
  CHECK(shell(scratch.swap("in.png", "out")).code == 0);
  CHECK(read_picture(scratch / "out" / "in.png").width == 200);
  const std::string before = bytes_of(scratch / "in.png");
  check_line(shell(scratch.swap("in.png", ".")), 1, ".: expected another folder than that of the picture");
  check_line(shell(scratch.swap("out", "out")), 1, "out: expected a folder for the results, found that of");
  CHECK(bytes_of(scratch / "in.png") == before);
  CHECK(bytes_of(scratch / "out" / "in.png") != before);
}

TEST_CASE("a generator is used at the size that it was trained on, unless told") {
  const SwapFolder scratch;
  write_picture(scratch / "in.png", scene(200, 200, 100, 90, 8));
  const auto seen = [&](const std::string& more) {
    const Result result =
        shell(program("gender_swap") + " --threads 1 --detector " + (scratch / "detector.onnx").string() +
              " --input " + (scratch / "in.png").string() + " --output " + (scratch / "out.png").string() +
              " --stages " + (scratch / "stages").string() + " " + more);
    INFO(result.text);
    REQUIRE(result.code == 0);
    return read_picture(scratch / "stages" / "in.png_2_crop.png").width;
  };
  CHECK(seen("") == 256);
  const fs::path file = scratch / "latest_net_G_A.safetensors";
  Safetensors weights = read_safetensors(file);
  for (const auto& [note, side] : {std::pair{"48", 48}, {"5000", 1024}, {"many", 256}, {"-8", 256}}) {
    weights.metadata["crop_size"] = note;
    write_safetensors(file, weights);
    if (side < 256) CHECK(seen("--weights " + scratch.path().string()) == side);
    CHECK(crop_size_in(read_safetensors(file)).has_value() == (side != 256));
  }
  weights.metadata["crop_size"] = "48";
  write_safetensors(file, weights);
  CHECK(seen("--weights " + file.string()) == 48);
  CHECK(seen("--size 32 --weights " + file.string()) == 32);
}

TEST_CASE("the folder of a training may hold the reference's own files") {
  const SwapFolder scratch;
  write_picture(scratch / "in.png", scene(200, 200, 100, 90, 8));
  std::vector<std::pair<std::string, std::string>> entries;
  std::vector<std::pair<std::string, std::vector<float>>> storages;
  for (const auto& [name, tensor] : read_safetensors(scratch / "latest_net_G_A.safetensors").tensors) {
    const std::string key = std::to_string(storages.size());
    std::vector<std::int64_t> sizes(tensor.shape.begin(), tensor.shape.end()), strides(sizes.size(), 1);
    for (std::size_t k = sizes.size(); k-- > 1;) strides[k - 1] = strides[k] * sizes[k];
    const std::string storage = pickled::storage(key, std::int64_t(tensor.data.size()));
    entries.emplace_back(name, pickled::tensor(storage, 0, sizes, strides));
    storages.emplace_back(key, tensor.data);
  }
  put(scratch / "latest_net_G_A.pth", torch_stream(pickled::dict(entries), storages));
  fs::remove(scratch / "latest_net_G_A.safetensors");
  const Result result = shell(scratch.swap("in.png", "out.png"));
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK(grey_at(read_picture(scratch / "out.png"), 100, 100) < 200);
}

TEST_CASE("without a face there is one line, exit code 2 and no output; a folder goes on and sums up") {
  const SwapFolder scratch;
  fs::create_directories(scratch / "in");
  write_picture(scratch / "in" / "a.png", scene(200, 200, 100, 90, 8));
  write_picture(scratch / "in" / "b.jpg", scene(200, 200));
  check_line(shell(scratch.swap("in/b.jpg", "out.png")), 2, "b.jpg: no face found, nothing written");
  CHECK_FALSE(fs::exists(scratch / "out.png"));
  Result result = shell(scratch.swap("in", "out"));
  INFO(result.text);
  CHECK(result.code == 2);
  CHECK(result.text.find("2 pictures: 1 swapped, 1 without a face, 0 failed\n") != std::string::npos);
  CHECK(fs::exists(scratch / "out" / "a.png"));
  CHECK_FALSE(fs::exists(scratch / "out" / "b.jpg"));
  put(scratch / "in" / "c.png", "no picture");
  result = shell(scratch.swap("in", "out"));
  CHECK(result.code == 1);
  CHECK(result.text.find("3 pictures: 1 swapped, 1 without a face, 1 failed\n") != std::string::npos);
}

TEST_CASE("frames are all written, with the face where it was a moment ago if it is missed") {
  const SwapFolder scratch;
  fs::create_directories(scratch / "in");
  for (int k = 0; k < 4; ++k)
    write_picture(scratch / "in" / (std::to_string(k) + ".png"),
                  k == 2 ? scene(200, 200) : scene(200, 200, 100, 90, 8));
  const Result result = shell(scratch.swap("in", "out", "--frames"));
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK(result.text.starts_with("4 pictures: 4 swapped, 0 without a face, 0 failed, "));
  CHECK(result.text.ends_with(" ms each\n"));
  for (int k = 0; k < 4; ++k) {
    const Picture frame = read_picture(scratch / "out" / (std::to_string(k) + ".png"));
    CHECK(grey_at(frame, 100, 115) > 70);
  }
}

TEST_CASE("frames follow one another by their numbers, and one without a face is the same file") {
  const SwapFolder scratch;
  fs::create_directories(scratch / "in");
  // A face in frames 1 to 10, none in 11 to 30: in the order of characters 2 would come behind 11 to 19.
  for (int k = 1; k <= 30; ++k) {
    const fs::path file = scratch / "in" / ("f" + std::to_string(k) + "_1080.png");
    write_picture(file, k <= 10 ? scene(200, 200, 100, 90, 8) : scene(200, 200));
    put(file, bytes_of(file) + "and what no reader looks at");
  }
  const Result result = shell(scratch.swap("in", "out", "--frames --rate 10"));
  INFO(result.text);
  CHECK(result.code == 0);
  const auto same = [&](int k) {
    const std::string name = "f" + std::to_string(k) + "_1080.png";
    return bytes_of(scratch / "out" / name) == bytes_of(scratch / "in" / name);
  };
  for (int k = 1; k <= 10; ++k) CHECK_FALSE(same(k));
  CHECK_FALSE(same(11));  // where it was a moment ago
  for (int k = 18; k <= 30; ++k) CHECK(same(k));
}

TEST_CASE("the way the camera was held is honoured, in all eight ways") {
  const SwapFolder scratch;
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
    write_rotated(scratch / "in.jpg", scene(256, 160, 60, 50, 10), orientation);
    // without weights, so that the spot stays as bright as it is
    REQUIRE(shell(program("gender_swap") + " --detector " + (scratch / "detector.onnx").string() +
                  " --input " + (scratch / "in.jpg").string() + " --output " + (scratch / "out.png").string())
                .code == 0);
    const Picture out = read_picture(scratch / "out.png");
    CHECK(out.width == (orientation > 4 ? 160 : 256));
    CHECK(out.height == (orientation > 4 ? 256 : 160));
    const auto [x, y] = upright[std::size_t(orientation - 1)];
    CHECK(grey_at(out, int(x), int(y)) > 200);
    CHECK(grey_at(out, out.width - int(x), int(y)) < 100);
    CHECK(grey_at(out, int(x), out.height - int(y)) < 100);
  }
}

TEST_CASE("Ctrl-C in a folder ends after the picture in hand and leaves nothing half-written") {
  const SwapFolder scratch;
  fs::create_directories(scratch / "in");
  write_picture(scratch / "in/1000.jpg", scene(700, 600, 300, 260, 30));
  for (int k = 1; k < 400; ++k)
    fs::copy_file(scratch / "in/1000.jpg", scratch / "in" / (std::to_string(1000 + k) + ".jpg"));
  const Result result = shell("timeout --preserve-status --signal INT 0.7 " + scratch.swap("in", "out"));
  INFO(result.text);
  CHECK(result.code == 130);
  CHECK(result.text.starts_with("interrupted after "));
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
  std::ptrdiff_t written = 0;
  for (const auto& entry : fs::directory_iterator(scratch / "out")) {
    CHECK(read_picture(entry.path()).width == 700);
    CHECK(entry.path().extension() == ".jpg");
    ++written;
  }
  CHECK(result.text.find(" " + std::to_string(written) + " swapped") != std::string::npos);
}
