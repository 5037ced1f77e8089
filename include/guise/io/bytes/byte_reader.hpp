// A ByteReader reads a file's bytes in memory from the front: little endian numbers, lines, runs of bytes. It
// copies nothing and allocates nothing. Throws Error with the file's name where the bytes end before what is
// asked for. Beside it is in_quotes, a text of unknown origin as an error message can print it, on one line
// and not too long.
#pragma once
#include <guise/core/error.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace guise {

static_assert(std::endian::native == std::endian::little, "the files of weights are little endian");

using ByteSpan = std::span<const unsigned char>;

inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string result = "\"";
  for (char c : text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > longest ? "...\"" : "\"");
}

inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ByteReader {
 public:
  ByteReader(ByteSpan bytes, std::string file) : left_(bytes), size_(bytes.size()), file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  std::size_t at() const { return size_ - left_.size(); }
  ByteSpan left() const { return left_; }

  ByteSpan take(std::uint64_t n) {
    if (n > left_.size())
      throw Error(file_ + ": truncated: expected " + std::to_string(n) + " bytes at byte " +
                  std::to_string(at()) + ", found " + std::to_string(left_.size()));
    const ByteSpan taken = left_.first(n);
    left_ = left_.subspan(n);
    return taken;
  }
  template <class T> T number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string_view text(std::uint64_t n) { return as_text(take(n)); }
  std::string_view line() {  // without its newline
    const std::size_t end = as_text(left_).find('\n');
    if (end == std::string_view::npos)
      throw Error(file_ + ": truncated: expected a line at byte " + std::to_string(at()));
    return text(end + 1).substr(0, end);
  }

 private:
  ByteSpan left_;
  std::size_t size_;
  std::string file_;
};

}  // namespace guise
