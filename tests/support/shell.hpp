// Runs the example programs as their users do, and returns what they print.
#pragma once
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace guise::testing {

struct Result {
  int code;
  std::string text;  // standard output and error
};
inline bool has(const Result& result, const std::string& part) {
  return result.text.find(part) != result.text.npos;
}
inline Result shell(const std::string& command) {
  Result result{};
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe);
  std::array<char, 4096> chunk{};
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe))
    result.text.append(chunk.data(), n);
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return result;
}
inline std::string program(const std::string& name) { return std::string(GUISE_EXAMPLES_DIR) + "/" + name; }

}  // namespace guise::testing
