// Pictures that other programs wrote are translated, and those read what comes back; the lens, trainings and evaluations
// read the same formats.
#include "swap_folder.hpp"
#include "translation_folder.hpp"
#include <guise/data/picture_files.hpp>

#include <numeric>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("other programs write what is translated and read what comes back") {
  const TranslationFolder place;
  if (is_installed("python3") && shell("python3 -c 'import PIL'").code == 0) {
    fs::create_directories(place / "in");
    const std::string python = "cd " + place.path().string() + " && python3 -c 'from PIL import Image; ";
    REQUIRE(
        shell(python +
              "g = Image.linear_gradient(\"L\").resize((33, 21)); p = Image.merge(\"RGB\", (g, g.rotate(90), "
              "g.rotate(180))); p.save(\"in/a.webp\", lossless=True); p.save(\"in/a.tiff\", "
              "compression=\"tiff_lzw\"); p.save(\"in/a.ppm\"); p.save(\"in/a.jpg\"); p.save(\"in/a.png\")'")
            .code == 0);
    const Result result = place.translate(place / "in", place / "out");
    INFO(result.text);
    CHECK(
        has(result, is_built("x.tif") && is_built("x.webp") ? ": 5 translated, 0 failed" : " translated, "));
    const Result read =
        shell(python +
              "import os; [print(f, p.size, p.mode, sum(p.convert(\"RGB\").tobytes())) for f in "
              "sorted(os.listdir(\"out\")) for p in [Image.open(\"out/\" + f)]]'");
    INFO(read.text);
    for (const std::string name : {"a.jpg", "a.png", "a.ppm", "a.tiff", "a.webp"})
      if (is_built(name)) CHECK(has(read, name + " (33, 21) RGB "));
    // Of one picture without loss the same is made, as another program sees it.
    const Picture made = read_picture(place / "out/a.png");
    const std::string sum = std::to_string(std::accumulate(made.rgb.begin(), made.rgb.end(), 0L));
    for (const std::string name : {"a.png", "a.ppm", "a.tiff"})
      if (is_built(name)) CHECK(has(read, name + " (33, 21) RGB " + sum + "\n"));
  }
  if (is_built("x.tif") && is_installed("tiffinfo")) {
    fs::copy_file(rasters / "rgba16.tif", place / "t.tif");
    REQUIRE(place.translate(place / "t.tif", place / "t_made.tif", "--keep_alpha").code == 0);
    const Result info = shell("tiffinfo -D " + (place / "t_made.tif").string());
    INFO(info.text);
    for (const char* part : {"Image Width: 19 Image Length: 13", "Bits/Sample: 16", "Samples/Pixel: 4",
                             "Extra Samples: 1<unassoc-alpha>"})
      CHECK(has(info, part));
    CHECK(!has(info, "rror"));
    REQUIRE(
        shell("tiffcp -c none " + (place / "t_made.tif").string() + " " + (place / "u.tif").string()).code ==
        0);
    CHECK(read_raster(place / "u.tif") == read_raster(place / "t_made.tif"));
  }
  if (is_built("x.webp") && is_installed("dwebp")) {
    REQUIRE(place.translate(rasters / "rgba8.webp", place / "w.webp", "--keep_alpha").code == 0);
    REQUIRE(shell("dwebp -pam " + (place / "w.webp").string() + " -o " + (place / "w.pam").string()).code ==
            0);
    CHECK(bytes_of(place / "w.pam").starts_with("P7\nWIDTH 19\nHEIGHT 13\nDEPTH 4\n"));
  }
}

TEST_CASE("the lens, a training and an evaluation read every format by the same door") {
  std::vector<std::string> names = {"c.npy"};
  for (const std::string name : {"a.webp", "b.tif"})
    if (is_built(name)) names.push_back(name);
  const auto put_all = [&](const fs::path& folder, const Picture& picture) {
    fs::create_directories(folder);
    for (const std::string& name : names)
      write_raster(folder / name,
                   name == "b.tif" ? converted(to_raster(picture), Depth::bits16) : to_raster(picture));
  };
  const SwapFolder lens;
  put_all(lens / "in", scene(64, 64, 32, 32, 4));
  const Result swapped = shell(lens.swap("in", "out"));
  INFO(swapped.text);
  CHECK(swapped.code == 0);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(grey_at(read_picture(lens / ("out/" + name)), 32, 32) < 200);  // the face has become grey
    CHECK(grey_at(read_picture(lens / ("in/" + name)), 32, 32) > 240);
  }

  const TrainingFolder place;
  fs::remove_all(place.data() / "trainA");
  put_all(place.data() / "trainA", striped(40, 36, 7));
  put_all(place / "pairs", striped(40, 36, 9));
  put(place.data() / "trainA/x.gif", "what is counted");
  const Result trained = shell(place.training("--max_steps 4"));
  INFO(trained.text);
  CHECK(trained.code == 0);
  CHECK(has(trained, "trainA: " + counted(names.size(), "picture") + "; passed over: 1 .gif file\n"));
  const Result scored =
      shell(program("evaluate") + " --threads 1 --json --pairs --weights " + place.weights() + " --input " +
            (place.data() / "trainA").string() + " --target " + (place / "pairs").string());
  INFO(scored.text);
  CHECK(scored.code == 0);
  CHECK(has(scored, "{\"pairs\":" + std::to_string(names.size()) + ","));
}
