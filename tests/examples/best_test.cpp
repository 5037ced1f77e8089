// The networks that score best: kept by train, chosen by --epoch best; which pictures choose; the end that scores ask for.
#include "examples/training_folder.hpp"

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("a training ends where its scores are flat, and its best networks are an epoch to choose") {
  const TrainingFolder place;
  place.hold_out();
  // At so small a rate nothing is ever gained: the second and the third score are flat, and two epochs of three steps follow.
  const std::string flat =
      "--lr 1e-9 --score_freq 3 --n_epochs 50 --n_epochs_decay 2 --stop_when_flat 2 --ema 0.5 ";
  const Result trained = shell(place.training(flat));
  INFO(trained.text);
  REQUIRE(trained.code == 0);
  CHECK(has(trained, "testA and testB choose the best networks"));
  CHECK(has(trained, "step 9: no gain in 2 scores; the rate falls, and the training ends after step 15"));
  CHECK(has(trained, "done after step 15"));
  CHECK(has(trained, "scored best after step "));
  for (const char* network : {"G_A", "G_B", "D_A", "D_B", "G_A_ema", "G_B_ema"})
    CHECK(fs::exists(place.made() / ("best_net_" + std::string(network) + ".safetensors")));
  const std::string log = bytes_of(place.made() / "loss_log.csv");
  CHECK(log.find("\n15,5,") != log.npos);

  const fs::path straight = place / "straight";
  fs::rename(place.made(), straight);
  REQUIRE(shell(place.training(flat + "--max_steps 11")).code == 0);
  const Result resumed = shell(place.training(flat + "--continue_train"));
  INFO(resumed.text);
  CHECK(has(resumed, "done after step 15"));
  for (const char* file :
       {"checkpoint.safetensors", "best_net_G_A_ema.safetensors", "score_log.csv", "loss_log.csv"})
    CHECK(bytes_of(place.made() / file) == bytes_of(straight / file));

  const std::string picture = (place.data() / "testA/0.png").string();
  const auto translated = [&](const std::string& weights) {
    const Result result = shell(program("translate") + " --threads 1 --weights " + weights + " --input " +
                                picture + " --output " + (place / "made.png").string());
    INFO(result.text);
    CHECK(result.code == 0);
    return bytes_of(place / "made.png");
  };
  fs::copy_file(place.made() / "best_net_G_B_ema.safetensors", place / "best.safetensors");
  CHECK(translated(place.made().string() + " --direction BtoA --epoch best") ==
        translated((place / "best.safetensors").string()));
  const std::string translate = program("translate") + " --input " + picture + " --output x.png --weights ";
  check_refused(shell(translate + place.weights() + " --epoch best"), "translate",
                "--epoch best chooses between the networks of a training: expected its folder");
  check_refused(shell(translate + place.made().string() + " --epoch 77"), "translate",
                "expected the folder of a training, with 77_net_G_A.safetensors");
}

TEST_CASE("pictures of a val part choose, where there is one") {
  const TrainingFolder place;
  place.hold_out();
  const std::string options = "--max_steps 2 --score_freq 1 ";
  REQUIRE(shell(place.training(options)).code == 0);
  const std::string by_test = bytes_of(place.made() / "score_log.csv");
  for (const std::string domain : {"A", "B"}) {
    fs::create_directories(place.data() / ("val" + domain));
    for (int k = 0; k < 5; ++k)
      write_picture(place.data() / ("val" + domain) / (std::to_string(k) + ".png"), striped(40, 36, 50 + k));
    const Result trained = shell(place.training(options));
    INFO(trained.text);
    REQUIRE(trained.code == 0);
    const bool both = domain == "B";
    CHECK((bytes_of(place.made() / "score_log.csv") != by_test) == both);
    CHECK(has(trained, "testA and testB choose the best networks") != both);
  }
  fs::remove_all(place.data() / "valA");
  fs::remove_all(place.data() / "testA");
  check_refused(shell(place.training("--stop_when_flat 3")), "train",
                "--stop_when_flat 3: expected pictures in valA and valB or testA and testB");
}
