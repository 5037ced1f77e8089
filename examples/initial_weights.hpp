// `--init_from`: the networks of a training that begins take their weights from a training's folder, or from files.
#pragma once
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/data/picture_files.hpp>
#include <guise/deploy/networks_in_weights.hpp>
#include <guise/train/start_from.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What one network starts from: a file, and what stands before its tensors' names, where that is said.
struct InitialWeights {
  std::string network;
  std::filesystem::path path;
  std::optional<std::string> prefix{};
};

// What one word of --init_from names: "G_A=horses.pth", "G_A=both.pth:netG_A", or a file that is called ..._net_G_A.pth.
inline InitialWeights initial_weights(const std::string& word) {
  if (const auto equals = word.find('='); equals != word.npos && !std::filesystem::exists(word))
    if (equals > 0 && equals + 1 < word.size()) {
      InitialWeights named{word.substr(0, equals), word.substr(equals + 1)};
      const std::string file = named.path.string();
      if (const auto colon = file.rfind(':'); colon != file.npos && !std::filesystem::exists(named.path))
        named = {named.network, file.substr(0, colon), file.substr(colon + 1)};
      return named;
    }
  const std::string stem = std::filesystem::path(word).stem().string(), before = "net_";
  const auto at = stem.rfind(before);
  if (at == stem.npos) {
    const bool absent = word.find('=') == word.npos && !std::filesystem::exists(word);
    throw guise::Error("--init_from " + word +
                       (absent ? ": no such file or folder"
                               : ": expected a folder, a file such as latest_net_G_A.pth, or G_A=" + word));
  }
  return {stem.substr(at + before.size()), word};
}
// Of a training's folder the file of each network that it has.
inline std::vector<InitialWeights> networks_in(const std::filesystem::path& folder, const std::string& epoch,
                                               const std::vector<std::string>& networks) {
  std::vector<InitialWeights> found;
  std::string names;
  for (const std::string& name : networks) {
    names += (names.empty() ? "" : ", ") + epoch + "_net_" + name;
    if (auto file = weights_file(folder, epoch + "_net_" + name); !file.empty())
      found.push_back({name, std::move(file)});
  }
  if (found.empty())
    throw guise::Error("--init_from " + folder.string() + ": expected a training's folder, with one of " +
                       names + " (.safetensors or .pth)");
  return found;
}

// The tensors of this network in its file: behind the prefix that is said, else behind its name, as in
// "netG_A.model.1.weight", or all of them. What is another kind of network is refused, also where a few of its tensors
// would fit.
inline guise::Safetensors network_tensors(const InitialWeights& from) {
  const auto& [network, path, said] = from;
  guise::Safetensors file = guise::read_weights(path);
  const std::string ask = "--init_from " + network + "=" + path.string() + ":";
  std::vector<std::string> prefixes{"net" + network + ".", network + "."};
  if (said) prefixes = {*said + (said->empty() || said->ends_with('.') ? "" : ".")};
  for (const std::string& prefix : prefixes) {
    if (said && network.starts_with('G')) break;  // which one_generator finds
    guise::Safetensors own{{}, file.metadata};
    for (auto& [name, tensor] : file.tensors)
      if (name.starts_with(prefix)) own.tensors.emplace_back(name.substr(prefix.size()), tensor);
    if (own.tensors.empty() && said)
      throw guise::Error(path.string() + ": holds no tensor behind the prefix " + guise::in_quotes(prefix) +
                         ": " + guise::detail::what_weights_are(file));
    if (own.tensors.empty()) continue;
    file = std::move(own);
    break;
  }
  if (network.starts_with('G')) {
    file = guise::one_generator(std::move(file), path, said, ask);
    generator_in(file, path);
  }
  guise::drop_blurs(file, path);
  if (network.starts_with('D') && !discriminator_in(file)) {
    const auto generator = guise::detail::generator_behind({file});
    throw guise::Error(
        path.string() + ": " +
        (generator ? "a generator, " + to_text(*generator) : guise::detail::what_weights_are(file)) +
        ": expected the weights of a discriminator" + (said ? "" : ", or where they are, " + ask + "PREFIX"));
  }
  return file;
}

// Tells what was taken and what was left out. Nothing is changed where something is wrong.
template <class Tell>
void start_from(const guise::State& state, const std::vector<std::string>& words, const std::string& epoch,
                bool partial, Tell tell) {
  std::vector<InitialWeights> files;
  for (const std::string& word : words)
    if (guise::is_folder(word))
      for (auto& found : networks_in(word, epoch, state.networks)) files.push_back(std::move(found));
    else
      files.push_back(initial_weights(word));
  guise::StartFrom start(partial);
  for (const InitialWeights& from : files) {
    const guise::Safetensors file = network_tensors(from);
    const std::vector<std::string> left_out = start.add(state, from.network, file, from.path);
    std::string line = from.network + " starts from " + from.path.string() +
                       (from.prefix ? ", prefix " + guise::in_quotes(*from.prefix) : "");
    const std::string average = from.path.stem().string() + "_ema";
    if (const auto beside = weights_file(from.path.parent_path(), average); !beside.empty())
      line += ", not from its moving average (" + from.network + "=" + beside.string() + ")";
    for (std::size_t k = 0; k < left_out.size() && k < 3; ++k)
      line += (k ? ", " : "; left out: ") + left_out[k];
    if (left_out.size() > 3) line += ", and " + std::to_string(left_out.size() - 3) + " more";
    tell(line);
  }
  start.apply();
}
