// What guise throws when a file, an argument or a size is not what it should be. The text is one line that
// names the thing and says what was expected; nothing else is ever printed by the library.
#pragma once
#include <stdexcept>
#include <string>

namespace guise {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// In a constant expression this call is the compile error; at run time it throws.
[[noreturn]] inline void refuse(const char* what, int got, const char* expected) {
  throw Error(std::string(what) + " of " + std::to_string(got) + ": expected " + expected);
}

}  // namespace guise
