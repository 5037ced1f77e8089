// The lists of CelebA: which of its pictures show men, and which are for training. They are read as the data
// set's authors write them, words between spaces, and as others offer them, with commas and a first line of
// names that begins with image_id. Throws guise::Error with file and line for what is neither, and for names
// that could lead out of the folder of the pictures.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/byte_reader.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace celeba {

class List {
 public:
  explicit List(std::string path) : path_(std::move(path)), file_(path_) {
    if (!file_) throw guise::Error(path_ + ": cannot be read: expected a list of CelebA");
  }
  // The words of the next line that is not empty; none at the end.
  std::vector<std::string> next() {
    for (std::string line; std::getline(file_, line);) {
      ++number_;
      std::ranges::replace(line, ',', ' ');
      std::istringstream text(line);
      std::vector<std::string> words;
      for (std::string word; text >> word;) words.push_back(word);
      if (!words.empty()) return words;
    }
    return {};
  }
  [[noreturn]] void refuse(const std::string& expected) const {
    throw guise::Error(path_ + ": line " + std::to_string(number_) + ": expected " + expected);
  }
  void check_name(const std::string& name) const {
    if (name != std::filesystem::path(name).filename() || name == "." || name == "..")
      refuse("the bare name of a picture, found " + guise::in_quotes(name));
  }

 private:
  std::string path_;
  std::ifstream file_;
  long number_ = 0;
};

inline bool is_heading(const std::vector<std::string>& words) {
  return !words.empty() && words[0] == "image_id";
}

// list_attr_celeba: the number of pictures, the names of the attributes, then 1 or -1 of each for every
// picture.
inline std::map<std::string, bool> men_in(const std::string& path) {
  List list(path);
  std::vector<std::string> names = list.next();
  if (is_heading(names))
    names.erase(names.begin());
  else
    names = list.next();
  const auto male = std::ranges::find(names, "Male");
  if (male == names.end())
    throw guise::Error(path +
                       ": expected a list of CelebA, its first or second line with the attribute Male");
  const auto column = male - names.begin() + 1;
  std::map<std::string, bool> men;
  for (auto words = list.next(); !words.empty(); words = list.next()) {
    list.check_name(words[0]);
    if (words.size() != names.size() + 1 || (words[column] != "1" && words[column] != "-1"))
      list.refuse("a picture and 1 or -1 for each of " + std::to_string(names.size()) + " attributes");
    men[words[0]] = words[column] == "1";
  }
  return men;
}

// list_eval_partition: for each picture 0 (training), 1 (validation) or 2 (testing).
inline std::map<std::string, int> partition_in(const std::string& path) {
  List list(path);
  std::map<std::string, int> parts;
  for (auto words = list.next(); !words.empty(); words = list.next()) {
    if (is_heading(words)) continue;
    list.check_name(words[0]);
    if (words.size() != 2 || words[1].size() != 1 || words[1] < "0" || words[1] > "2")
      list.refuse("a picture and 0, 1 or 2");
    parts[words[0]] = words[1][0] - '0';
  }
  return parts;
}

}  // namespace celeba
