#include <guise/core/batch.hpp>
#include <guise/core/shape.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using namespace guise;

namespace {
struct Man;
struct Woman;
}  // namespace

static_assert(Shape{3, 5, 7}.floats() == 105);
static_assert(Shape{}.floats() == 0);
static_assert(Shape{1 << 11, 1 << 11, 1 << 11}.floats() == std::size_t{1} << 33);  // wider than an int
static_assert(Shape{1, 2, 3} == Shape{1, 2, 3});
static_assert(Shape{1, 2, 3} != Shape{1, 3, 2});

static_assert(whole_lines(0) == 0);
static_assert(whole_lines(1) == floats_per_line);
static_assert(whole_lines(floats_per_line) == floats_per_line);
static_assert(whole_lines(floats_per_line + 1) == 2 * floats_per_line);

// Domains keep batches apart, and gradients apart from pictures.
static_assert(!std::is_convertible_v<Images<Man>, Images<Woman>>);
static_assert(!std::is_convertible_v<Gradient<Man, Host>, Images<Man>>);
static_assert(!std::is_copy_constructible_v<Images<Man>>);

TEST_CASE("a batch has memory for its samples") {
  const Images<Man> men{2, {3, 4, 5}};
  CHECK(men.data.size() == 120);
  CHECK(men.shape == Shape{3, 4, 5});
}

TEST_CASE("as moves a batch into another domain and copies nothing") {
  Images<Man> men{2, {3, 4, 5}};
  men.data[7] = 0.5f;
  const float* address = men.data.data();
  const Images<Woman> women = as<Woman>(std::move(men));
  CHECK(women.data.data() == address);
  CHECK(women.data[7] == 0.5f);
  CHECK(women.n == 2);
  CHECK(women.shape == Shape{3, 4, 5});
}
