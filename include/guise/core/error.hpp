// Error is the exception that guise throws when a file, an argument or a size is not what it should be. Its
// text is one line that names the thing and says what was expected, and can be printed whatever the names in it
// hold (core/printable.hpp). The library itself prints nothing.
#pragma once
#include <guise/core/printable.hpp>

#include <stdexcept>
#include <string>

namespace guise {

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what) : std::runtime_error(printable(what)) {}
};

// Throws the Error "`what` of `got`: expected `expected`". In a constant expression the call is a compile
// error.
[[noreturn]] inline void refuse(const char* what, int got, const char* expected) {
  throw Error(std::string(what) + " of " + std::to_string(got) + ": expected " + expected);
}

}  // namespace guise
