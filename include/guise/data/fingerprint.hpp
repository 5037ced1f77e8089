// Numbers that stand for bytes, and for the pictures of a folder: what is the same has the same, and what differs has
// another but by a chance of one in 2^64. Not against those who choose bytes so that they meet. The sum is FNV-1a
// (Fowler, Noll, Vo), of 64 bits.
#pragma once
#include <guise/core/compiler.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

class Fingerprint {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) sum_ = (sum_ ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  }
  std::uint64_t value() const { return sum_; }
  std::string text() const {  // 16 digits
    char digits[24];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(sum_));
    return digits;
  }

 private:
  std::uint64_t sum_ = 14695981039346656037u;
};

// Of the pictures of a folder, as good as their content: of names, sizes and last bytes, where PNG keeps its
// checksum and JPEG its last pixels. A file that cannot be read counts by its name.
inline Fingerprint fingerprint(const std::vector<std::filesystem::path>& files) {
  Fingerprint sum;
  const auto add = [&](const std::string& text) { sum.add({text.c_str(), text.size() + 1}); };
  for (const auto& path : files) {
    add(path.filename().string());
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(path, code);
    if (code) continue;
    add(std::to_string(size));
    char last[64] = {};
    std::ifstream file(path, std::ios::binary);
    const std::uintmax_t count = std::min<std::uintmax_t>(size, sizeof last);
    file.seekg(static_cast<std::streamoff>(size - count));
    file.read(last, static_cast<std::streamsize>(count));
    sum.add({last, static_cast<std::size_t>(file.gcount())});
  }
  return sum;
}

}  // namespace guise
