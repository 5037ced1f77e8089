// Every value of the reference's options that train takes: it trains, goes on bit for bit, its weights are read again; and
// combinations that cannot be are refused before anything is written.
#include "examples/small_training.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

std::string all_weights(const TrainingFolder& place) {
  std::string bytes;
  for (const std::string net : nets) bytes += bytes_of(place.made() / ("latest_net_" + net + ".safetensors"));
  return bytes;
}
std::string after(const TrainingFolder& place, const std::string& options) {
  train(place, options);
  return all_weights(place);
}
std::vector<std::string> rates(const TrainingFolder& place) {
  std::istringstream log(bytes_of(place.made() / "loss_log.csv"));
  std::vector<std::string> all;
  std::string line, cell;
  for (std::getline(log, line); std::getline(log, line);) {
    std::istringstream cells(line);
    for (int column = 0; column < 3; ++column) std::getline(cells, cell, ',');
    all.push_back(cell);
  }
  return all;
}

}  // namespace

TEST_CASE("networks of every choice train, go on bit for bit and are read again") {
  const TrainingFolder place;
  const std::map<std::string, std::pair<std::string, std::string>> choices{
      {"--netG student_2blocks", {"generator: student, 2 blocks, 4 wide, 3 channels, instance norm", ""}},
      {"--netG resnet_1blocks", {"generator: ResNet, 1 block, 4 wide, 3 channels, instance norm", ""}},
      {"--netG unet_128 --load_size 128 --crop_size 128",
       {"generator: U-Net of 128, 4 wide, 3 channels, instance norm", ""}},
      {"--netG unet_256 --load_size 256 --crop_size 256",
       {"generator: U-Net of 256, 4 wide, 3 channels, instance norm", ""}},
      {"--netG unet_128 --load_size 128 --crop_size 128 --dropout --norm batch",
       {"generator: U-Net of 128, 4 wide, 3 channels, batch norm", ""}},
      {"--netD n_layers --n_layers_D 1",
       {"", "discriminator: of patches, 1 layer, 4 wide, 3 channels, instance norm"}},
      {"--netD n_layers --n_layers_D 2 --norm none",
       {"generator: ResNet, 2 blocks, 4 wide, 3 channels, no norm",
        "discriminator: of patches, 2 layers, 4 wide, 3 channels, no norm"}},
      {"--netD pixel --norm batch",
       {"generator: ResNet, 2 blocks, 4 wide, 3 channels, batch norm",
        "discriminator: of pixels, 4 wide, 3 channels, batch norm"}},
      {"--norm batch --dropout --ndf 8",
       {"generator: ResNet, 2 blocks, 4 wide, 3 channels, batch norm, dropout",
        "discriminator: of patches, 3 layers, 8 wide, 3 channels, batch norm"}},
      {"--dropout --batch_size 2",
       {"generator: ResNet, 2 blocks, 4 wide, 3 channels, instance norm, dropout", ""}},
      {"--no_dropout --ngf 12", {"generator: ResNet, 2 blocks, 12 wide, 3 channels, instance norm", ""}},
      {"--input_nc 3 --output_nc 1 --lambda_identity 0",
       {"generator: ResNet, 2 blocks, 4 wide, 3 to 1 channels, instance norm",
        "discriminator: of patches, 3 layers, 4 wide, 1 channel, instance norm"}}};
  for (const auto& [options, shown] : choices) {
    CAPTURE(options);
    const std::string whole = after(place, "--max_steps 3 " + options);
    train(place, "--max_steps 1 " + options);
    CHECK(after(place, "--max_steps 3 --continue_train " + options) == whole);
    if (!shown.first.empty()) CHECK(inspected(place.weights()) == shown.first);
    if (!shown.second.empty()) CHECK(inspected(place.made() / "latest_net_D_A.safetensors") == shown.second);
    const Result translated =
        shell(place.translation((place.data() / "testA").string(), (place / "out").string()));
    INFO(translated.text);
    CHECK(translated.code == 0);
  }
}

TEST_CASE(
    "losses, beginnings, rates and orders of every name train and go on bit for bit, each its own way") {
  const TrainingFolder place;
  place.hold_out();
  place.tell_apart();
  const auto made =
      [&](const std::string& options) {  // losses too: a hinge's gradients can be those of means
        const std::string weights = after(place, options);
        return std::pair(weights, bytes_of(place.made() / "loss_log.csv"));
      };
  std::map<std::pair<std::string, std::string>, std::string> seen{{made("--max_steps 4"), "without options"}};
  for (const std::string options :
       {"--gan_mode vanilla", "--gan_mode hinge", "--gan_mode wgangp", "--init_type xavier",
        "--init_type kaiming", "--init_type orthogonal", "--init_gain 0.05",
        "--lr_policy step --lr_decay_iters 1", "--lr_policy cosine --n_epochs 4 --n_epochs_decay 0",
        "--lr_per_epoch --n_epochs 1 --n_epochs_decay 3", "--lr_policy plateau --score_freq 1",
        "--direction BtoA", "--serial_batches", "--max_dataset_size 1", "--phase test",
        "--epoch_count 150"}) {
    CAPTURE(options);
    const auto whole = made("--max_steps 4 " + options);
    train(place, "--max_steps 2 " + options);
    CHECK(made("--max_steps 4 --continue_train " + options) == whole);
    // A plateau of one score, and an order that by chance is the folder's, change nothing yet.
    if (!options.starts_with("--lr_policy plateau")) CHECK(seen.emplace(whole, options).second);
  }
  CHECK(after(place, "--max_steps 4 --num_threads 0") == after(place, "--max_steps 4 --num_threads 7"));
  CHECK(after(place, "--max_steps 2 --suffix x").size() > 0);
  CHECK(fs::exists(place.path() / "checkpoints" / "t_x" / "latest_net_G_A.safetensors"));
}

TEST_CASE("the learning rate falls as its policy says") {
  const TrainingFolder place;
  const auto of = [&](const std::string& options) {
    train(place, "--lr 0.01 --n_epochs 1 --score_freq 0 " + options);
    return rates(place);
  };
  const std::string whole = "0.01", half = "0.005", none = "0";
  CHECK(of("--n_epochs_decay 0 --lr_policy cosine").front() == none);  // an epoch of three steps
  CHECK(of("--n_epochs_decay 1 --lr_policy step --lr_decay_iters 1") ==
        std::vector<std::string>{"0.001", "0.001", "0.001", "0.0001", "0.0001", "0.0001"});
  CHECK(of("--n_epochs_decay 1 --lr_per_epoch") ==
        std::vector<std::string>{half, half, half, none, none, none});
  CHECK(of("--n_epochs_decay 1").front() == whole);
  train(place, "--n_epochs 2 --n_epochs_decay 0 --epoch_count 2 --save_epoch_freq 1");
  CHECK(fs::exists(place.made() / "2_net_G_A.safetensors"));
  CHECK(rates(place).size() == 3);
}

TEST_CASE("CUT and FastCUT train with their options, go on bit for bit, translate and are scored") {
  const TrainingFolder place;
  place.hold_out();
  place.tell_apart();
  std::map<std::string, std::string> seen;
  const std::string cut = "--model cut --num_patches 16 --netF_nc 8 ";
  for (const std::string options :
       {"", "--CUT_mode FastCUT", "--nce_idt False", "--flip_equivariance true", "--lambda_NCE 3",
        "--lambda_GAN 2", "--nce_layers 0,4,8", "--nce_T 0.1",
        "--batch_size 2 --nce_includes_all_negatives_from_minibatch True", "--no_antialias",
        "--gan_mode hinge", "--norm batch --dropout", "--ema 0.9", "--freeze decoder", "--init_type normal",
        "--direction BtoA"}) {
    CAPTURE(options);
    const auto made = [&](const std::string& more) {
      train(place, cut + more + options);
      std::string bytes;
      for (const char* net : {"G", "F", "D"})
        bytes += bytes_of(place.made() / ("latest_net_" + std::string(net) + ".safetensors"));
      return bytes;
    };
    const std::string whole = made("--max_steps 3 ");
    train(place, cut + "--max_steps 1 " + options);
    CHECK(made("--max_steps 3 --continue_train ") == whole);
    CHECK(seen.emplace(whole, options).second == (options != "--ema 0.9"));  // which learns as without it
    const Result translated =
        shell(program("translate") + " --weights " + place.made().string() + " --input " +
              (place.data() / "testA").string() + " --output " + (place / "out").string());
    INFO(translated.text);
    CHECK(translated.code == 0);
  }
  train(place, cut + "--max_steps 2 --score_freq 1");
  const std::string scores = bytes_of(place.made() / "score_log.csv");
  CHECK(scores.find("AtoB") != std::string::npos);
  CHECK(scores.find("BtoA") == std::string::npos);
  CHECK(inspected(place.made() / "latest_net_G.safetensors") ==
        "generator: ResNet, 2 blocks, 4 wide, 3 channels, instance norm, antialiased");
  CHECK(inspected(place.made() / "latest_net_D.safetensors") ==
        "discriminator: of patches, 3 layers, 4 wide, 3 channels, instance norm, antialiased");
}

TEST_CASE("what the reference has otherwise is said in one line, and taken") {
  const TrainingFolder place;
  const auto said = [&](const std::string& options, const std::string& line) {
    const Result result = shell(place.training(small + ("--max_steps 1 " + options)));
    INFO(result.text);
    CHECK(result.code == 0);
    CHECK((line.empty() || result.text.find("train: " + line) != std::string::npos));
  };
  said("--display_id -1 --no_html", "--display_id, --no_html: no visdom here; web/index.html");
  said("--use_wandb", "--use_wandb: no Weights & Biases here");
  said("--verbose", "--verbose: here `inspect` prints the networks");
  said("--save_by_iter", "--save_by_iter: here EPOCH_net_");
  said("--gan_mode wgangp", "--gan_mode wgangp: its two means alone");
  said("--lr_policy cosine", "--lr_policy cosine: the rate rises again after --n_epochs");
  said("--gpu_ids -1 --dataset_mode unaligned --model cycle_gan --load_iter 0 --epoch latest", "");
}

TEST_CASE("combinations that cannot be are refused before anything is written") {
  const TrainingFolder place;
  const auto refused = [&](const std::string& options, const std::string& part) {
    CAPTURE(options);
    check_refused(shell(place.training("--max_steps 1 " + options)), "train", part);
    CHECK(!fs::exists(place.made()));
  };
  refused("--netD pixel --n_layers_D 4", "--n_layers_D 4: expected --netD n_layers, found --netD pixel");
  refused("--netD n_layers --n_layers_D 5", "--n_layers_D 5 on --crop_size 32: ");
  for (const std::string name :
       {"resnet_0blocks", "resnet_33blocks", "resnet_09blocks", "resnet_blocks", "unet_512"})
    refused("--netG " + name,
            name + ": expected resnet_Nblocks, N of 1 to 32, such as resnet_9blocks, student_Nblocks");
  refused("--netG unet_256 --load_size 100 --crop_size 100",
          "--netG unet_256 on --crop_size 100: expected a multiple of 256");
  refused("--netG unet_128 --preprocess scale_width",
          "--netG unet_128 with --preprocess scale_width: expected one that crops, to a multiple of 128");
  for (const std::string wide : {"0", "3", "6", "260", "x"})
    refused("--ngf " + wide, "--ngf: " + wide + ": expected a multiple of 4 from 4 to 256");
  refused("--norm layer", "--norm: layer");
  refused("--dropout --no_dropout", "--dropout: expected no --no_dropout beside it");
  refused("--input_nc 1 --output_nc 3",
          "--lambda_identity: expected 0 where --input_nc and --output_nc differ");
  refused("--init_type zeros", "--init_type: zeros");
  refused("--gan_mode gan", "--gan_mode: gan");
  refused("--lr_policy plateau", "--lr_policy plateau: expected pictures in testA and testB");
  refused("--lr_policy cosine --n_epochs 0", "--lr_policy cosine: expected --n_epochs of at least 1");
  refused("--lr_policy step --lr_decay_iters 0", "--lr_decay_iters");
  refused("--lr_policy step --lr_per_epoch", "--lr_per_epoch: expected --lr_policy linear");
  refused("--n_epochs 0 --n_epochs_decay 0", "expected at least one epoch");
  refused("--epoch_count 201", "--epoch_count 201: expected one of the 200 epochs");
  refused("--max_dataset_size 0", "--max_dataset_size: 0: expected a whole number from 1 on, or inf");
  refused("--phase a/b", "--phase a/b: expected a word such as train");
  refused("--phase night", "nightA: no such folder");
  refused("--suffix {netG}", "--suffix {netG}: expected a word");
  refused("--epoch 3", "--epoch 3: expected --init_from");
  refused("--dataset_mode aligned", "--dataset_mode aligned: expected unaligned");
  refused("--gpu_ids 0,1", "--gpu_ids 0,1: expected -1, or the number of one GPU");
  refused("--gpu_ids 0 --device cpu", "--gpu_ids: expected no --device beside it");
  refused("--model pix2pix", "--model: pix2pix");
  refused("--model cut --netG unet_128", "--model cut: expected --netG resnet_Nblocks");
  refused("--model cut --lambda_A 3", "--lambda_A: expected --model cycle_gan, found cut");
  refused("--lambda_NCE 3", "--lambda_NCE: expected --model cut or fastcut, found cycle_gan");
  for (const std::string layers : {"0,4,99", "8,4", "0,0"})
    refused("--model cut --nce_layers " + layers,
            "--nce_layers " + layers + ": expected positions of layers");
  refused("--ema 1", "--ema");
}
