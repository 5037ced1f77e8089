// The data sets that examples/data/make.sh makes: the same bytes each time, pairs by name, and no source in two parts.
#include "support/fetched.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

using Folder = std::map<std::string, std::string>;  // bytes by name, without the ending
using DataSet = std::map<std::string, Folder>;
using Names = std::set<std::string>;

const fs::path source_folder = GUISE_SOURCE_DIR;

Result make(const std::string& name, const fs::path& out, const std::string& options) {
  return shell((source_folder / "examples" / "data" / "make.sh").string() + " " + name + " " + out.string() +
               " " + options);
}
DataSet made(const std::string& name, const fs::path& out, const std::string& options) {
  const Result result = make(name, out, options);
  INFO(result.text);
  REQUIRE(result.code == 0);
  DataSet all;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all[entry.path().parent_path().filename().string()][entry.path().stem().string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

// An emoji without tones and genders; a person and a map are their own.
std::string source_of(std::string name) {
  for (const std::string part :
       {"-1f3fb", "-1f3fc", "-1f3fd", "-1f3fe", "-1f3ff", "-200d-2640", "-200d-2642"})
    for (auto at = name.find(part); at != name.npos; at = name.find(part)) name.erase(at, part.size());
  for (const std::string person : {"1f468", "1f469"})
    for (auto at = name.find(person); at != name.npos; at = name.find(person)) name.replace(at, 5, "1f9d1");
  return name;
}
Names sources_of(const Folder& folder) {
  Names sources;
  for (const auto& [name, bytes] : folder) sources.insert(source_of(name));
  return sources;
}
Names contents_of(const Folder& folder) {
  Names contents;
  for (const auto& [name, bytes] : folder) contents.insert(bytes);
  return contents;
}
bool apart(const Names& a, const Names& b) {
  return std::none_of(a.begin(), a.end(), [&](const std::string& one) { return b.contains(one); });
}

void check_paired(const std::string& name, const std::string& options) {
  const ScratchFolder scratch;
  const DataSet once = made(name, scratch / "once", options + " --seed 3");
  CHECK(once.size() == 6);
  CHECK(once == made(name, scratch / "again", options + " --seed 3"));
  CHECK(once != made(name, scratch / "other", options + " --seed 4"));

  for (const std::string part : {"val", "test"}) {
    CAPTURE(part);
    const Folder &a = once.at(part + "A"), &b = once.at(part + "B");
    CHECK(a.size() == 4);
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end(),
                     [](const auto& one, const auto& other) { return one.first == other.first; }));
    CHECK(apart(contents_of(a), contents_of(b)));
  }
  // B of val and of test has the names of A
  const std::string single[] = {"trainA", "trainB", "valA", "testA"};
  for (const std::string& one : single)
    for (const std::string& other : single)
      if (one < other) {
        CAPTURE(one);
        CAPTURE(other);
        CHECK_FALSE(once.at(one).empty());
        CHECK(apart(sources_of(once.at(one)), sources_of(once.at(other))));
        CHECK(apart(contents_of(once.at(one)), contents_of(once.at(other))));
      }
}

const fs::path packages = source_folder / "build" / "packages";

// What --all does not fetch, for it is large.
bool there(const std::string& package, const std::string& name) {
  if (fs::exists(packages / package)) return true;
  MESSAGE("skipped, absent: ", package, ", which examples/data/make.sh ", name, " brings");
  return false;
}

}  // namespace

TEST_CASE("avatars are the same each time, and split by person" * doctest::test_suite("long")) {
  if (fetched(fs::exists(packages / "node_modules" / "@dicebear" / "avataaars"),
              "drawings, which examples/data/make.sh avatars brings"))
    check_paired("avatars", "--size 32 --train 6 --pairs 4");
}

TEST_CASE("emoji in 3-D are the same each time, and split by what they show" * doctest::test_suite("long")) {
  if (fetched(fs::exists(packages / "node_modules" / "@lobehub" / "fluent-emoji-3d"),
              "emoji, which examples/data/make.sh emoji3d brings"))
    check_paired("emoji3d", "--size 16 --pairs 4");
}

TEST_CASE("seasons are the same each time, and split by map" * doctest::test_suite("long")) {
  if (!there("wesnoth-1.16-data", "seasons")) return;
  check_paired("seasons", "--size 32 --train 6 --pairs 4");
  check_paired("seasons", "--size 32 --train 6 --pairs 4 --to winter");
}

TEST_CASE("photographs and paintings are the same each time, and in one folder" *
          doctest::test_suite("long")) {
  if (!there("gcompris-qt-data", "vangogh")) return;
  const ScratchFolder scratch;
  const DataSet once = made("vangogh", scratch / "once", "--size 32");
  CHECK(once == made("vangogh", scratch / "again", "--size 32"));
  Names seen;
  std::size_t pictures = 0;
  for (const auto& [folder, files] : once) {
    seen.merge(contents_of(files));
    pictures += files.size();
  }
  CHECK(pictures == 65 + 8);
  CHECK(seen.size() == pictures);
}

TEST_CASE("a data set is not made over what is there, nor of what nobody knows, and leaves nothing") {
  const ScratchFolder scratch;
  const Result over = make("avatars", scratch.path(), "");
  CHECK(over.code == 1);
  CHECK(over.text ==
        "make.sh: " + scratch.path().string() + ": is there already: expected a folder that is not\n");
  const Result unknown = make("horses", scratch / "out", "");
  CHECK(unknown.code == 1);
  CHECK(unknown.text == "make.sh: horses: expected avatars, emoji3d, seasons or vangogh\n");
  CHECK(fs::is_empty(scratch.path()));
}
