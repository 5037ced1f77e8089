// The checked way to a narrower integer.
#include "support/scratch_folder.hpp"
#include <guise/core/index.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace guise;
using namespace guise::testing;

TEST_CASE("a number is narrowed where it fits, and else refused with its bounds") {
  CHECK(narrow<int>(std::size_t{7}, "pictures") == 7);
  CHECK(narrow<std::uint8_t>(255, "a level") == 255);
  CHECK(message<Error>([] { narrow<std::uint8_t>(256, "a level"); }) == "a level of 256: expected 0 to 255");
  CHECK(
      message<Error>([] { narrow<std::size_t>(-1, "a size"); }).starts_with("a size of -1: expected 0 to "));
  CHECK(message<Error>([] { narrow<int>(std::size_t{1} << 31, "bytes"); }) ==
        "bytes of 2147483648: expected -2147483648 to 2147483647");
  static_assert(std::is_signed_v<Index> && sizeof(Index) == sizeof(std::size_t));
}
