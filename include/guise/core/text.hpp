// A short text that a constant can hold: names of parameters, labels of parts. Throws Error where it would become
// longer than its capacity.
#pragma once
#include <guise/core/error.hpp>

#include <string_view>

namespace guise {

template <int Capacity> class Text {
 public:
  constexpr Text() = default;
  constexpr Text(const char* s) { append(s); }
  constexpr Text(std::string_view s) { append(s); }
  constexpr Text operator+(std::string_view s) const {
    Text sum = *this;
    sum.append(s);
    return sum;
  }
  constexpr Text operator+(int k) const {
    const char digit = static_cast<char>('0' + k % 10);
    return (k > 9 ? *this + k / 10 : *this) + std::string_view(&digit, 1);
  }
  constexpr operator std::string_view() const { return {text_, static_cast<std::size_t>(length_)}; }
  friend constexpr bool operator==(const Text&, const Text&) = default;
  friend constexpr bool operator==(const Text& x, std::string_view s) { return std::string_view(x) == s; }
  friend constexpr bool operator==(const Text& x, const char* s) { return std::string_view(x) == s; }

 private:
  constexpr void append(std::string_view s) {
    for (char c : s) {
      if (length_ == Capacity) refuse("a name has characters in a number", Capacity + 1, "a shorter one");
      text_[length_++] = c;
    }
  }
  char text_[Capacity]{};
  int length_ = 0;
};

using Label = Text<19>;  // of a part of a network
using Name = Text<95>;   // of a parameter: "model.10.conv_block.1.weight"

}  // namespace guise
