// The emoji that the demo trains on: pairs by name, roles that stand on one side of the split alone.
#include "support/fetched.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

Names names_in(const fs::path& folder) {
  Names names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().stem().string());
  return names;
}
// Without the vendor before it and the tone after it.
Names roles_of(const Names& names) {
  Names roles;
  for (const std::string& name : names) {
    const std::string form = name.substr(name.find('-') + 1);
    roles.insert(form.substr(0, form.find("-1F3F")));
  }
  return roles;
}

}  // namespace

TEST_CASE("emoji are split by role, and a pair has one name" * doctest::test_suite("long")) {
  const fs::path emoji = fs::path(GUISE_SOURCE_DIR) / "build" / "emoji";
  if (!fetched(fs::exists(emoji / "twitter" / "emoji.json"),
               "emoji, which examples/emoji/fetch.sh build/emoji brings"))
    return;
  const ScratchFolder scratch;
  const Result made =
      shell(program("emoji_faces") + " --google " + (emoji / "google").string() + " --twitter " +
            (emoji / "twitter").string() + " --out " + scratch.path().string());
  INFO(made.text);
  REQUIRE(made.code == 0);

  const Names train = names_in(scratch / "trainA"), test = names_in(scratch / "testA");
  CHECK(train.size() + test.size() == 2 * 314);
  CHECK(names_in(scratch / "trainB") == train);
  CHECK(names_in(scratch / "testB") == test);

  const Names known = roles_of(train), held_out = roles_of(test);
  CHECK(known.size() == 54 - 11);
  CHECK(held_out.size() == 11);
  CHECK(std::none_of(held_out.begin(), held_out.end(),
                     [&](const std::string& r) { return known.contains(r); }));
  for (const std::string& role : held_out) {
    CHECK(test.contains("google-" + role));
    CHECK(test.contains("twitter-" + role));
  }

  const guise::Picture man = guise::read_picture(scratch / "testA" / "google-man.png");
  CHECK(man.width == 64);
  CHECK(man.height == 64);
  CHECK(man.rgb != guise::read_picture(scratch / "testB" / "google-man.png").rgb);
  CHECK(int(man.rgb[0]) == 255);  // on white
}
