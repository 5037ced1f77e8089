// The weights that lie in examples/weights: small, described, of the network that their card names, and made again by
// the script beside them.
#include "support/fetched.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>

using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(GUISE_SOURCE_DIR) / "examples" / "weights";

}  // namespace

TEST_CASE("weights that ship are small, described and of the network that their card names") {
  const std::string card = bytes_of(folder / "README.md");
  std::uintmax_t bytes = 0;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".safetensors") continue;
    ++files;
    bytes += entry.file_size();
    INFO(entry.path().string());
    CHECK(card.find(entry.path().filename().string()) != std::string::npos);
    const Result found = shell(program("inspect") + " --weights " + entry.path().string());
    INFO(found.text);
    CHECK(found.code == 0);
    CHECK(has(found, "student"));
    CHECK(has(found, "int8"));
  }
  CHECK(files >= 2);
  CHECK(bytes < 1000000);
}

TEST_CASE("the script of the weights makes the same bytes again" * doctest::test_suite("long")) {
  if (!fetched(fs::exists(fs::path(GUISE_SOURCE_DIR) / "build/packages/node_modules/@dicebear/avataaars"),
               "examples/data/make.sh avatars"))
    return;
  std::string made[2];
  for (std::string& weights : made) {
    const ScratchFolder out;
    const std::string data = (out / "data").string();
    REQUIRE(shell((folder.parent_path() / "data" / "make.sh").string() + " avatars " + data +
                  " --size 64 --train 4 --pairs 1")
                .code == 0);
    const Result run = shell((folder / "avatars.sh").string() + " " + GUISE_EXAMPLES_DIR + " " +
                             out.path().string() + " --max_steps 3");
    INFO(run.text);
    REQUIRE(run.code == 0);
    for (const char* to : {"woman", "man"}) {
      const fs::path file = out / ("avatars_to_" + std::string(to) + ".safetensors");
      CHECK(fs::file_size(file) == fs::file_size(folder / file.filename()));
      weights += bytes_of(file);
    }
  }
  CHECK(made[0] == made[1]);
}
