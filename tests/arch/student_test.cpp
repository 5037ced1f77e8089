// The small generator of separable convolutions: its size, PyTorch's names, outputs and gradients.
#include "arch/check_network.hpp"
#include <guise/arch/student_generator.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

static_assert(student_generator(2, 4, 1, 2) == graph_of(StudentGenerator<2, 4, 1, 2>{}));
static_assert(student_generator() == graph_of(StudentGenerator<>{}));
static_assert(student_generator(3) != student_generator(2));
// The published figures: 0.955 billion multiply-adds and 137 thousand parameters, of the large one 49.6 billion and 11.4
// million.
static_assert(macs(student_generator(), {3, 256, 256}) == 954728448);
static_assert(StudentGenerator<>::parameters == 137347);
static_assert(macs(resnet_generator(9), {3, 256, 256}) == 49551507456);
static_assert(out(student_generator({.blocks = 1, .width = 8, .channels = 4, .out = 1}), {4, 32, 24}) ==
              Shape{1, 32, 24});

std::vector<std::pair<const char*, Graph>> cases() {
  return {{"two_blocks", student_generator(2, 2)}, {"grey_to_two", student_generator(1, 3, 1, 2)}};
}

}  // namespace

TEST_CASE_TEMPLATE("the student is PyTorch's", Here, GUISE_EVERYWHERE) {
  static const Golden golden("student");
  for (const auto& [name, graph] : cases()) check_network<Here>({golden, name, graph});
}

TEST_CASE("its names are those of PyTorch's state dict, in their order") {
  for (const auto& [name, graph] : cases()) {
    INFO(name);
    CHECK(table_names(parameter_table(graph)) == state_dict_names("student", name, false));
  }
}

TEST_CASE("its gradients are those of its forward, at any width") {
  for (const int width : {2, 3}) CHECK(gradient_error(student_generator(1, width), 2, {3, 16, 12}) < 1e-6);
  CHECK_THROWS_WITH_AS(
      student_generator(0),
      doctest::Contains("a ResNet generator has blocks in a number of 0: expected at least 1"), Error);
}
