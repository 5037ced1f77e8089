// Pictures come back from `translate` as they went in: name, folder, format, depth, transparency; and the options that
// say otherwise.
#include "translation_folder.hpp"
#include <guise/io/picture/raster_rows.hpp>

#include <cmath>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("a folder of folders comes back under the same names, formats, depths and sizes, in bands too") {
  const TranslationFolder place;
  std::vector<std::string> names;
  for (const std::string name :
       {"rgb16.tif", "grey32.tif", "rgb16_big_endian.tif", "rgb8_turned.tif", "rgb8.webp", "rgb16.png",
        "rgba16.png", "rgb16.ppm", "grey16.npy", "rgb32.npy", "rgb8_palette.tif"}) {
    if (!is_built(name)) continue;
    const std::string folder = names.size() % 3 == 0 ? "" : names.size() % 3 == 1 ? "a/" : "a/b c/";
    fs::create_directories(place / ("in/" + folder));
    fs::copy_file(rasters / name, place / ("in/" + folder + name));
    names.push_back(folder + name);
  }
  fs::create_directories(place / "in/.hidden");
  fs::copy_file(rasters / "rgb16.png", place / "in/.hidden/x.png");
  fs::copy_file(rasters / "five32.npy", place / "in/a/five.npy");
  const std::string count = std::to_string(names.size());
  for (const std::string out : {"in/out", "banded"}) {
    const Result result =
        place.translate(place / "in/", place / out, out == "banded" ? "--memory 100MiB" : "");
    INFO(result.text);
    CHECK(result.code == 1);
    CHECK(has(result,
              "five.npy: a picture of 5 channels: expected 3, as many as the network takes, or a grey"));
    CHECK(has(result, ": " + count + " translated, 1 failed; passed over: 1 hidden folder\n"));
    if (out == "in/out") {  // which is not gone into
      const Result again = place.translate(place / "in", place / "in/out", "--skip_existing");
      CHECK(has(again, ": 0 translated, " + count + " were there, 1 failed; passed over: 1 hidden folder\n"));
      fs::rename(place / out, place / "out");
    }
  }
  for (const std::string& name : names) {
    CAPTURE(name);
    const Raster made = read_raster(place / ("out/" + name)), given = read_raster(place / ("in/" + name));
    CHECK(made.width == given.width);
    CHECK(made.height == given.height);
    CHECK(made.depth == given.depth);
    CHECK(made.channels == 3);
    CHECK(bytes_of(place / ("banded/" + name)) == bytes_of(place / ("out/" + name)));
  }
}

TEST_CASE("a picture of 16 bits or of float is translated as its 8 bits are, and finer") {
  const TranslationFolder place;
  const Raster bytes = read_raster(rasters / "rgb8.ppm");
  write_raster(place / "8.png", bytes);
  write_raster(place / "16.ppm", converted(bytes, Depth::bits16));
  write_raster(place / "float.npy", converted(bytes, Depth::float32));
  Raster times100 = converted(bytes, Depth::float32);
  for (Index k = 0; k < times100.numbers(); ++k) times100.put(k, times100.at<float>(k) * 100 - 50);
  write_raster(place / "wide.npy", times100);
  const Raster in8 = place.translated(place / "8.png", "8_made.png"),
               in16 = place.translated(place / "16.ppm", "16_made.ppm"),
               in32 = place.translated(place / "float.npy", "float_made.npy"),
               wide = place.translated(place / "wide.npy", "wide_made.npy", "--range -50:50");
  int finer = 0;
  for (Index k = 0; k < in8.numbers(); ++k) {
    CHECK(std::abs(in16.at<std::uint16_t>(k) / 257. - in8.at<std::uint8_t>(k)) <= 0.51);
    CHECK(std::abs(in32.at<float>(k) * 65535. - in16.at<std::uint16_t>(k)) <= 1);
    CHECK(std::abs((wide.at<float>(k) + 50) / 100. - in32.at<float>(k)) <= 1e-4);
    finer += in16.at<std::uint16_t>(k) % 257 != 0;
  }
  CHECK(finer > in8.numbers() / 2);
  // A network of one channel gives grey for grey.
  const TranslationFolder grey;
  write_random<ResnetGenerator<6, 8, 1>>(grey / "latest_net_G_A.safetensors");
  write_raster(grey / "in.pgm", channels_of(converted(bytes, Depth::bits16), 0, 1));
  CHECK(grey.translated(grey / "in.pgm", "out.pgm").depth == Depth::bits16);
  CHECK(bytes_of(grey / "out.pgm").starts_with("P5"));
  CHECK(grey.translated(place / "8.png", "of_colours.png").channels == 1);
  write_raster(place / "five.npy", blank_raster(9, 9, 5));
  check_refused(grey.translate(place / "five.npy", grey / "no/x.png"), "translate",
                "five.npy: a picture of 5 channels: expected 1, as many as the network takes, or RGB");
  // The range of a training, which is noted in its weights.
  Safetensors noted = read_safetensors(place / "latest_net_G_A.safetensors");
  noted.metadata["range"] = "-50:50";
  write_safetensors(place / "latest_net_G_A.safetensors", noted);
  CHECK(place.translated(place / "wide.npy", "wide_noted.npy") == wide);
  noted.metadata["range"] = "none at all";
  write_safetensors(place / "latest_net_G_A.safetensors", noted);
  check_refused(place.translate(place / "8.png", place / "no/x.png"), "translate",
                "latest_net_G_A.safetensors: its note of a range, none at all: expected LOW:HIGH");
  // Numbers of 12 bits are the same in a PGM that says so.
  const Raster shallow = channels_of(converted(bytes, Depth::bits16), 0, 1);
  Raster twelve = shallow;
  for (Index k = 0; k < twelve.numbers(); ++k)
    twelve.put(k, static_cast<std::uint16_t>(shallow.at<std::uint16_t>(k) / 16));
  write_raster(grey / "12.pgm", twelve);
  write_raster(grey / "12.npy", twelve);
  std::string said = bytes_of(grey / "12.pgm");
  said.replace(said.find("65535"), 5, "4095");
  put(grey / "12.pgm", said);
  CHECK(grey.translated(grey / "12.pgm", "12_made.npy", "--range 0:4095") ==
        grey.translated(grey / "12.npy", "12_same.npy", "--range 0:4095"));
  noted.metadata.erase("range");
  write_safetensors(place / "latest_net_G_A.safetensors", noted);
  check_refused(place.translate(place / "wide.npy", place / "no/x.npy"), "translate",
                "wide.npy: float numbers outside [0, 1]: expected a range for them");
  Raster late = converted(bytes, Depth::float32);
  late.put(late.numbers() - 1, 2.f);
  write_raster(place / "late.npy", late);
  check_refused(place.translate(place / "late.npy", place / "no/x.npy"), "translate",
                "late.npy: float numbers");
  for (const std::string range : {"5", "5:5", "nan:1", "0:inf", "2:1", "0:1:2", ":"})
    check_refused(place.translate(place / "8.png", place / "no/x.png", "--range " + range), "translate",
                  "--range " + range + ": expected LOW:HIGH");
  CHECK(!fs::exists(place / "no"));
}

TEST_CASE("transparency is carried over where that is asked for, else the picture is put on white") {
  const TranslationFolder place;
  const Raster given = read_raster(rasters / "rgba16.png");
  const Raster kept = place.translated(rasters / "rgba16.png", "kept.png", "--keep_alpha"),
               banded =
                   place.translated(rasters / "rgba16.png", "banded.png", "--keep_alpha --memory 100MiB"),
               plain = place.translated(rasters / "rgba16.png", "plain.png");
  CHECK(channels_of(kept, 3, 1) == channels_of(given, 3, 1));
  CHECK(kept.alpha);
  CHECK(banded == kept);
  CHECK(plain.channels == 3);
  write_raster(place / "white.png", on_white(given));
  CHECK(place.translated(place / "white.png", "white_made.png") == plain);
  write_raster(place / "bare.png", channels_of(given, 0, 3));
  CHECK(place.translated(place / "bare.png", "bare_made.png") == channels_of(kept, 0, 3));
  write_raster(place / "ga.png", with_alpha(channels_of(given, 0, 1), channels_of(given, 3, 1)));
  CHECK(channels_of(place.translated(place / "ga.png", "ga_made.png", "--keep_alpha"), 3, 1) ==
        channels_of(given, 3, 1));
  if (is_built("x.tif")) {
    const Raster tiff = place.translated(rasters / "rgba16.tif", "kept.tif", "--keep_alpha");
    CHECK(tiff == kept);
  }
  check_refused(place.translate(rasters / "rgba16.png", place / "no/x.jpg", "--keep_alpha"), "translate",
                "x.jpg: cannot be written: 4 channels with transparency: expected grey or RGB, without");
  CHECK(!fs::exists(place / "no"));
  CHECK(place.translated(rasters / "rgba16.png", "x.jpg").depth == Depth::bits8);
}

TEST_CASE(
    "format, suffix and quality are chosen, and two pictures of one name are not written over each other") {
  const TranslationFolder place;
  fs::create_directories(place / "in");
  fs::copy_file(rasters / "rgb16.png", place / "in/a.png");
  fs::copy_file(rasters / "rgb8.ppm", place / "in/a.ppm");
  fs::copy_file(rasters / "rgb16.npy", place / "in/b.npy");
  const Result two = place.translate(place / "in", place / "out", "--format npy --suffix _made");
  INFO(two.text);
  CHECK(two.code == 1);
  CHECK(has(two, "a.ppm: " + (place / "out/a_made.npy").string() + " is the translation of another picture"));
  CHECK(has(two, "3 pictures: 2 translated, 1 failed\n"));
  CHECK(read_raster(place / "out/a_made.npy").depth == Depth::bits16);
  CHECK(fs::exists(place / "out/b_made.npy"));
  CHECK(place.translate(place / "in/a.png", place / "q/", "--format jpg --quality 10").code == 0);
  CHECK(place.translate(place / "in/a.png", place / "q95/", "--format jpg").code == 0);
  CHECK(fs::file_size(place / "q/a.jpg") < fs::file_size(place / "q95/a.jpg"));
  const auto refused = [&](const std::string& output, const std::string& more, const std::string& part) {
    check_refused(place.translate(place / "in/a.png", place / output, more), "translate", part);
  };
  refused("no/x.pgm", "", "x.pgm: cannot be written: 3 channels: expected grey, without transparency");
  refused("no/x.gif", "", "x.gif: cannot be written: expected a name ending in .png, .jpg");
  refused("no/x.png", "--format jpg", "x.png: expected a name that ends in .jpg, as --format says");
  refused("no/x.pgm", "--format ppm", "x.pgm: expected a name that ends in .ppm, as --format says");
  refused("no/x.png", "--suffix _made", "--suffix _made: expected a folder as --output");
  refused("no/", "--suffix ../x", "--suffix ../x: expected a part of a name");
  refused("no/", "--format gif", "--format");
  refused("no/", "--quality 101", "--quality");
  check_refused(place.translate(place / "none", place / "no/"), "translate", "none: no such file");
  fs::create_directories(place / "empty");
  check_refused(place.translate(place / "empty", place / "no"), "translate", "empty: no picture in it");
  CHECK(!fs::exists(place / "no"));
}

TEST_CASE("Ctrl-C in a folder counts only what was written") {
  const TranslationFolder place;
  fs::create_directories(place / "in");
  for (int k = 0; k < 40; ++k)
    write_picture(place / ("in/" + std::to_string(k) + ".png"), striped(512, 512, 3 + k));
  for (const std::string more : {"", "--memory 200MiB"}) {
    const std::string out = more.empty() ? "whole" : "banded";
    const Result result =
        shell("timeout --preserve-status --signal INT 1.2 " + place.command(place / "in", place / out, more));
    INFO(result.text);
    CHECK(result.code == 130);
    std::error_code none;
    std::size_t written = 0;
    for (fs::directory_iterator entry(place / out, none), end; !none && entry != end; ++entry) {
      CHECK(entry->path().extension() == ".png");
      ++written;
    }
    CHECK(has(result, "interrupted after " + std::to_string(written) +
                          " pictures: " + std::to_string(written) + " translated, 0 failed\n"));
  }
}
