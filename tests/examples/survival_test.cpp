// What a training survives, at length: kills at many moments, those of writing among them, and a disk that is
// full. In the end it has the files of one that nothing happened to.
#include "examples/training_folder.hpp"
#include "support/training_files.hpp"
#include <guise/core/random.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

void check_same(const fs::path& folder, const std::map<std::string, std::string>& expected) {
  const auto files = files_of(folder);
  for (const auto& [name, bytes] : files) {
    CAPTURE(name);
    CHECK(expected.contains(name));
  }
  for (const auto& [name, bytes] : expected) {
    CAPTURE(name);
    CHECK(files.contains(name));
    CHECK((files.contains(name) && files.at(name) == bytes));
  }
}

bool writes(const fs::path& folder) {  // a file is half-written just now
  std::error_code gone;
  for (fs::recursive_directory_iterator entry(folder, gone), end; !gone && entry != end;
       entry.increment(gone))
    if (entry->path().filename().string().find(".part-") != std::string::npos) return true;
  return false;
}

pid_t start(const std::string& command, const fs::path& output) {
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(file, 1);
    dup2(file, 2);
    execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
    _exit(127);
  }
  return child;
}

}  // namespace

TEST_SUITE("long") {
  TEST_CASE("40 steps are 20 and 20, and the same after kills at 60 moments") {
    using std::chrono::steady_clock;
    const TrainingFolder place;
    const std::string all =
        "--max_steps 40 --pool_size 4 --print_freq 3 --display_freq 4 --save_latest_freq 2 --save_epoch_freq "
        "5 ";
    REQUIRE(shell(place.training(all)).code == 0);
    const auto expected = files_of(place.made());
    fs::remove_all(place.made());

    const auto begun = steady_clock::now();
    REQUIRE(shell(place.training(all + "--max_steps 20")).code == 0);
    const std::chrono::duration<double> half = steady_clock::now() - begun;
    REQUIRE(shell(place.training(all + "--continue_train")).code == 0);
    check_same(place.made(), expected);

    fs::remove_all(place.made());
    Random random(17);
    int kills = 0, while_writing = 0, trainings = 0;
    while (kills < 60) {
      const pid_t training = start(place.training(all + "--continue_train"), place / "output");
      REQUIRE(training > 0);
      std::this_thread::sleep_for(half * (random.uniform() * 0.7));
      int status = 0;
      bool ended = false;
      if (kills % 2)  // the next moment of writing
        for (int k = 0; k < 50000 && !writes(place.made()) && !ended; ++k)
          ended = waitpid(training, &status, WNOHANG) == training;
      if (!ended) {
        kill(training, SIGKILL);
        REQUIRE(waitpid(training, &status, 0) == training);
        ended = WIFEXITED(status);
      }
      INFO(bytes_of(place / "output"));
      CHECK(bytes_of(place / "output").find("train: ") == std::string::npos);  // no kill left what is refused
      if (ended) {
        CHECK(WEXITSTATUS(status) == 0);
        check_same(place.made(), expected);
        fs::remove_all(place.made());
        ++trainings;
        continue;
      }
      ++kills;
      while_writing += writes(place.made());
      const fs::path web = place.made() / "web";
      if (fs::exists(web / "index.html")) CHECK(bytes_of(web / "index.html").ends_with("</html>\n"));
      if (fs::exists(web / "images"))
        for (const auto& picture : fs::directory_iterator(web / "images"))
          if (picture.path().extension() == ".png") CHECK_NOTHROW(read_picture(picture.path()));
    }
    REQUIRE(shell(place.training(all + "--continue_train")).code == 0);
    check_same(place.made(), expected);
    CHECK(while_writing > 5);
    MESSAGE(kills << " kills, " << while_writing << " of them in a half-written file, " << trainings + 1
                  << " trainings that ended");
  }

  TEST_CASE("a full disk ends a training with its last checkpoint whole; with more room it goes on") {
    const TrainingFolder place;
    const std::string all = "--max_steps 12 --pool_size 4 --print_freq 3 --save_latest_freq 2 ";
    REQUIRE(shell(place.training(all)).code == 0);
    const auto expected = files_of(place.made());
    fs::remove_all(place.made());
    const std::string disk = (place / "checkpoints").string();
    const auto megabytes = expected.at("checkpoint.safetensors").size() / (1 << 20);
    if (shell("mount -t tmpfs -o size=" + std::to_string(megabytes * 5 / 2) + "m tmpfs " + disk).code != 0) {
      MESSAGE("skipped: no small disk can be mounted here");
      return;
    }
    const Result full = shell(place.training(all));
    const bool whole = fs::exists(place.made() / "checkpoint.safetensors");
    const Result more = shell("mount -o remount,size=1g " + disk);
    const Result resumed = shell(place.training(all + "--continue_train"));
    const auto files = files_of(place.made());
    const Result unmounted = shell("umount " + disk);
    INFO(full.text);
    CHECK(full.code == 1);
    CHECK(full.text.find("cannot be written: No space left on device") != std::string::npos);
    CHECK(full.text.find("train: ") == full.text.rfind("train: "));
    CHECK(whole);
    CHECK(more.code == 0);
    INFO(resumed.text);
    CHECK(resumed.code == 0);
    CHECK(resumed.text.find("train: ") == std::string::npos);
    CHECK(files == expected);
    CHECK(unmounted.code == 0);
  }
}
