// The first `count` whole numbers of a text, with spaces between them; nothing where it has fewer, or one that is not
// of this type.
#pragma once
#include <guise/core/compiler.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace guise {

template <class Number, std::size_t count>
std::optional<std::array<Number, count>> whole_numbers(std::string_view text) {
  std::array<Number, count> result{};
  const char *at = text.data(), *const end = at + text.size();
  for (Number& number : result) {
    while (at != end && *at == ' ') ++at;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return {};
    at = rest;
  }
  return result;
}

}  // namespace guise
