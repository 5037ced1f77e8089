// `--weights` as every program takes it: a generator's file, or the folder of a training, of which `--direction` chooses
// the generator.
#pragma once
#include <guise/core/error.hpp>
#include <guise/data/picture_files.hpp>

#include <filesystem>
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
