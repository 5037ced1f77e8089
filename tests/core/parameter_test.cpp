#include <guise/core/parameter.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace guise;

namespace {

// What a layer list does, by hand.
constexpr auto table = [] {
  std::array<Parameter, 3> parameters{};
  ParameterList list(parameters.data());
  list.add(Name("model.") + 1 + ".weight", {64, 3, 7, 7}, Initializer::normal);
  list.add(Name("model.") + 1 + ".bias", {64}, Initializer::zero);
  list.add(Name("model.") + 26 + ".weight", {3, 64, 7, 7}, Initializer::normal);
  return parameters;
}();

static_assert(std::string_view(Name()) == "");
static_assert(std::string_view(Name("model.") + 0 + ".bias") == "model.0.bias");
static_assert(std::string_view(Name() + 9) == "9");
static_assert(std::string_view(Name() + 10) == "10");
static_assert(std::string_view(Name() + 1205) == "1205");

static_assert(table[0].name == std::string_view("model.1.weight"));
static_assert(table[0].shape == std::array{64, 3, 7, 7} && table[0].rank == 4);
static_assert(table[0].offset == 0 && table[0].floats == 9408);
static_assert(table[0].initializer == Initializer::normal);
static_assert(table[1].shape == std::array{64, 1, 1, 1} && table[1].rank == 1);
static_assert(table[1].offset == 9408 && table[1].floats == 64);
static_assert(table[1].initializer == Initializer::zero);
static_assert(table[2].name == std::string_view("model.26.weight"));
static_assert(table[2].offset == 9472 && table[2].floats == 9408);

}  // namespace

TEST_CASE("a name is the same at run time") {
  const int layer = 12;
  CHECK(std::string(std::string_view(Name("model.") + layer + ".weight")) == "model.12.weight");
}
