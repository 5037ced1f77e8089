// The options of train: each does what it says, and what is out of its range is refused in one line.
#include "examples/training_folder.hpp"
#include <guise/io/weights/safetensors.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <vector>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

std::string all_weights(const TrainingFolder& place) {
  std::string bytes;
  for (const std::string net : {"G_A", "G_B", "D_A", "D_B"})
    bytes += bytes_of(place.made() / ("latest_net_" + net + ".safetensors"));
  return bytes;
}
std::string weights_after(const TrainingFolder& place, const std::string& options) {
  const Result result = shell(place.training("--print_freq 1 --display_freq 1000 " + options));
  INFO(result.text);
  REQUIRE(result.code == 0);
  return all_weights(place);
}
std::map<std::string, double> first_losses(const TrainingFolder& place) {
  std::istringstream log(bytes_of(place.made() / "loss_log.csv"));
  std::string names, values, name, value;
  std::getline(log, names), std::getline(log, values);
  std::istringstream each_name(names), each_value(values);
  std::map<std::string, double> losses;
  while (std::getline(each_name, name, ',') && std::getline(each_value, value, ','))
    losses[name] = std::stod(value);
  return losses;
}
bool all_are_finite(const std::string& path) {
  return std::ranges::all_of(read_safetensors(path).tensors, [](const auto& named) {
    return std::ranges::all_of(named.second.data, [](float value) { return std::isfinite(value); });
  });
}

}  // namespace

TEST_CASE("the weights of the losses reach their losses, each its own") {
  const TrainingFolder place;
  const std::string plain = weights_after(place, "--max_steps 1");
  const auto before = first_losses(place);
  const std::map<std::string, std::vector<std::string>> doubled{
      {"--lambda_A 20", {"cycle_A", "idt_B"}},  // G_B(a) should be a: weighed as the cycle of a
      {"--lambda_B 20", {"cycle_B", "idt_A"}},
      {"--lambda_identity 1", {"idt_A", "idt_B"}}};
  for (const auto& [option, changed] : doubled) {
    CAPTURE(option);
    CHECK(weights_after(place, "--max_steps 1 " + option) != plain);
    const auto after = first_losses(place);
    for (const std::string loss : {"cycle_A", "cycle_B", "idt_A", "idt_B", "G_A", "G_B", "D_A", "D_B"}) {
      CAPTURE(loss);
      const bool doubles = std::ranges::find(changed, loss) != changed.end();
      CHECK(after.at(loss) == doctest::Approx((doubles ? 2 : 1) * before.at(loss)).epsilon(1e-3));
    }
  }
}

TEST_CASE("momentum, pictures a step and the learning rate change what is learnt") {
  const TrainingFolder place;
  const std::string plain = weights_after(place, "--max_steps 2");
  for (const std::string option : {"--beta1 0.9", "--batch_size 2", "--lr 0.001"}) {
    CAPTURE(option);
    CHECK(weights_after(place, "--max_steps 2 " + option) != plain);
  }
}

TEST_CASE("pictures are mirrored unless told not to be, which no symmetric picture shows") {
  const TrainingFolder place;
  const std::string whole =
      "--max_steps 3 --load_size 32 --crop_size 32 ";  // nothing but the mirroring is left
  const auto draw = [&](bool symmetric) {
    for (const char* folder : {"trainA", "trainB"})
      for (int k = 0; k < 3; ++k) {
        Picture picture = striped(32, 32, 7 + k);
        for (std::size_t at = 0; symmetric && at < picture.rgb.size(); ++at)
          if (const std::size_t column = at / 3 % 32; column >= 16)
            picture.rgb[at] = picture.rgb[at - 3 * (2 * column - 31)];
        write_picture(place.data() / folder / (std::to_string(k) + ".png"), picture);
      }
  };
  draw(true);
  CHECK(weights_after(place, whole) == weights_after(place, whole + "--no_flip"));
  draw(false);
  CHECK(weights_after(place, whole) != weights_after(place, whole + "--no_flip"));
}

TEST_CASE("a training that stops being finite ends with the last good weights") {
  const TrainingFolder place;
  // A loss that is not finite: in the first step, so that there is nothing but the beginning.
  const Result first = shell(place.training("--max_steps 9 --lambda_A 1e300"));
  check_refused(first, "train", "training step 1: expected finite losses");
  const std::string begun = all_weights(place);
  CHECK(all_are_finite(place.weights()));

  // Finite losses whose gradients overflow: the weights after that step are not kept.
  const Result later = shell(place.training("--max_steps 9 --lambda_A 3.3e38"));
  INFO(later.text);
  CHECK(later.code == 1);
  CHECK(later.text.find("training step 2: expected finite losses") != std::string::npos);
  CHECK(later.text.find("holds a value that is not finite, not written; saved last after step 0") !=
        std::string::npos);
  CHECK(all_weights(place) == begun);
}

TEST_CASE("numbers that are out of range are refused, and no number wraps around") {
  const TrainingFolder place;
  for (const char* option : {"--lr", "--beta1", "--lambda_A", "--lambda_B", "--lambda_identity"})
    for (const char* value : {"nan", "inf", "-1"})
      check_refused(shell(place.training(option + (" " + std::string(value)))), "train", option);
  check_refused(shell(place.training("--lr 1e38")), "train", "--lr: 1e38: expected a number from 1e-12 to 1");
  for (const char* option : {"--seed", "--n_epochs", "--n_epochs_decay", "--max_steps", "--pool_size",
                             "--print_freq", "--save_epoch_freq"})
    for (const char* value : {"-1", "99999999999999999999", "1.5", "0x10", "many"}) {
      const std::string words = std::string(option) + ": " + value + ": expected a whole number from ";
      check_refused(shell(place.training(std::string(option) + "=" + value)), "train", words);
    }
  check_refused(shell(place.training("--n_epochs 1000001")), "train", "from 0 to 1000000\n");
  check_refused(shell(place.training("--pool_size 16777217")), "train", "from 0 to 16777216\n");
  check_refused(shell(place.training("--print_freq 0")), "train", "from 1 to 1000000000000\n");
  CHECK(shell(place.training("--max_steps 1 --seed 18446744073709551615")).code == 0);
}

TEST_CASE("a training that goes on with other networks is refused in one line that names what differs") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1 --freeze encoder")).code == 0);
  const std::string goes_on = "--max_steps 2 --continue_train ";
  check_refused(shell(place.training(goes_on + "--freeze encoder --ngf 32")), "train",
                "--continue_train: --ngf 32: it began with 16\n");
  check_refused(shell(place.training(goes_on + "--freeze encoder --ndf 8 --norm batch")), "train",
                "--continue_train: --ndf 8: it began with 16; --norm batch: it began with instance\n");
  check_refused(shell(place.training(goes_on)), "train",
                "--continue_train: no --freeze: it began with --freeze encoder\n");
  check_refused(shell(place.training(goes_on + "--freeze decoder --no_flip")), "train",
                "--continue_train: --freeze decoder: it began with encoder; --no_flip: it began without\n");
  REQUIRE(shell(place.training("--max_steps 1 --model cut")).code == 0);
  check_refused(shell(place.training(goes_on)), "train",
                "--continue_train: --model cycle_gan: it began with cut\n");
}

TEST_CASE("options that are not there, or not what they should be") {
  const TrainingFolder place;
  check_refused(shell(program("train") + " --name t"), "train", "--dataroot is required");
  check_refused(shell(place.training("--netG unet")), "train", "--netG");
  check_refused(shell(place.training("--ngf 0")), "train", "--ngf");
  check_refused(shell(place.training("--speed 3")), "train", "--speed");
  for (const std::string name : {"''", "a/b", ".", ".."})
    check_refused(shell(place.training("--name " + name)), "train", "expected the name of a folder in");
  CHECK(shell(program("train") + " --help").code == 0);
}

TEST_CASE("a device that is not there") {
  const TrainingFolder place;
  for (const std::string& line :
       {place.training("--max_steps 1"), place.translation("a.png", "b.png"),
        program("evaluate") + " --weights " + place.weights() + " --input a --target b"}) {
    const Result nameless = shell(line + " --device gpu");
    CHECK(nameless.code == 1);
    CHECK(nameless.text.find("--device gpu: expected cpu, eigen, cuda or cuda:N\n") != std::string::npos);
    const Result precise = shell(line + " --precision tf32");
    CHECK(precise.code == 1);
    CHECK(precise.text.find("--precision tf32: expected --device cuda, for a CPU has float32 alone\n") !=
          std::string::npos);
    const Result far = shell(line + " --device cuda:99");  // no machine has so many
    CHECK(far.code == 1);
    CHECK(std::count(far.text.begin(), far.text.end(), '\n') == 1);
    CHECK(far.text.find("CUDA") != std::string::npos);
    CHECK(far.text.find("expected") != std::string::npos);
  }
}
