// A folder with a generator of random weights, for tests of what `translate` reads and writes.
#pragma once
#include "training_folder.hpp"
#include <guise/arch/resnet_generator.hpp>
#include <guise/core/random.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace guise::testing {

inline const std::filesystem::path rasters = GUISE_SOURCE_DIR "/tests/fuzz/corpus/raster";

template <class Gen> void write_random(const std::filesystem::path& path) {
  Safetensors file;
  Random random(3);
  for (const Parameter& p : Gen::table) {
    std::vector<float> values(p.floats);
    for (float& value : values) value = static_cast<float>(0.2 * (random.uniform() - 0.5));
    file.tensors.emplace_back(std::string(p.name),
                              Tensor{{p.shape.begin(), p.shape.begin() + p.rank}, std::move(values)});
  }
  write_safetensors(path, file);
}

struct TranslationFolder : ScratchFolder {
  TranslationFolder() { write_random<ResnetGenerator<6, 8>>(path() / "latest_net_G_A.safetensors"); }
  std::string command(const std::filesystem::path& input, const std::filesystem::path& output,
                      const std::string& more = "") const {
    return program("translate") + " --threads 1 --weights " + path().string() + " --input " + input.string() +
           " --output " + output.string() + " " + more;
  }
  Result translate(const std::filesystem::path& input, const std::filesystem::path& output,
                   const std::string& more = "") const {
    return shell(command(input, output, more));
  }
  // As the program makes it of this one picture.
  Raster translated(const std::filesystem::path& input, const std::string& name,
                    const std::string& more = "") const {
    const Result result = translate(input, path() / name, more);
    INFO(result.text);
    REQUIRE(result.code == 0);
    return read_raster(path() / name);
  }
};
inline bool is_built(const std::filesystem::path& path) {
  return image_file::lacking(image_file::kind_named(path)).empty();
}
inline bool is_installed(const std::string& tool) { return shell("command -v " + tool).code == 0; }

}  // namespace guise::testing
