// test_model: the reference's test.py, on trainings of each model.
#include "examples/small_training.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}
std::string testing_of(const TrainingFolder& place, const std::string& more) {
  return program("test_model") + " --checkpoints_dir " + (place / "checkpoints").string() +
         " --name t --results_dir " + (place / "results").string() + " --crop_size 32 --threads 1 " + more;
}

}  // namespace

TEST_CASE("the test pictures of a training are translated there and back, with a page") {
  const TrainingFolder place;
  place.hold_out();
  train(place, "--max_steps 1 --n_epochs 3 --n_epochs_decay 0 --save_epoch_freq 1");
  const std::string data = "--dataroot " + place.data().string() + " ";
  const Result result = shell(testing_of(place, data + "--num_test 2 --model cycle_gan --no_dropout --eval"));
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK(result.text.find("2 of 2 translated to ") != std::string::npos);
  const fs::path made = place / "results" / "t" / "test_latest";
  std::set<std::string> expected;
  for (const std::string stem : {"0", "1"})
    for (const std::string label : {"real_A", "fake_B", "rec_A", "real_B", "fake_A", "rec_B"})
      expected.insert(stem + "_" + label + ".png");
  CHECK(names_in(made / "images") == expected);
  CHECK(bytes_of(made / "index.html").find("images/1_rec_B.png") != std::string::npos);
  CHECK(guise::read_picture(made / "images" / "0_fake_B.png").width == 32);

  // One generator over a folder, by its own name.
  check_refused(shell(testing_of(place, "--model test --dataroot " + (place.data() / "testA").string())),
                "test_model", "latest_net_G.safetensors or .pth; --model_suffix _A takes its G_A");
  fs::copy(place.made() / "latest_net_G_A.safetensors", place.made() / "latest_net_G.safetensors");
  const Result one = shell(testing_of(
      place, "--model test --dataset_mode single --dataroot " + (place.data() / "testA").string()));
  INFO(one.text);
  CHECK(one.code == 0);
  CHECK(names_in(made / "images").contains("3_fake.png"));
  CHECK(bytes_of(made / "images" / "0_fake.png") == bytes_of(made / "images" / "0_fake_B.png"));
  CHECK(shell(testing_of(place,
                         "--model test --model_suffix _B --dataroot " + (place.data() / "testB").string()))
            .code == 0);

  const Result exchanged = shell(
      testing_of(place, data + "--direction BtoA --num_test 1 --results_dir " + (place / "other").string()));
  CHECK(exchanged.code == 0);
  CHECK(bytes_of(place / "other" / "t" / "test_latest" / "images" / "0_real_A.png") ==
        bytes_of(made / "images" / "0_real_B.png"));

  check_refused(shell(testing_of(place, data + "--epoch 7")), "test_model",
                "expected the networks of a training, 7_net_G_A.safetensors or .pth");
  check_refused(shell(testing_of(place, data + "--gpu_ids 99")), "test_model",
                "; --gpu_ids -1 translates on the CPU");
  check_refused(shell(testing_of(place, data + "--load_size 30")), "test_model",
                "--load_size 30 and --crop_size 32: expected");
  check_refused(shell(testing_of(place, data + "--phase night")), "test_model", "nightA: no such folder");
  check_refused(shell(testing_of(place, data + "--phase ../x")), "test_model", "expected words without /");
  check_refused(shell(testing_of(place, data + "--model pix2pix")), "test_model", "--model: pix2pix");
}

TEST_CASE("the test pictures of CUT, and one that cannot be read") {
  const TrainingFolder place;
  place.hold_out();
  train(place, "--model cut --num_patches 16 --netF_nc 8 --max_steps 1");
  put(place.data() / "testA" / "1.png", "no picture");
  fs::copy(place.data() / "testA" / "3.png", place.data() / "testA" / "3.jpg");
  const Result result = shell(testing_of(place, "--model cut --dataroot " + place.data().string()));
  INFO(result.text);
  CHECK(result.code == 1);
  CHECK(result.text.find("test_model: ") == 0);
  CHECK(result.text.find("4 of 5 translated to ") != std::string::npos);
  CHECK(names_in(place / "results" / "t" / "test_latest" / "images").contains("3_fake_B.png"));
  CHECK(names_in(place / "results" / "t" / "test_latest" / "images").size() ==
        12);  // none in the place of another
  CHECK(
      shell(testing_of(place,
                       "--model cut --num_test 1 --serial_batches --no_flip --batch_size 1 --init_gain 0.02 "
                       "--dataroot " +
                           place.data().string()))
          .code == 0);
}
