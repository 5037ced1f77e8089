// evaluate and inspect: the numbers that they print, and pictures and outputs that they cannot do with.
#include "examples/training_folder.hpp"
#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

struct Any;

std::string evaluation(const TrainingFolder& place, const std::string& input, const std::string& target) {
  return program("evaluate") + " --threads 1 --json --pairs --weights " + place.weights() + " --input " +
         (place.data() / input).string() + " --target " + (place.data() / target).string();
}

}  // namespace

TEST_CASE("the scores of pairs are those of the pictures that translate writes") {
  const TrainingFolder place;
  for (int k = 0; k < 3; ++k)
    write_picture(place.data() / "trainB" / (std::to_string(k) + ".png"), striped(40, 36, 21 + k));
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  REQUIRE(shell(place.translation((place.data() / "testA").string(), place / "made")).code == 0);
  const Result scored = shell(evaluation(place, "testA", "trainB"));
  INFO(scored.text);
  REQUIRE(scored.code == 0);
  const auto scores = nlohmann::json::parse(scored.text);
  CHECK(scores.at("pairs") == 3);
  for (const auto& [name, folder] :
       {std::pair{"translated", place / "made"}, {"untouched", (place.data() / "testA").string()}}) {
    double mean_error = 0, noise = 0, similarity = 0;
    for (int k = 0; k < 3; ++k) {
      const std::string file = std::to_string(k) + ".png";
      const auto picture = read_image<Any>(fs::path(folder) / file),
                 target = read_image<Any>(place.data() / "trainB" / file);
      mean_error += mae(picture, target) / 3;
      noise += psnr(picture, target) / 3;
      similarity += ssim(picture, target) / 3;
    }
    CAPTURE(name);  // translations are written in 8 bits
    CHECK(scores.at(name).at("mae").get<double>() == doctest::Approx(mean_error).epsilon(2e-3));
    CHECK(scores.at(name).at("psnr").get<double>() == doctest::Approx(noise).epsilon(2e-3));
    CHECK(scores.at(name).at("ssim").get<double>() == doctest::Approx(similarity).epsilon(2e-2));
  }
  for (const char* score : {"mae", "psnr", "ssim"})
    CHECK(scores["translated"][score].get<double>() !=
          doctest::Approx(scores["untouched"][score].get<double>()).epsilon(1e-2));
}

TEST_CASE("pictures that are equal or tiny, and an output that is full") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const auto same = nlohmann::json::parse(shell(evaluation(place, "testA", "testA")).text);
  CHECK(same["untouched"]["mae"] == 0);
  CHECK(!same["untouched"].contains("psnr"));  // infinite
  CHECK(same["translated"].contains("psnr"));

  for (int side : {1, 6}) {
    for (const char* folder : {"testA", "trainB"})
      write_picture(place.data() / folder / "0.png", striped(side, side, 3));
    check_refused(shell(evaluation(place, "testA", "trainB")), "evaluate",
                  (place.data() / "trainB" / "0.png").string() + ": a width of " + std::to_string(side) +
                      ": expected at least 7");
    CHECK(shell(evaluation(place, "testA", "trainB") + " --crop_size 32").code == 0);
  }
  for (const char* value : {"-1", "99999999999999999999"})
    check_refused(shell(evaluation(place, "testA", "testA") + " --seed=" + value), "evaluate", "--seed");
  check_refused(shell(evaluation(place, "testA", "testA") + " --crop_size 32 > /dev/full"), "evaluate",
                "standard output: cannot be written");
  check_refused(shell(program("inspect") + " > /dev/full"), "inspect", "standard output: cannot be written");
}

TEST_CASE("pictures of other channels and depths are scored as they are") {
  const TrainingFolder place;
  const auto fill = [&](const char* folder, int channels) {
    fs::remove_all(place.data() / folder);
    for (int k = 0; k < 5; ++k) {
      Raster raster = blank_raster(40, 40, channels, Depth::float32);
      for (Index n = 0; n < raster.numbers(); ++n) raster.put(n, float((n * (k + 3)) % 97));
      fs::create_directories(place.data() / folder);
      write_raster(place.data() / folder / (std::to_string(k) + ".npy"), raster);
    }
  };
  const auto scores = [&](const std::string& more) {
    const Result scored = shell(program("evaluate") + " --threads 1 --json --pairs --weights " +
                                place.made().string() + " --dataroot " + place.data().string() + more);
    INFO(scored.text);
    REQUIRE(scored.code == 0);
    return nlohmann::json::parse(scored.text);
  };
  for (const char* folder : {"trainA", "testA"}) fill(folder, 5);
  for (const char* folder : {"trainB", "testB"}) fill(folder, 1);
  const std::string training = "--max_steps 1 --input_nc 5 --range 0:96 --output_nc ";
  REQUIRE(shell(place.training(training + "1 --lambda_identity 0")).code == 0);
  const auto differ = scores("");  // the range is noted in the weights
  CHECK(differ["pairs"] == 5);
  CHECK(differ["translated"]["mae"] > 0);
  CHECK(!differ.contains("untouched"));
  CHECK(!differ.contains("classifier_accuracy"));
  for (const char* folder : {"trainB", "testB"}) fill(folder, 5);
  REQUIRE(shell(place.training(training + "5")).code == 0);
  const auto same = scores("");
  CHECK(same["untouched"]["mae"] == 0);
  CHECK(same.contains("classifier_accuracy"));
  CHECK(scores(" --range 0:96") == same);
  CHECK(scores(" --range 0:192") != same);
}

TEST_CASE("inspect shows the networks that train writes, in columns that hold what is in them") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const auto shown = [](const std::string& options) {
    const Result result = shell(program("inspect") + " " + options);
    INFO(result.text);
    CHECK(result.code == 0);
    return result.text;
  };
  const std::string discriminator =
      shown("--weights " + (place.made() / "latest_net_D_A.safetensors").string());
  CHECK(discriminator.starts_with(
      "discriminator: of patches, 3 layers, 16 wide, 3 channels, instance norm, on 256x256\n"));
  CHECK(discriminator.find("generator:") == std::string::npos);
  CHECK(shown("--weights " + place.weights())
            .starts_with("generator: ResNet, 6 blocks, 16 wide, 3 channels, instance norm, on 256x256\n"));

  for (const char* size : {"8", "10"})
    check_refused(shell(program("inspect") + " --size " + size), "inspect",
                  "--size " + std::string(size) + ": a convolution's input has a side of 1: expected");
  const std::string large = shown("--size 16384");
  std::size_t width = 0;  // every row of a table is as wide as the others
  for (std::size_t at = 0, end; (end = large.find('\n', at)) != large.npos; at = end + 1) {
    if (end == at) width = 0;
    const std::string line = large.substr(at, end - at);
    if (line.find("  ") != 0) continue;
    if (width == 0) width = line.size();
    CAPTURE(line);
    CHECK(line.size() == width);
  }
}
