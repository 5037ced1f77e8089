// Reads the #include lines of include/guise and refuses an arrow that runs the wrong way, a circle of files,
// a heavy header where it is not at home, and a header that is not there.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Sources = std::map<std::string, std::string>;  // "core/shape.hpp" -> its text
using Names = std::set<std::string>;

// What each folder may include besides itself: folders, or single files of them. The longest key that a file's
// path starts with counts, so that one file of a folder can have a rule of its own.
const std::map<std::string, Names> arrows = {
    {"core", {}},
    {"detail", {"core/compiler.hpp"}},
    {"backend", {"core"}},
    {"backend/eigen", {"core", "detail/eigen_core.hpp"}},
    {"backend/cuda/formulas.cuh", {"core", "loss/formulas.hpp", "optim"}},  // what nvcc compiles for a device
    {"graph", {"core", "backend"}},
    {"layer", {"core", "backend", "graph"}},
    {"net", {"core", "backend", "graph", "layer"}},
    {"net/orthogonal.hpp", {"core", "net", "detail/eigen_core.hpp"}},
    {"testing", {"core", "backend", "graph", "layer", "net"}},
    {"arch", {"core", "graph", "layer"}},
    {"loss", {"core", "backend"}},
    {"optim", {"core", "backend"}},
    {"io", {"core"}},
    {"io/weights/weights.hpp", {"core", "net", "graph"}},
    {"data", {"core", "io/picture"}},
    {"metrics", {"core"}},
    {"metrics/detail", {"core", "detail/eigen_core.hpp"}},
    {"deploy", {"core", "backend", "graph", "layer", "net", "arch", "io"}},
    {"train", {"core", "backend", "graph", "layer", "net", "loss", "optim", "io"}},
    {"objective", {"core", "backend", "graph", "layer", "net", "arch", "loss", "optim", "train", "deploy"}},
    {"score", {"core", "backend", "graph", "layer", "net", "loss", "optim", "train", "metrics", "data"}},
    {"face", {"core", "backend", "graph", "layer", "net", "io", "deploy", "data"}},
    {"face/detail", {"core", "detail/eigen_core.hpp"}},
    {"eigen.hpp", {"core", "backend/eigen/matrix.hpp", "io/picture/picture.hpp"}},
    {"xtensor.hpp", {"core", "io/picture/picture.hpp"}},
};

// Libraries that are slow to compile, and the only places that may include them.
const std::map<std::string, Names> heavy = {
    {"Eigen/", {"detail/eigen_core.hpp", "face/detail", "net/orthogonal.hpp"}},
    {"xtensor/", {"data", "xtensor.hpp"}},
    {"nlohmann/", {"io", "train/log"}},
    {"stb/", {"data", "io"}},
};

bool within(const std::string& path, const std::string& place) {
  return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}
bool within(const std::string& path, const Names& places) {
  for (const auto& place : places)
    if (within(path, place)) return true;
  return false;
}

std::vector<std::string> includes(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const auto word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const auto open = line.find_first_of("<\"", word), close = line.find_first_of(">\"", open + 1);
    if (close != std::string::npos) found.push_back(line.substr(open + 1, close - open - 1));
  }
  return found;
}

// Without the definitions that a header brings at its end where they are not compiled by themselves (core/compiled.hpp),
// for these need the header.
std::string declarations(const std::string& text) {
  const auto from = text.find("#ifndef GUISE_COMPILED\n");
  return from == text.npos ? text : text.substr(0, from) + text.substr(text.find("#endif\n", from));
}

void follow(const Sources& sources, const std::string& path, std::vector<std::string>& trail, Names& done,
            std::vector<std::string>& wrong) {
  for (std::size_t k = 0; k < trail.size(); ++k)
    if (trail[k] == path) wrong.push_back("a circle through " + path);
  if (!done.insert(path).second) return;
  trail.push_back(path);
  for (const auto& name : includes(declarations(sources.at(path))))
    if (name.starts_with("guise/") && sources.contains(name.substr(6)))
      follow(sources, name.substr(6), trail, done, wrong);
  trail.pop_back();
}

// Does the first include of a file lead to core/compiler.hpp before anything else? It says what guise asks of a compiler.
bool asks_first(const Sources& sources, const std::string& path) {
  const std::string asking = "core/compiler.hpp";
  if (path == asking || path == "version.hpp") return true;  // the version is read by the build, too
  const auto names = includes(sources.at(path));
  if (names.empty() || !names.front().starts_with("guise/")) return false;
  const std::string first = names.front().substr(6);
  return first == asking || (first != path && sources.contains(first) && asks_first(sources, first));
}

std::vector<std::string> violations(const Sources& sources) {
  std::vector<std::string> wrong;
  for (const auto& [path, text] : sources) {
    const bool umbrella = path == "guise.hpp";
    std::string rule;  // this file's key in `arrows`
    for (const auto& [place, allowed] : arrows)
      if (within(path, place)) rule = place;  // sorted: the longest comes last
    if (rule.empty() && path.find('/') != std::string::npos) wrong.push_back(path + " is in no known folder");

    for (const auto& name : includes(text)) {
      if (name.starts_with("guise/")) {
        const std::string to = name.substr(6);
        if (!sources.contains(to)) wrong.push_back(path + " includes " + to + ", which is not there");
        const bool home = !rule.empty() && within(to, rule.substr(0, rule.find('/')));
        if (!umbrella && !home && !(arrows.contains(rule) && within(to, arrows.at(rule))))
          wrong.push_back(path + " must not include " + to);
      }
      for (const auto& [library, places] : heavy)
        if (name.starts_with(library) && !within(path, places))
          wrong.push_back(path + " must not include " + name);
    }
  }
  Names done;
  for (const auto& [path, text] : sources) {
    std::vector<std::string> trail;
    follow(sources, path, trail, done, wrong);
  }
  return wrong;
}

Sources read(const std::filesystem::path& root) {
  Sources sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    sources[std::filesystem::relative(entry.path(), root).generic_string()] = text.str();
  }
  return sources;
}

using Wrong = std::vector<std::string>;

}  // namespace

TEST_CASE("the arrows of include/guise run one way") {
  const Sources sources = read(GUISE_SOURCE_DIR "/include/guise");
  CHECK(sources.contains("core/shape.hpp"));
  for (const auto& line : violations(sources)) FAIL_CHECK(line);
}

TEST_CASE("every file asks first for the compiler that guise needs") {
  const Sources sources = read(GUISE_SOURCE_DIR "/include/guise");
  for (const auto& [path, text] : sources) CHECK_MESSAGE(asks_first(sources, path), path);
  const Sources some{{"core/compiler.hpp", ""},
                     {"core/a.hpp", "#include <guise/core/compiler.hpp>\n#include <vector>\n"},
                     {"core/b.hpp", "#include <guise/core/a.hpp>\n"},
                     {"core/c.hpp", "#include <vector>\n#include <guise/core/a.hpp>\n"},
                     {"core/d.hpp", ""}};
  CHECK(asks_first(some, "core/b.hpp"));
  CHECK_FALSE(asks_first(some, "core/c.hpp"));
  CHECK_FALSE(asks_first(some, "core/d.hpp"));
}

TEST_CASE("a good tree has no violations") {
  CHECK(
      violations({{"guise.hpp", "#include <guise/net/a.hpp>\n"},
                  {"net/a.hpp", "#include <guise/layer/b.hpp>\n#include <guise/net/c.hpp>\n"},
                  {"net/c.hpp", "#include <vector>\n"},
                  {"layer/b.hpp", "// #include <guise/net/a.hpp>\n"},
                  {"net/f.hpp", "#ifndef GUISE_COMPILED\n#include <guise/net/g.hpp>\n#endif\n"},
                  {"net/g.hpp", "#include <guise/net/f.hpp>\n"},
                  {"data/d.hpp", "# include <xtensor/xview.hpp>\n"},
                  {"io/picture/image_file.hpp", "#include <guise/io/file.hpp>\n#include <stb/stb_image.h>\n"},
                  {"io/file.hpp", ""},
                  {"data/e.hpp", "#include <guise/io/picture/image_file.hpp>\n"}})
          .empty());
}

TEST_CASE("each wrong arrow is found") {
  CHECK(violations({{"core/a.hpp", "#include <guise/net/b.hpp>\n"}, {"net/b.hpp", ""}}) ==
        Wrong{"core/a.hpp must not include net/b.hpp"});
  CHECK(violations({{"loss/a.hpp", "#include \"guise/layer/b.hpp\"\n"}, {"layer/b.hpp", ""}}) ==
        Wrong{"loss/a.hpp must not include layer/b.hpp"});
  CHECK(violations({{"data/a.hpp", "#include <guise/io/b.hpp>\n"}, {"io/b.hpp", ""}}) ==
        Wrong{"data/a.hpp must not include io/b.hpp"});
  CHECK(violations({{"io/image_file.hpp", "#include <guise/net/b.hpp>\n"}, {"net/b.hpp", ""}}) ==
        Wrong{"io/image_file.hpp must not include net/b.hpp"});
  CHECK(violations({{"net/a.hpp", "#include <guise/guise.hpp>\n"}, {"guise.hpp", ""}}) ==
        Wrong{"net/a.hpp must not include guise.hpp"});
  CHECK(violations({{"version.hpp", "#include <guise/core/a.hpp>\n"}, {"core/a.hpp", ""}}) ==
        Wrong{"version.hpp must not include core/a.hpp"});
}

TEST_CASE("a circle, a heavy header, a missing header and an unknown folder are found") {
  CHECK(violations({{"net/a.hpp", "#include <guise/net/b.hpp>\n"},
                    {"net/b.hpp", "#include <guise/net/c.hpp>\n"},
                    {"net/c.hpp", "#include <guise/net/a.hpp>\n"}}) == Wrong{"a circle through net/a.hpp"});
  CHECK(violations({{"core/a.hpp", "  #  include <xtensor/xview.hpp>\n"}}) ==
        Wrong{"core/a.hpp must not include xtensor/xview.hpp"});
  CHECK(violations({{"net/a.hpp", "#include <nlohmann/json.hpp>\n"}}) ==
        Wrong{"net/a.hpp must not include nlohmann/json.hpp"});
  CHECK(violations({{"net/a.hpp", "#include <guise/net/b.hpp>\n"}}) ==
        Wrong{"net/a.hpp includes net/b.hpp, which is not there"});
  CHECK(violations({{"cellar/a.hpp", ""}}) == Wrong{"cellar/a.hpp is in no known folder"});
}
