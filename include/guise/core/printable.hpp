// A text of unknown origin, such as a file's name, as one line that can be shown on a terminal: control characters
// (those of C1, and what turns the direction of a line, too) and bytes that are no UTF-8 are escaped, a line's end
// as \n, others as \xNN; the rest stays as it is. What is printable already is not changed.
#pragma once
#include <guise/core/compiler.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace guise {

namespace detail {

struct Character {
  char32_t code;
  std::size_t bytes;  // 0: no UTF-8
};
inline Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(k < text.size() ? text[k] : 0); };
  const std::size_t bytes = byte(0) < 0x80   ? 1
                            : byte(0) < 0xc2 ? 0
                            : byte(0) < 0xe0 ? 2
                            : byte(0) < 0xf0 ? 3
                            : byte(0) < 0xf5 ? 4
                                             : 0;
  if (bytes < 2) return {byte(0), bytes};
  char32_t code = byte(0) & (0x7fu >> bytes);
  for (std::size_t k = 1; k < bytes; ++k) {
    if ((byte(k) & 0xc0) != 0x80) return {0, 0};
    code = code << 6 | (byte(k) & 0x3fu);
  }
  const char32_t least[] = {0x80, 0x800, 0x10000};
  if (code < least[bytes - 2] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {0, 0};
  return {code, bytes};
}
constexpr bool is_shown(char32_t code) {
  const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                     code == 0xfeff;
  return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && !turns;
}

}  // namespace detail

inline std::string printable(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    const auto [code, bytes] = detail::first_character(text);
    const std::size_t taken = bytes ? bytes : 1;
    for (const char c : text.substr(0, taken)) {
      const auto byte = static_cast<unsigned char>(c);
      if (bytes && detail::is_shown(code))
        result += c;
      else if (c == '\n')
        result += "\\n";
      else
        result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    text.remove_prefix(taken);
  }
  return result;
}

}  // namespace guise
