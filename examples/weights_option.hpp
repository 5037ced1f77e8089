// `--weights`, `--prefix` and `--direction` as every program takes them: a generator's file, or the folder of a training, of
// which the direction chooses the generator.
#pragma once
#include "command_line/command_line.hpp"
#include <guise/core/error.hpp>
#include <guise/data/picture_files.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// FOLDER/NAME as the programs here write weights, or as PyTorch does; empty where neither is there.
inline std::filesystem::path weights_file(const std::filesystem::path& folder, const std::string& name) {
  for (const char* extension : {".safetensors", ".pth"})
    if (auto path = folder / (name + extension); std::filesystem::exists(path)) return path;
  return {};
}

struct GeneratorFile {
  std::filesystem::path path;
  std::optional<std::string> prefix;  // of its tensors' names, where the file has several networks
  std::string ask{};                  // how the program is told that
};

struct WeightsOption {
  std::string weights, direction, prefix, epoch = "latest";

  Option add_to(CommandLine& app,
                const char* what = "a generator's .safetensors or .pth file, or the folder of a training") {
    app.add_option("--direction", direction, "which generator of a training's folder; without: AtoB")
        .check(one_of({"AtoB", "BtoA"}));
    return add_weights(app, what);
  }
  Option add_weights(CommandLine& app, const char* what) {
    app.add_option("--prefix", prefix,
                   "of the generator's tensors in a file of several networks, such as netG_A");
    app.add_option("--epoch", epoch,
                   "of a training's folder, whose networks: latest, best, which scored best, or a number")
        .show_default();
    return app.add_option("--weights", weights, what);
  }
  // Of a training's folder the generator of this direction, its moving average where there is one; a file as it is.
  GeneratorFile file() const { return file(direction); }
  // The same where the direction has another meaning besides.
  GeneratorFile file_of(const std::string& chosen) const {
    return guise::is_folder(weights) ? file(chosen) : file("");
  }

 private:
  GeneratorFile file(const std::string& chosen) const {
    const auto given = prefix.empty() ? std::nullopt : std::optional(prefix);
    namespace fs = std::filesystem;
    if (!guise::is_folder(weights)) {
      if (!chosen.empty())
        throw guise::Error("--direction " + chosen +
                           " chooses between the two generators of a training: expected its folder as "
                           "--weights, found " +
                           (weights.empty() ? "none" : weights));
      if (epoch != "latest")
        throw guise::Error("--epoch " + epoch +
                           " chooses between the networks of a training: expected its folder as --weights, "
                           "found " +
                           weights);
      return {weights, given, "--prefix "};
    }
    const std::string name = epoch + (chosen == "BtoA" ? "_net_G_B" : "_net_G_A"),
                      one = epoch + "_net_G";  // CUT's
    std::vector<std::string> names{name + "_ema", name};
    if (chosen != "BtoA") names.insert(names.end(), {one + "_ema", one});
    for (const std::string& file : names)
      if (const auto path = weights_file(weights, file); !path.empty()) return {path, given, "--prefix "};
    throw guise::Error(weights + ": expected the folder of a training, with " + name + ".safetensors or " +
                       name + ".pth");
  }
};
