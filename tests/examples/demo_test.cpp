// demo.sh, with stubs in the place of all that it runs: what it asks of them, whatever ended the run before.
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

// Each stub writes its name and what it is told to a file `told`. The one of train is interrupted where there is a file
// `interrupt`, as by Ctrl-C, which the script gets too.
struct Demo : ScratchFolder {
  Demo() {
    for (const char* folder :
         {"examples/data", "examples/emoji", "cmake", "bin", "build/demo/build/examples"})
      fs::create_directories(path() / folder);
    fs::copy(fs::path(GUISE_SOURCE_DIR) / "examples" / "demo.sh", path() / "examples");
    for (const char* name : {"cmake/install_packages.sh", "bin/cmake", "bin/npm", "examples/data/make.sh",
                             "examples/emoji/fetch.sh"})
      stub(name);
    for (const char* name : {"emoji_faces", "translate", "evaluate", "contact_sheet"})
      stub("build/demo/build/examples/" + std::string(name));
    stub("build/demo/build/examples/train",
         "mkdir -p '" + trained().string() + "'; touch '" + (trained() / "checkpoint.safetensors").string() +
             "'; if [ -e '" + (path() / "interrupt").string() + "' ]; then kill -INT $PPID; exit 130; fi");
  }
  fs::path trained() const { return path() / "build" / "demo" / "checkpoints" / "emoji"; }
  Result run(const std::string& arguments = "") {
    fs::remove(path() / "told");
    return shell("PATH=" + (path() / "bin").string() + ":$PATH " +
                 (path() / "examples" / "demo.sh").string() + " " + arguments);
  }
  std::string told() const { return fs::exists(path() / "told") ? bytes_of(path() / "told") : ""; }
  bool was_told(const std::string& part) const { return told().find(part) != std::string::npos; }

  void stub(const std::string& name, const std::string& more = ":") {
    put(path() / name, "#!/bin/sh\necho \"" + fs::path(name).filename().string() + " $*\" >> '" +
                           (path() / "told").string() + "'\n" + more + "\n");
    fs::permissions(path() / name, fs::perms::owner_all);
  }
};

}  // namespace

TEST_CASE("the demo goes on with a training that was interrupted, until it is finished") {
  Demo demo;
  put(demo / "interrupt", "");
  const Result first = demo.run();
  INFO(first.text);
  CHECK(first.code == 0);
  CHECK(demo.was_told("train --dataroot"));
  CHECK(!demo.was_told("--continue_train"));
  CHECK(demo.was_told("contact_sheet"));  // with what was learned so far
  CHECK(first.text.find("the same command") != std::string::npos);
  CHECK(first.text.find("trains on") != std::string::npos);

  CHECK(demo.run().code == 0);
  CHECK(demo.was_told("--continue_train"));
  // Killed after the last checkpoint was moved aside, and before the new one had its name.
  fs::rename(demo.trained() / "checkpoint.safetensors", demo.trained() / "checkpoint_previous.safetensors");
  fs::remove(demo / "interrupt");
  const Result last = demo.run();
  INFO(last.text);
  CHECK(last.code == 0);
  CHECK(demo.was_told("--continue_train"));
  CHECK(last.text.find("trains on") == std::string::npos);

  CHECK(demo.run().text.find("already trained") != std::string::npos);
  CHECK(!demo.was_told("train --dataroot"));
}

TEST_CASE("the demo shows what trained weights do before it trains, and trains where faces cannot be drawn") {
  Demo demo;
  const Result shown = demo.run();
  INFO(shown.text);
  CHECK(shown.code == 0);
  const auto first_picture = demo.told().find("build/demo/avatars.png");
  CHECK(demo.told().find("avatars_to_woman.safetensors") < first_picture);
  CHECK(demo.told().find("avatars_to_man.safetensors") < first_picture);
  CHECK(first_picture < demo.told().find("train --dataroot"));

  fs::remove_all(demo / "build/demo/checkpoints");
  fs::remove(demo / "build/demo/finished");
  demo.stub("examples/data/make.sh", "exit 1");
  const Result without = demo.run();
  INFO(without.text);
  CHECK(without.code == 0);
  CHECK(without.text.find("the demo goes on with its training") != std::string::npos);
  CHECK(!demo.was_told("avatars_to_woman.safetensors"));
  CHECK(demo.was_told("train --dataroot"));
}

TEST_CASE("the demo compiles nothing for CUDA, and refuses what it does not know before it begins") {
  Demo demo;
  for (const char* arguments : {"--gpu", "10 minutes", "--help more"}) {
    const Result result = demo.run(arguments);
    CHECK(result.code == 2);
    CHECK(result.text == "demo.sh: " + std::string(arguments) + ": expected no argument, or --help\n");
    CHECK(demo.told().empty());
  }
  const Result help = demo.run("--help");
  CHECK(help.code == 0);
  CHECK(help.text.starts_with("usage: "));
  CHECK(demo.told().empty());
  CHECK(demo.run().code == 0);
  CHECK(demo.was_told("-DGUISE_CUDA=OFF"));
}
