// own_recipe: networks and losses that a program names train as those of the library do, and go on where they stopped.
#include "examples/training_folder.hpp"

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("a recipe of one's own trains, and resumed it has the weights of a training that was not stopped") {
  const TrainingFolder place;
  const auto trained = [&](const std::string& name, const std::string& more) {
    return shell(program("own_recipe") + " --threads 1 --dataroot " + place.data().string() +
                 " --checkpoints_dir " + place.path().string() + " --name " + name + " " + more);
  };
  CHECK(trained("whole", "--max_steps 5").code == 0);
  CHECK(trained("parts", "--max_steps 2").code == 0);
  check_refused(trained("parts", "--max_steps 5"), "own_recipe", "--continue_train");
  const Result rest = trained("parts", "--max_steps 5 --continue_train");
  INFO(rest.text);
  CHECK(rest.code == 0);
  CHECK(rest.text.find("going on after step 2") != std::string::npos);
  for (const char* net : {"G_A", "G_B", "D_A", "D_B"}) {
    const std::string file = std::string("latest_net_") + net + ".safetensors";
    CHECK(bytes_of(place / "whole" / file) == bytes_of(place / "parts" / file));
  }
  check_refused(trained("small", "--load_size 60"), "own_recipe", "--load_size");
  CHECK(!fs::exists(place / "small"));
}
