// `--weights` as every program takes it: a generator's file, or the folder of a training, of which `--direction` chooses
// the generator.
#pragma once
#include <guise/core/error.hpp>
#include <guise/data/picture_files.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <filesystem>
#include <map>
#include <string>

// Of a training's folder the generator of this direction (AtoB where it is empty); a file as it is.
inline std::filesystem::path generator_file(const std::string& weights, const std::string& direction) {
  namespace fs = std::filesystem;
  if (!guise::is_folder(weights)) {
    if (!direction.empty())
      throw guise::Error("--direction " + direction +
                         " chooses between the two generators of a training: expected its folder as "
                         "--weights, found " +
                         (weights.empty() ? "none" : weights));
    return weights;
  }
  const std::string name = direction == "BtoA" ? "latest_net_G_B" : "latest_net_G_A";
  for (const char* extension : {".safetensors", ".pth"})
    if (auto file = fs::path(weights) / (name + extension); fs::exists(file)) return file;
  throw guise::Error(weights + ": expected the folder of a training, with " + name + ".safetensors or " +
                     name + ".pth");
}

// What their training noted in these weights; nothing in a file of another kind, or one that cannot be read, which is told
// where its weights are.
inline std::map<std::string, std::string> notes_of(const std::filesystem::path& weights) try {
  return weights.extension() == ".safetensors" ? guise::read_metadata(weights)
                                               : std::map<std::string, std::string>();
} catch (const guise::Error&) { return {}; }
