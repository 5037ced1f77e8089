#include <guise/core/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <set>
#include <vector>

using namespace guise;

TEST_CASE("the generator is xoshiro256++") {  // its authors' first outputs from the state 1, 2, 3, 4
  Random random;
  random.restore({1, 2, 3, 4});
  for (const std::uint64_t expected : {41943041u, 58720359u}) CHECK(random.next() == expected);
  CHECK(random.next() == 3588806011781223u);
  CHECK(random.next() == 3591011842654386u);
  CHECK(random.next() == 9228616714210784205u);
  CHECK(random.next() == 9973669472204895162u);
}

TEST_CASE("seed and stream give the numbers that they always gave") {  // computed apart from this code
  const auto first_two = [](std::uint64_t seed, std::uint64_t stream) {
    Random random(seed, stream);
    const auto first = random.next();
    return std::array{first, random.next()};
  };
  CHECK(first_two(0, 0) == std::array<std::uint64_t, 2>{0xe5351956d601035d, 0x71f75f9bf4867227});
  CHECK(first_two(7, 0) == std::array<std::uint64_t, 2>{0x5edd77b59eef9d6f, 0x575a1d268775a9b0});
  CHECK(first_two(7, 1) == std::array<std::uint64_t, 2>{0x6294791cedd0079d, 0x3ac1e9ce8731b976});
  CHECK(first_two(UINT64_MAX, 3) == std::array<std::uint64_t, 2>{0x6e5d3e15e61a060c, 0x394a2d3c645eb0a0});

  Random uniform(7), below(7), normal(7);
  for (double expected : {0.37056682762243864, 0.34121877852108773, 0.6757396440079197})
    CHECK(uniform.uniform() == expected);
  for (std::uint64_t expected : {5, 6, 4, 6, 2, 4, 2, 7, 1, 5}) CHECK(below.below(10) == expected);
  for (double expected : {-0.5217905959981898, 1.0112427526539063, -2.4943300573532476})
    CHECK(normal.normal() == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("seeds and streams do not share their numbers") {
  std::set<std::uint64_t> numbers;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
      Random random(seed, stream);
      for (int k = 0; k < 5; ++k) numbers.insert(random.next());
    }
  CHECK(numbers.size() == 20 * 20 * 5);
}

TEST_CASE("a state that was kept goes on where it was") {
  Random random(3);
  random.next();
  const auto state = random.state();
  const auto expected = random.next();
  Random other(99);
  other.restore(state);
  CHECK(other.next() == expected);
}

TEST_CASE("below is unbiased") {
  Random random(1);
  std::array<int, 7> counts{};
  constexpr int draws = 70'000;
  for (int k = 0; k < draws; ++k) ++counts[random.below(7)];
  for (int count : counts) CHECK(std::abs(count - draws / 7) < 5 * 93);  // five standard deviations

  // With a plain remainder of 2^64, the lower half of this range would come twice as often as the upper.
  constexpr std::uint64_t n = 0xaaaaaaaaaaaaaaab;  // two thirds of 2^64
  int low = 0;
  for (int k = 0; k < 10'000; ++k) low += random.below(n) < n / 2;
  CHECK(std::abs(low - 5'000) < 5 * 50);

  for (int k = 0; k < 100; ++k) CHECK(random.below(1) == 0);
}

TEST_CASE("uniform, chance and normal have their moments") {
  Random random(2);
  constexpr int n = 100'000;
  double sum = 0, squares = 0, least = 1, most = 0;
  for (int k = 0; k < n; ++k) {
    const double x = random.uniform();
    sum += x, squares += x * x;
    least = std::min(least, x), most = std::max(most, x);
  }
  CHECK(least >= 0);
  CHECK(most < 1);
  CHECK(std::abs(sum / n - 0.5) < 0.005);
  CHECK(std::abs(squares / n - 1 / 3.) < 0.005);

  int heads = 0;
  for (int k = 0; k < n; ++k) heads += random.chance(0.3);
  CHECK(std::abs(heads - 0.3 * n) < 5 * 145);

  double fourth = 0;
  sum = squares = 0;
  for (int k = 0; k < n; ++k) {
    const double x = random.normal();
    sum += x, squares += x * x, fourth += x * x * x * x;
  }
  CHECK(std::abs(sum / n) < 0.016);
  CHECK(std::abs(squares / n - 1) < 0.023);
  CHECK(std::abs(fourth / n - 3) < 0.16);
}
