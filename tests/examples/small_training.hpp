// Trainings of networks as small as they may be, for tests that need many.
#pragma once
#include "examples/training_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace guise::testing {

inline constexpr const char* nets[] = {"G_A", "G_B", "D_A", "D_B"};
inline constexpr const char* small =
    "--netG resnet_2blocks --ngf 4 --ndf 4 --print_freq 1 --display_freq 1000 ";

inline void train(const TrainingFolder& place, const std::string& options) {
  const Result result = shell(place.training(small + options));
  INFO(result.text);
  REQUIRE(result.code == 0);
}
inline std::string inspected(const std::filesystem::path& weights) {
  const Result shown = shell(program("inspect") + " --size 256 --weights " + weights.string());
  INFO(shown.text);
  CHECK(shown.code == 0);
  return shown.text.substr(0, shown.text.find(", on "));
}

}  // namespace guise::testing
