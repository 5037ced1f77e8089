// The table of a network's parameters: for each its name, shape and place in the one flat buffer. Names,
// order and axis order are those of the PyTorch reference (models/networks.py); graph/table.hpp makes it.
#pragma once
#include <guise/core/error.hpp>
#include <guise/core/text.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace guise {

// N(0, 0.02), N(1, 0.02), 0, 1, and a vector of length 1 in a random direction.
enum class Initializer : unsigned char { normal, near_one, zero, one, unit };

struct Parameter {
  Name name{};
  std::array<int, 4> shape{1, 1, 1, 1};  // as PyTorch stores it; only the first `rank` count
  int rank = 0;
  std::size_t offset = 0, floats = 0;
  Initializer initializer = Initializer::zero;
  friend constexpr bool operator==(const Parameter&, const Parameter&) = default;
};

// The one of the table that has this name. Throws Error where none has.
constexpr const Parameter& parameter_named(std::span<const Parameter> table, std::string_view name) {
  for (const Parameter& p : table)
    if (p.name == name) return p;
  throw Error("no parameter is called " + std::string(name) + ": expected a name such as model.1.weight");
}

}  // namespace guise
