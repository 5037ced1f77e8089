// The one integer in which guise counts and indexes: signed, as Eigen::Index and std::ssize are, so that
// sizes can be subtracted and compared without casts. Beside it the checked way from a number of a file or an
// option to a narrower type.
#pragma once
#include <guise/core/error.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace guise {

using Index = std::ptrdiff_t;

// `value` as a To. Throws Error where a To cannot hold it; `what` begins the message: "faces.jpg: bytes".
template <std::integral To, std::integral From> constexpr To narrow(From value, const std::string& what) {
  if (!std::in_range<To>(value))
    throw Error(what + " of " + std::to_string(value) + ": expected " +
                std::to_string(std::numeric_limits<To>::min()) + " to " +
                std::to_string(std::numeric_limits<To>::max()));
  return static_cast<To>(value);
}

}  // namespace guise
