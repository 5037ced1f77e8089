// How train prepares its pictures: sizes in the reference's ways, channels and ranges, and pictures that are kept.
#include "examples/training_folder.hpp"
#include <guise/io/picture/image_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

// Pictures of other channels in all folders of a training.
void fill(const TrainingFolder& place, const std::vector<std::string>& folders, int channels, Depth depth,
          int width = 40, int height = 36) {
  for (const std::string& folder : folders) {
    fs::remove_all(place.data() / folder);
    fs::create_directories(place.data() / folder);
    for (int k = 0; k < 4; ++k) {
      Raster raster = blank_raster(width, height, channels, depth);
      for (Index at = 0; at < raster.numbers(); ++at) {
        const auto value = static_cast<double>(at * (7 + k) % 251);
        if (depth == Depth::bits8) raster.put(at, static_cast<std::uint8_t>(value));
        if (depth == Depth::bits16) raster.put(at, static_cast<std::uint16_t>(16 * value));
        if (depth == Depth::float32) raster.put(at, static_cast<float>(4 * value - 200));
      }
      write_raster(place.data() / folder / (std::to_string(k) + ".npy"), raster);
    }
  }
}
const std::vector<std::string> of_a{"trainA", "testA"}, of_b{"trainB", "testB"};

void check_trains(const TrainingFolder& place, const std::string& options) {
  CAPTURE(options);
  const Result result = shell(place.training("--max_steps 2 --display_freq 2 --score_freq 2 " + options));
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK(result.text.find("step 2, AtoB: swd ") != std::string::npos);
  CHECK(fs::exists(place.made() / "web/images/step_000002.png"));
}
std::string last_state(const TrainingFolder& place) {
  std::string bytes;
  for (const char* net : {"G_A", "G_B", "D_A", "D_B"})
    bytes += bytes_of(place.made() / ("latest_net_" + std::string(net) + ".safetensors"));
  return bytes + bytes_of(place.made() / "loss_log.csv");
}

}  // namespace

TEST_CASE("a training runs in every way of the reference, with scores and a grid") {
  const TrainingFolder place;
  place.hold_out();
  for (const char* how :
       {"crop", "scale_width", "scale_width_and_crop", "scale_shortside", "scale_shortside_and_crop", "none"})
    check_trains(place, "--preprocess " + std::string(how));
  CHECK(shell(place.training("--max_steps 1 --preprocess resize_and_crop")).code == 0);
  check_refused(shell(place.training("--preprocess zoom")), "train", "--preprocess");
}

TEST_CASE(
    "pictures of several sizes train one by one, in a grid that holds them, and are refused in a batch") {
  const TrainingFolder place;
  place.hold_out();
  write_picture(place.data() / "trainA" / "1.png", striped(64, 45, 3));
  write_picture(place.data() / "testB" / "1.png", striped(52, 45, 3));
  check_trains(place, "--preprocess none");
  const Result batch = shell(place.training("--max_steps 2 --preprocess none --batch_size 3"));
  INFO(batch.text);
  CHECK(batch.code == 1);
  CHECK(batch.text.find("in a batch of 3 whose first is ") != std::string::npos);
  CHECK(batch.text.find(": expected pictures of one size, a batch of 1, or a preprocess that crops\n") !=
        std::string::npos);
  CHECK(shell(place.training("--max_steps 1 --preprocess crop --batch_size 3")).code == 0);
}

TEST_CASE("a picture that is smaller than its crop is refused by its name") {
  const TrainingFolder place;
  write_picture(place.data() / "trainA" / "1.png", striped(40, 30, 3));
  const Result small = shell(place.training("--max_steps 9 --preprocess crop"));
  INFO(small.text);
  CHECK(small.code == 1);
  CHECK(small.text.find("trainA/1.png: 40x30 pixels: expected at least 32x32, which are cut out of it\n") !=
        std::string::npos);
  write_picture(place.data() / "trainA" / "1.png", striped(40, 18, 3));
  const Result whole = shell(place.training("--max_steps 9 --preprocess none"));
  INFO(whole.text);
  CHECK(whole.text.find("trainA/1.png: 40x16 pixels: expected at least 32x32, which the networks take\n") !=
        std::string::npos);
}

TEST_CASE("a training that goes on prepares its pictures as it began") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1 --preprocess crop --range 0:200")).code == 0);
  CHECK(shell(place.training("--max_steps 2 --preprocess crop --range 0:200 --continue_train")).code == 0);
  check_refused(shell(place.training("--max_steps 3 --range 0:200 --continue_train")), "train",
                "--continue_train: no --preprocess: it began with --preprocess crop");
  check_refused(shell(place.training("--max_steps 3 --preprocess crop --continue_train")), "train",
                "--continue_train: no --range: it began with --range 0:200");
}

TEST_CASE("pictures of other channels and depths train, domains that differ without identity") {
  const TrainingFolder place;
  for (const int channels : {1, 2, 4, 5}) {
    fill(place, of_a, channels, Depth::bits16);
    fill(place, of_b, channels, Depth::bits16);
    const std::string count = std::to_string(channels);
    check_trains(place, "--range 0:4095 --input_nc " + count + " --output_nc " + count);
  }
  fill(place, of_a, 1, Depth::float32);
  const std::string differ = "--input_nc 1 --output_nc 5 --preprocess scale_width ";
  check_refused(shell(place.training(differ)), "train",
                "--lambda_identity: expected 0 where --input_nc and --output_nc differ");
  check_trains(place, differ + "--lambda_identity 0 --range -200:1000");
  CHECK(bytes_of(place.made() / "loss_log.csv")
            .starts_with("step,epoch,rate,D_A,G_A,cycle_A,D_B,G_B,cycle_B\n"));
  const Result unit = shell(place.training(differ + "--lambda_identity 0 --score_freq 0"));
  CHECK(unit.text.find(".npy: float numbers outside [0, 1]: expected a range for them\n") !=
        std::string::npos);
  const Result colours = shell(place.training("--max_steps 1 --score_freq 0 --range -200:1000"));
  CHECK(colours.text.find(".npy: a picture of 5 channels: expected 3, as many as the network takes") !=
        std::string::npos);
  for (const char* range : {"1", "1:1", "2:1", "a:b", "0:inf", ":", "0:1:2"})
    check_refused(shell(place.training("--range " + std::string(range))), "train", "--range ");
  check_refused(shell(place.training("--input_nc 17")), "train", "--input_nc");
}

TEST_CASE("a training has the same bits whatever keeps its pictures, stopped and resumed too") {
  const TrainingFolder place;
  const std::string whole = "--max_steps 6 --print_freq 1 --display_freq 1000 ";
  REQUIRE(shell(place.training(whole)).code == 0);
  const std::string plain = last_state(place);
  for (const char* cache :
       {"--cache memory", "--cache disk", "--cache disk", "--cache memory --cache_size 9KB"}) {
    CAPTURE(cache);
    const std::string options = whole + cache;
    REQUIRE(shell(place.training(options + " --max_steps 4")).code == 0);
    REQUIRE(shell(place.training(options + " --continue_train")).code == 0);
    CHECK(last_state(place) == plain);
  }
  CHECK(!fs::is_empty(place.path() / "checkpoints/cache"));
  check_refused(shell(place.training("--cache tape")), "train", "--cache");
}
