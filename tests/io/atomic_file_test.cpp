// What a file that is written leaves behind: under names of any length, behind links, and after a kill.
#include "support/scratch_folder.hpp"
#include <guise/io/bytes/atomic_file.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("names of up to 255 bytes are written, in characters of any size") {
  const ScratchFolder folder;
  for (const std::string part : {"a", "ü", "雪", "😀"})
    for (std::size_t length : {200u, 240u, 250u, 255u}) {
      std::string name;
      while (name.size() + part.size() <= length) name += part;
      write_file(folder / name, "text");
      CHECK(bytes_of(folder / name) == "text");
      fs::remove(folder / name);
      CHECK(folder.entries() == 0);
    }
  CHECK(holds(message<Error>([&] { write_file(folder / std::string(256, 'a'), "text"); }),
              "File name too long"));
}

TEST_CASE("a name that is shortened is whole characters, and another for another name") {
  const std::string long_name(300, 'x');
  CHECK(shortened_name("short", 255) == "short");
  CHECK(shortened_name(long_name, 100).size() == 100);
  CHECK(shortened_name(long_name, 100) != shortened_name(long_name + "y", 100));
  std::string snow;
  while (snow.size() < 300) snow += "雪";
  for (std::size_t most : {100u, 101u, 102u})
    CHECK(printable(shortened_name(snow, most)).find("\\x") == std::string::npos);
}

TEST_CASE("links are followed, to a target that is not there yet too") {
  const ScratchFolder folder;
  fs::create_directories(folder / "deep");
  fs::create_symlink("deep/target", folder / "link");
  fs::create_symlink("link", folder / "second");
  write_file(folder / "second", "one");
  CHECK(fs::is_symlink(folder / "second"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(bytes_of(folder / "deep/target") == "one");
  write_file(folder / "link", "two");
  CHECK(bytes_of(folder / "deep/target") == "two");
  fs::create_symlink("round", folder / "round");
  CHECK(holds(message<Error>([&] { write_file(folder / "round", "x"); }),
              "round: a link that leads to itself"));
}

TEST_CASE("what a killed writer left is removed by the next, and what one is writing is not") {
  const ScratchFolder folder;
  const auto killed_while_writing = [&] {
    const pid_t child = fork();
    if (child == 0) {
      AtomicFile file(folder / "half");
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  };
  REQUIRE(killed_while_writing());
  CHECK(folder.entries() == 1);
  write_file(folder / "next", "text");  // this program's first in this folder
  CHECK(folder.entries() == 1);

  put(folder / ("other.part-" + std::to_string(getpid()) + "-7"), "left by a program that had this number");
  AtomicFile file(folder / "mine");
  remove_unfinished(folder.path());
  CHECK(folder.entries() == 2);
  file.commit();
  CHECK(fs::exists(folder / "mine"));
  for (const char* name : {"a.part-1", "a.part-x-1", "a.part-1-1.toolong", "a.part-1-1x"})
    put(folder / name, "x");
  remove_unfinished(folder.path());
  CHECK(folder.entries() == 2 + 4);  // which are none
}
