// Writes the folders trainA trainB testA testB from the emoji that fetch.sh brought: A holds men, B women.
//
// A pair is the man and the woman form of one person emoji: sequences that differ in the male or female sign
// or in the man or woman they start with, and the single pairs listed below. One with skin
// tones counts once without and once for each. Every fifth role, from the third on in the order of code
// points, is held out for testing with all its tones and of both vendors: the tones of one role are
// recolourings, so they must not be on both sides of the split. Both pictures of a pair have one file name:
// vendor, man's name, and the tone where there is one.
#include "../program.hpp"
#include <guise/io/picture/image_file.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Pair {
  std::string name;        // without vendor
  std::string man, woman;  // picture files
};
using Roles = std::vector<std::vector<Pair>>;  // one role with all its tones after the other

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

// The code points of the woman's form, or nothing if these are not a man's.
std::string woman_of(const std::string& man) {
  static const std::map<std::string, std::string> single = {
      {"1F466", "1F467"},  // boy, girl
      {"1F468", "1F469"},  // man, woman
      {"1F474", "1F475"},  // old man, old woman
      {"1F934", "1F478"},  // prince, princess
      {"1F385", "1F936"},  // Santa Claus, Mrs. Claus
  };
  if (const auto found = single.find(man); found != single.end()) return found->second;
  if (man.find("-200D-2642-FE0F") != man.npos) return replaced(man, "-200D-2642-FE0F", "-200D-2640-FE0F");
  if (man.starts_with("1F468-200D-")) return replaced(man, "1F468", "1F469");
  return {};
}

Roles read_roles(const fs::path& file) try {
  static const std::set<std::string> wanted = {"person", "person-role", "person-gesture", "person-fantasy"};
  std::ifstream stream(file);
  if (!stream) throw guise::Error(file.string() + ": cannot be read: expected the list of emoji");
  std::map<std::string, json> emoji;  // by code points, and so in their order
  for (const json& entry : json::parse(stream)) {
    const std::string code = entry.at("unified");
    if (wanted.contains(entry.at("subcategory")) && code.find("27A1") == code.npos) emoji[code] = entry;
  }

  Roles roles;
  for (const auto& [code, man] : emoji) {
    const auto found = emoji.find(woman_of(code));
    if (found == emoji.end()) continue;
    const json& woman = found->second;
    const std::string name = man.at("short_name");
    std::vector<Pair> tones = {{name, man.at("image"), woman.at("image")}};
    if (man.contains("skin_variations"))
      for (const auto& [tone, form] : man.at("skin_variations").items())
        tones.push_back(
            {name + "-" + tone, form.at("image"), woman.at("skin_variations").at(tone).at("image")});
    roles.push_back(std::move(tones));
  }
  return roles;
} catch (const json::exception&) {
  throw guise::Error(file.string() + ": damaged: expected the list of emoji as JSON");
}

int write_vendor(const std::string& vendor, const fs::path& from, const fs::path& out) {
  const Roles roles = read_roles(from / "emoji.json");
  const fs::path pictures = from / "img" / vendor / "64";
  std::size_t pairs = 0, held_out = 0, held_out_pairs = 0;
  for (std::size_t k = 0; k < roles.size(); ++k) {
    const bool test = k % 5 == 2;
    const std::string folder = test ? "test" : "train";
    for (const Pair& pair : roles[k]) {
      const std::string file = vendor + "-" + pair.name + ".png";
      for (const auto& [side, source] : {std::pair{"A", pair.man}, std::pair{"B", pair.woman}}) {
        const guise::Picture picture = guise::read_picture(pictures / source);
        if (picture.width != 64 || picture.height != 64)
          throw guise::Error((pictures / source).string() + ": expected a picture of 64x64");
        guise::write_picture(out / (folder + side) / file, picture);
      }
    }
    pairs += roles[k].size();
    held_out += test;
    held_out_pairs += test ? roles[k].size() : 0;
  }
  if (pairs != 314 || roles.size() != 54 || held_out != 11)
    throw guise::Error((from / "emoji.json").string() + ": " + std::to_string(pairs) + " pairs in " +
                       std::to_string(roles.size()) + " roles: expected 314 in 54");
  std::cout << vendor << ": " << pairs << " pairs in " << roles.size() << " roles, of which "
            << held_out_pairs << " pairs in " << held_out << " roles are held out for testing\n";
  return static_cast<int>(2 * pairs);
}

}  // namespace

int main(int argc, char** argv) {
  std::string google, twitter, out;
  CommandLine app("Writes trainA testA (men) and trainB testB (women) from emoji pictures, 64x64 on white",
                  "emoji_faces");
  app.add_option("--google", google, "folder with emoji.json and img/google/64").required();
  app.add_option("--twitter", twitter, "folder with emoji.json and img/twitter/64").required();
  app.add_option("--out", out, "folder to write to").required();
  return run_program(app, argc, argv, [&] {
    for (const char* folder : {"trainA", "trainB", "testA", "testB"}) make_folder(fs::path(out) / folder);
    const int written = write_vendor("google", google, out) + write_vendor("twitter", twitter, out);
    std::cout << written << " pictures written to " << out << '\n';
    return 0;
  });
}
