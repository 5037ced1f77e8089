// Internal: how two texts of options such as "--seed 7 --no_flip" differ, for who goes on with a training that began with
// others: "--seed 9: it began with 7; no --no_flip: it began with it". Empty where they do not. Texts that are no options are told whole.
#pragma once
#include <guise/core/compiler.hpp>

#include <map>
#include <string>
#include <utility>

namespace guise::detail {

inline std::map<std::string, std::string> options_in(const std::string& text) {
  std::map<std::string, std::string> found;
  for (std::size_t at = text.find("--"); at != text.npos;) {
    const std::size_t next = text.find(" --", at);
    std::string one = text.substr(at, next == text.npos ? next : next - at);
    one.erase(one.find_last_not_of(' ') + 1);
    const std::size_t space = one.find(' ');
    found.emplace(one.substr(0, space), space == one.npos ? "" : one.substr(space + 1));
    at = next == text.npos ? next : next + 1;
  }
  return found;
}
inline std::string differing_options(const std::string& then, const std::string& now) {
  const auto is_options = [](const std::string& text) { return text.empty() || text.starts_with("--"); };
  if (!is_options(then) || !is_options(now))
    return then == now ? "" : "expected what it began with: " + then + "; found " + now;
  const auto before = options_in(then), after = options_in(now);
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  for (const auto& [name, value] : after)
    if (const auto was = before.find(name); was == before.end())
      add(name + (value.empty() ? "" : " " + value) + ": it began without");
    else if (was->second != value)
      add(name + " " + value + ": it began with " + was->second);
  for (const auto& [name, value] : before)
    if (!after.contains(name))
      add("no " + name + ": it began with " + (value.empty() ? "it" : name + " " + value));
  return text;
}

}  // namespace guise::detail
