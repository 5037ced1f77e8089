// The natural order of files by their names: runs of digits are compared as numbers, so that 2.png comes
// before 10.png.
#pragma once
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

inline bool in_natural_order(const std::filesystem::path& one, const std::filesystem::path& other) {
  const std::string a = one.filename().string(), b = other.filename().string();
  const auto number_at = [](const std::string& text, std::size_t from) {
    const std::size_t first = std::min(text.find_first_not_of('0', from), text.size());
    const std::size_t end = std::min(text.find_first_not_of("0123456789", from), text.size());
    return std::pair(text.substr(std::min(first, end), end - std::min(first, end)), end);
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto [left, i_end] = number_at(a, i);
    const auto [right, j_end] = number_at(b, j);
    if (left != right) return std::pair(left.size(), left) < std::pair(right.size(), right);
    i = i_end, j = j_end;
  }
  return std::pair(a.size(), a) < std::pair(b.size(), b);
}
