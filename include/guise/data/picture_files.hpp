// picture_files is what every reader of a folder asks which pictures are in it: the files whose names end as those of
// pictures that this build reads do (io/picture/image_file.hpp; in any case), sorted by name. Folders in the folder are
// entered only where that is asked for, and hidden ones, links to folders and one that is excepted never. What is passed
// over is counted by its kind, for a program to say in one line: shadow files of macOS ("._x.png"), other hidden files,
// folders, broken links, what is no file, and all other files by their endings. Nothing is decoded.
//
// Throws Error for a folder that is missing, is not a folder, cannot be read, or has no picture in it, and says what is
// there instead.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

inline std::string counted(std::size_t count, const std::string& what) {  // "1 picture", "2 pictures"
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

struct PictureFiles {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> files;
  std::map<std::string, std::size_t> passed_over;  // by kind: "folder", ".gif file"

  std::size_t passed() const {
    std::size_t sum = 0;
    for (const auto& kind : passed_over) sum += kind.second;
    return sum;
  }
  // "1 folder, 2 .bmp files"; the commonest kinds of many, and the number of the others.
  std::string passed_text() const {
    std::vector<std::pair<std::string, std::size_t>> kinds(passed_over.begin(), passed_over.end());
    std::ranges::stable_sort(kinds, std::greater(), [](const auto& kind) { return kind.second; });
    constexpr std::size_t most = 6;
    std::string text;
    std::size_t rest = 0;
    for (std::size_t k = 0; k < kinds.size(); ++k)
      if (k < most)
        text += (k ? ", " : "") + counted(kinds[k].second, kinds[k].first);
      else
        rest += kinds[k].second;
    return rest ? text + ", " + counted(rest, "other") : text;
  }
  std::string text() const {
    return folder.string() + ": " + counted(files.size(), "picture") +
           (passed_over.empty() ? "" : "; passed over: " + passed_text());
  }

  // The file that goes by the same name as this one, or by the same but for its ending where there is just one;
  // empty where there is none.
  std::filesystem::path twin(const std::filesystem::path& of) const {
    std::filesystem::path found;
    std::size_t count = 0;
    for (const auto& file : files) {
      if (file.filename() == of.filename()) return file;
      if (file.stem() == of.stem()) found = file, ++count;
    }
    return count == 1 ? found : std::filesystem::path();
  }
};

namespace detail {

inline std::string kind_passed_over(const std::filesystem::directory_entry& entry) {
  namespace fs = std::filesystem;
  std::error_code code;
  const std::string name = entry.path().filename().string(),
                    ending = image_file::lower_extension(entry.path());
  const auto kind = entry.status(code).type();
  if (kind == fs::file_type::not_found) return "broken link";
  if (kind == fs::file_type::none) return "unreadable entry";
  if (name.starts_with("._")) return "shadow file";
  if (kind == fs::file_type::directory) return name.starts_with(".") ? "hidden folder" : "folder";
  if (kind != fs::file_type::regular) return "entry that is no file";
  if (name.starts_with(".")) return "hidden file";
  if (image_file::has_picture_name(entry.path())) return "";
  return ending.size() < 2 || ending.size() > 10 ? "other file" : printable(ending) + " file";
}

}  // namespace detail

// Whether it is a folder; throws Error where that cannot be known, and says why.
inline bool is_folder(const std::filesystem::path& path) {
  std::error_code code;
  const auto kind = std::filesystem::status(path, code).type();
  if (kind == std::filesystem::file_type::none && code)
    throw Error(path.string() + ": cannot be read: " + code.message());
  return kind == std::filesystem::file_type::directory;
}

enum class Subfolders { passed_over, entered };
inline PictureFiles picture_files(const std::filesystem::path& folder,
                                  Subfolders subfolders = Subfolders::passed_over,
                                  const std::filesystem::path& except = {}) {
  if (!is_folder(folder)) {
    const bool there = std::filesystem::exists(folder);
    throw Error(folder.string() + (there ? ": not a folder" : ": no such folder") +
                ": expected one with pictures (" + image_file::formats() + ")");
  }
  PictureFiles found{folder, {}, {}};
  std::vector<std::filesystem::path> left{folder};
  while (!left.empty()) {
    const std::filesystem::path here = std::move(left.back());
    left.pop_back();
    std::error_code code, ignored;
    std::filesystem::directory_iterator entry(here, code);
    for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
      const std::string kind = detail::kind_passed_over(*entry);
      if (kind == "folder" && subfolders == Subfolders::entered) {
        if (entry->is_symlink(ignored))  // it may lead to a folder that is entered anyway, or that it is in
          ++found.passed_over["linked folder"];
        else if (except.empty() || !std::filesystem::equivalent(*entry, except, ignored))
          left.push_back(entry->path());
      } else if (kind.empty()) {
        found.files.push_back(entry->path());
      } else {
        ++found.passed_over[kind];
      }
    }
    if (code) throw Error(here.string() + ": cannot be read: " + code.message());
  }
  if (found.files.empty())
    throw Error(folder.string() + ": no picture in it" +
                (found.passed_over.empty() ? "" : " (" + found.passed_text() + ")") + ": expected " +
                image_file::formats());
  std::ranges::sort(found.files);
  return found;
}

// Whether the numbers of a picture file are known to be bytes, by its first ones: a JPEG, a WebP, or a PNG that is not of
// 16 bits. What is no picture holds whatever is asked.
inline bool holds_bytes(const std::filesystem::path& file) {
  char first[25] = {};
  std::ifstream stream(file, std::ios::binary);
  stream.read(first, sizeof first);
  const std::string_view text(first, sizeof first);
  if (text.starts_with("\x89PNG")) return first[24] <= 8;  // behind the sides in its header
  return !text.starts_with("II") && !text.starts_with("MM") && !text.starts_with("\x93NUMPY") &&
         text[0] != 'P';
}

}  // namespace guise
