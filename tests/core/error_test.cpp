#include <guise/core/error.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("refuse names the thing, what it was and what was expected, on one line") {
  try {
    guise::refuse("width", 3, "an even number");
  } catch (const guise::Error& error) {
    CHECK(error.what() == std::string("width of 3: expected an even number"));
    return;
  }
  FAIL("nothing was thrown");
}
