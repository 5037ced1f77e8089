// Trainings that start from given weights, keep parts of their networks as they are, and keep moving averages.
#include "examples/small_training.hpp"
#include <guise/io/weights/weights.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("a training starts from given weights, all of them or what fits") {
  const TrainingFolder place;
  train(place, "--max_steps 2");
  const fs::path first = place / "first";
  fs::copy(place.made(), first);
  const auto weights = [&](const fs::path& folder, const std::string& net) {
    return guise::read_weights(folder / ("latest_net_" + net + ".safetensors"));
  };
  const auto begin = [&](const std::string& options,
                         const std::string& line) {  // no step: what it began with
    const Result result = shell(place.training(
        small + ("--n_epochs 1 --n_epochs_decay 0 --lr 1e-12 --max_steps 1 --seed 5 " + options)));
    INFO(result.text);
    REQUIRE(result.code == 0);
    CHECK(result.text.find(line) != std::string::npos);
  };
  const auto close = [&](const std::string& net, const std::string& as) {  // after a step at a rate of 1e-12
    const auto now = weights(place.made(), net), then = weights(first, as);
    double most = 0;
    for (std::size_t k = 0; k < then.tensors.size(); ++k)
      for (std::size_t i = 0; i < then.tensors[k].second.data.size(); ++i)
        most = std::max(
            most, std::abs(double(now.tensors.at(k).second.data.at(i)) - then.tensors[k].second.data[i]));
    return most < 1e-9;
  };
  begin("", "done after step 1");
  CHECK(!close("G_A", "G_A"));
  begin("--init_from " + first.string(), "train: G_A starts from ");
  for (const char* net : nets) CHECK(close(net, net));
  begin("--init_from G_A=" + (first / "latest_net_G_B.safetensors").string(), "G_A starts from");
  CHECK(close("G_A", "G_B"));
  CHECK(!close("G_B", "G_B"));
  begin("--init_from " + (first / "latest_net_D_A.safetensors").string() + " --ema 0.5", "D_A starts from");
  CHECK(close("D_A", "D_A"));
  begin("--init_from " + first.string() + " --ema 0.5", "G_A starts from");
  CHECK(close("G_A_ema", "G_A"));
  begin("--init_from " + first.string() + " --partial --input_nc 1 --output_nc 1",
        "left out: \"model.1.weight\" of shape 4x1x7x7, found 4x3x7x7");
  begin("--init_from " + first.string() + " --dropout", "G_A starts from");
  begin("--model cut --no_antialias --init_from G=" + (first / "latest_net_G_A.safetensors").string(),
        "G starts from");
  CHECK(close("G", "G_A"));

  std::string before = bytes_of(place.made() / "checkpoint.safetensors");
  const auto refused = [&](const std::string& options, const std::string& part) {
    CAPTURE(options);
    check_refused(shell(place.training(small + ("--max_steps 1 " + options))), "train", part);
    CHECK(bytes_of(place.made() / "checkpoint.safetensors") == before);
  };
  refused("--init_from " + first.string() + " --ngf 8",
          "expected a tensor \"model.1.weight\" of shape 8x3x7x7, found 4x3x7x7");
  refused("--init_from " + first.string() + " --netG resnet_1blocks",
          "expected a tensor \"model.11.weight\" of shape 16x8x3x3, found none");
  refused("--init_from " + (place / "none_net_G_A.pth").string(), "none_net_G_A.pth: no such file");
  refused("--init_from nothing", "--init_from nothing: no such file or folder");
  refused("--init_from " + place.data().string(),
          "expected a training's folder, with one of latest_net_G_A, latest_net_G_B");
  refused("--init_from " + first.string() + " --epoch 7", "with one of 7_net_G_A");
  refused("--init_from " + (first / "loss_log.csv").string(),
          "expected a folder, a file such as latest_net_G_A.pth, or G_A=");
  refused("--init_from X=" + (first / "latest_net_G_A.safetensors").string(),
          "the training has no network \"X\": expected one of");
  refused("--init_from D_A=" + (first / "latest_net_G_A.safetensors").string() + " --partial",
          "a generator, ResNet, 2 blocks");
  refused("--init_from G_A=" + (first / "latest_net_D_A.safetensors").string() + " --partial",
          "a discriminator, 4 wide");
  refused("--init_from G_A=", "--init_from G_A=: expected a folder");
  refused("--partial", "--partial: expected --init_from");

  // Of a file of several networks the one that is called so.
  guise::Safetensors both;
  for (const std::string net : {"G_A", "G_B", "D_A"})
    for (auto& [name, tensor] : weights(first, net).tensors)
      both.tensors.emplace_back("net" + net + "." + name, tensor);
  guise::write_safetensors(place / "both.safetensors", both);
  begin("--init_from G_B=" + (place / "both.safetensors").string() +
            " D_A=" + (place / "both.safetensors").string(),
        "G_B starts from");
  CHECK(close("G_B", "G_B"));
  CHECK(close("D_A", "D_A"));
  // Of other names the one whose prefix is said.
  guise::Safetensors named;
  for (const auto& [prefix, net] : {std::pair{"one.", "G_A"}, {"two.", "G_B"}, {"judge.", "D_A"}})
    for (auto& [name, tensor] : weights(first, net).tensors)
      named.tensors.emplace_back(prefix + name, tensor);
  const std::string file = (place / "named.safetensors").string();
  guise::write_safetensors(file, named);
  begin("--init_from G_A=" + file + ":two D_A=" + file + ":judge", "named.safetensors, prefix \"two\"");
  CHECK(close("G_A", "G_B"));
  CHECK(close("D_A", "D_A"));
  before = bytes_of(place.made() / "checkpoint.safetensors");
  refused("--init_from G_A=" + file, "as in --init_from G_A=" + file + ":one");
  refused("--init_from G_A=" + file + ":judge", "holds no generator behind the prefix \"judge.\"");
  refused("--init_from D_A=" + file, "where they are, --init_from D_A=" + file + ":PREFIX");
  refused("--init_from D_A=" + file + ":none", "holds no tensor behind the prefix \"none.\"");
  refused("--init_from G_A=" + file + "x:one", "named.safetensorsx: no such file");
  for (const std::string name : {"translate", "export_onnx"})
    check_refused(shell(program(name) + " --weights " + file + " --output x.png " +
                        (name == "translate" ? "--input x.jpg" : "")),
                  name, "expected one of these as the prefix, as in --prefix one");
  const Result several =
      shell(program("inspect") + " --size 64 --weights " + (place / "both.safetensors").string());
  INFO(several.text);
  CHECK(several.text.find("netG_B. generator: ResNet, 2 blocks, 4 wide") != std::string::npos);

  // The same command goes on, whatever became of what it started from.
  train(place, "--max_steps 1 --init_from " + first.string());
  fs::remove_all(first);
  train(place, "--max_steps 2 --continue_train --init_from " + first.string());
}

TEST_CASE("a public generator of PyTorch is a start") {
  const TrainingFolder place;
  const std::string file = std::string(GUISE_GOLDEN_DIR) + "/torch/generator_dropout.pth";
  const Result result = shell(program("inspect") + " --size 64 --weights " + file);
  INFO(result.text);
  CHECK(result.text.starts_with("generator: ResNet, 1 block, 1 wide, 3 channels, instance norm, dropout"));
  // Of one channel wide, which no --ngf is: what fits of it is taken.
  const Result begun = shell(
      place.training(small + ("--max_steps 1 --netG resnet_1blocks --partial --init_from G_A=" + file)));
  INFO(begun.text);
  CHECK(begun.code == 0);
  CHECK(begun.text.find("train: G_A starts from") != std::string::npos);
  CHECK(begun.text.find("left out: \"model.1.weight\" of shape 4x3x7x7, found 1x3x7x7") != std::string::npos);
}

TEST_CASE("frozen parts stay as they are, and averages go on bit for bit") {
  const TrainingFolder place;
  const auto tensors = [&](const std::string& net) {
    std::map<std::string, std::vector<float>> all;
    for (auto& [name, tensor] :
         guise::read_weights(place.made() / ("latest_net_" + net + ".safetensors")).tensors)
      all[name] = std::move(tensor.data);
    return all;
  };
  const auto changed = [&](const std::string& options) {
    train(place, "--max_steps 1 --lr 1e-12 " + options);
    const auto before = tensors("G_A");
    train(place, "--max_steps 3 --lr 0.01 " + options);
    const auto after = tensors("G_A");
    std::set<std::string> names;
    for (const auto& [name, values] : before) {
      double most = 0;
      for (std::size_t k = 0; k < values.size(); ++k)
        most = std::max(most, std::abs(double(values[k]) - after.at(name)[k]));
      if (most > 1e-9 && name.ends_with("weight")) names.insert(name.substr(6, name.size() - 13));
    }
    return names;
  };
  using Names = std::set<std::string>;  // without "model." and ".weight"
  const Names encoder{"1", "4", "7"}, decoder{"12", "15", "19"},
      blocks{"10.conv_block.1", "10.conv_block.5", "11.conv_block.1", "11.conv_block.5"};
  const auto all = [](Names some, const Names& more) {
    some.insert(more.begin(), more.end());
    return some;
  };
  CHECK(changed("") == all(all(encoder, blocks), decoder));
  CHECK(changed("--freeze encoder") == all(blocks, decoder));
  CHECK(changed("--freeze decoder") == all(encoder, blocks));
  CHECK(changed("--freeze encoder,decoder") == blocks);
  CHECK(changed("--freeze model.4,model.11,model.10.conv_block.5") ==
        all(Names{"1", "7", "10.conv_block.1"}, decoder));
  check_refused(shell(place.training(small + std::string("--freeze model.99"))), "train",
                "no layer is called \"model.99\": expected encoder, decoder, or names such as model.1");

  const std::string average = "--ema 0.5 --lr 0.01 ";
  train(place, average + "--max_steps 4");
  const auto whole = tensors("G_A_ema");
  CHECK(whole != tensors("G_A"));
  train(place, average + "--max_steps 2");
  train(place, average + "--max_steps 4 --continue_train");
  CHECK(tensors("G_A_ema") == whole);
  CHECK(fs::exists(place.made() / "latest_net_G_B_ema.safetensors"));
  // What a training begins with is the network itself, or the average where that is asked for.
  const fs::path first = place / "first";
  fs::copy(place.made(), first);
  const auto network = tensors("G_A");
  const std::string ema = (first / "latest_net_G_A_ema.safetensors").string();
  const auto begun = [&](const std::string& more) {
    const Result result =
        shell(place.training(small + ("--max_steps 1 --lr 1e-12 --init_from " + first.string() + more)));
    INFO(result.text);
    REQUIRE(result.code == 0);
    CHECK(result.text.find("latest_net_G_A.safetensors, not from its moving average (G_A=" + ema + ")") !=
          std::string::npos);
    double from_network = 0, from_average = 0;
    for (const auto& [name, values] : tensors("G_A"))
      for (std::size_t k = 0; k < values.size(); ++k) {
        from_network = std::max(from_network, std::abs(double(values[k]) - network.at(name)[k]));
        from_average = std::max(from_average, std::abs(double(values[k]) - whole.at(name)[k]));
      }
    return from_network < 1e-9 && from_average > 1e-9 ? "network" : from_average < 1e-9 ? "average" : "?";
  };
  CHECK(begun("") == std::string("network"));
  CHECK(begun(" G_A=" + ema) == std::string("average"));
  train(place, average + "--max_steps 4");
  // What a folder of a training translates by is the average.
  const auto out = [&](const std::string& weights) {
    const fs::path file = place / "out.png";
    REQUIRE(shell(program("translate") + " --weights " + weights + " --input " +
                  (place.data() / "testA" / "0.png").string() + " --output " + file.string())
                .code == 0);
    return bytes_of(file);
  };
  const std::string folder = out(place.made().string());
  CHECK(folder == out((place.made() / "latest_net_G_A_ema.safetensors").string()));
  CHECK(folder != out((place.made() / "latest_net_G_A.safetensors").string()));
}
