#include <guise/core/parameter.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace guise;

namespace {

static_assert(std::string_view(Name()) == "");
static_assert(std::string_view(Name("model.") + 0 + ".bias") == "model.0.bias");
static_assert(std::string_view(Name() + 9) == "9");
static_assert(std::string_view(Name() + 10) == "10");
static_assert(std::string_view(Name() + 1205) == "1205");

}  // namespace

TEST_CASE("a name is the same at run time") {
  const int layer = 12;
  CHECK(std::string(std::string_view(Name("model.") + layer + ".weight")) == "model.12.weight");
}

TEST_CASE("a parameter is found by its name") {  // graph/table.hpp makes the tables
  const std::array<Parameter, 2> table{Parameter{.name = Name("model.1.weight"), .floats = 9408},
                                       Parameter{.name = Name("model.1.bias"), .offset = 9408, .floats = 64}};
  CHECK(parameter_named(table, "model.1.bias").offset == 9408);
  CHECK_THROWS_WITH_AS(parameter_named(table, "model.1"),
                       "no parameter is called model.1: expected a name such as model.1.weight", Error);
}
