// `--init_from`: the networks of a training that begins take their weights from a training's folder, or from files.
#pragma once
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/data/picture_files.hpp>
#include <guise/deploy/networks_in_weights.hpp>
#include <guise/train/start_from.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

// The network and the file that one word of --init_from names: "G_A=horses.pth", or a file that is called ..._net_G_A.pth.
inline std::pair<std::string, std::filesystem::path> network_and_file(const std::string& word) {
  if (const auto equals = word.find('='); equals != word.npos && !std::filesystem::exists(word))
    if (equals > 0 && equals + 1 < word.size()) return {word.substr(0, equals), word.substr(equals + 1)};
  const std::string stem = std::filesystem::path(word).stem().string(), before = "net_";
  const auto at = stem.rfind(before);
  if (at == stem.npos)
    throw guise::Error("--init_from " + word +
                       ": expected a folder, a file such as latest_net_G_A.pth, or G_A=" + word);
  return {stem.substr(at + before.size()), word};
}
// Of a training's folder the file of each network that it has.
inline std::vector<std::pair<std::string, std::filesystem::path>> networks_in(
    const std::filesystem::path& folder, const std::string& epoch, const std::vector<std::string>& networks) {
  std::vector<std::pair<std::string, std::filesystem::path>> found;
  std::string names;
  for (const std::string& name : networks) {
    names += (names.empty() ? "" : ", ") + epoch + "_net_" + name;
    if (auto file = weights_file(folder, epoch + "_net_" + name); !file.empty())
      found.emplace_back(name, std::move(file));
  }
  if (found.empty())
    throw guise::Error("--init_from " + folder.string() + ": expected a training's folder, with one of " +
                       names + " (.safetensors or .pth)");
  return found;
}

// The tensors of this network in a file: behind its name, as in "netG_A.model.1.weight", or all of them. What is another
// kind of network is refused, also where a few of its tensors would fit.
inline guise::Safetensors network_tensors(const std::filesystem::path& path, const std::string& network) {
  guise::Safetensors file = guise::read_weights(path);
  for (const std::string& prefix : {"net" + network + ".", network + "."}) {
    guise::Safetensors own{{}, file.metadata};
    for (auto& [name, tensor] : file.tensors)
      if (name.starts_with(prefix)) own.tensors.emplace_back(name.substr(prefix.size()), tensor);
    if (own.tensors.empty()) continue;
    file = std::move(own);
    break;
  }
  if (network.starts_with('G')) {
    file = guise::one_generator(std::move(file), path);
    generator_in(file, path);
  }
  guise::drop_blurs(file, path);
  if (network.starts_with('D') && !discriminator_in(file)) {
    const auto generator = guise::detail::generator_behind({file});
    throw guise::Error(
        path.string() + ": " +
        (generator ? "a generator, " + to_text(*generator) : guise::detail::what_weights_are(file)) +
        ": expected the weights of a discriminator");
  }
  return file;
}

// Tells what was taken and what was left out. Nothing is changed where something is wrong.
template <class Tell>
void start_from(const guise::State& state, const std::vector<std::string>& words, const std::string& epoch,
                bool partial, Tell tell) {
  std::vector<std::pair<std::string, std::filesystem::path>> files;
  for (const std::string& word : words)
    if (guise::is_folder(word))
      for (auto& found : networks_in(word, epoch, state.networks)) files.push_back(std::move(found));
    else
      files.push_back(network_and_file(word));
  guise::StartFrom start(partial);
  for (const auto& [network, path] : files) {
    const guise::Safetensors file = network_tensors(path, network);
    const std::vector<std::string> left_out = start.add(state, network, file, path);
    std::string line = network + " starts from " + path.string();
    for (std::size_t k = 0; k < left_out.size() && k < 3; ++k)
      line += (k ? ", " : "; left out: ") + left_out[k];
    if (left_out.size() > 3) line += ", and " + std::to_string(left_out.size() - 3) + " more";
    tell(line);
  }
  start.apply();
}
