// read_file reads the bytes of a regular file, at most `limit` of them; open_file opens one as a stream of
// known size. Both throw Error with the path: missing, not a regular file, unreadable, larger than the limit.
#pragma once
#include <guise/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct OpenedFile {
  std::ifstream stream;
  std::uintmax_t size = 0;
};

inline OpenedFile open_file(const std::filesystem::path& path, std::uintmax_t limit) {
  std::error_code code;
  const auto kind = std::filesystem::status(path, code).type();
  if (kind == std::filesystem::file_type::directory)
    throw Error(path.string() + ": a folder: expected a regular file");
  if (kind == std::filesystem::file_type::not_found) throw Error(path.string() + ": no such file");
  if (kind != std::filesystem::file_type::regular)
    throw Error(path.string() + ": cannot be read: expected a regular file" +
                (code ? " (" + code.message() + ")" : ""));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path.string() + ": cannot be read: " + std::strerror(errno));
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (code) throw Error(path.string() + ": cannot be read: " + code.message());
  if (size > limit)
    throw Error(path.string() + ": " + std::to_string(size) + " bytes: expected at most " +
                std::to_string(limit));
  return {std::move(file), size};
}

inline std::vector<unsigned char> read_file(const std::filesystem::path& path, std::uintmax_t limit) {
  OpenedFile file = open_file(path, limit);
  std::vector<unsigned char> bytes(file.size);
  file.stream.read(reinterpret_cast<char*>(bytes.data()), std::ssize(bytes));
  if (file.stream.gcount() != std::ssize(bytes))
    throw Error(path.string() + ": cannot be read: it ended early");
  return bytes;
}

}  // namespace guise
