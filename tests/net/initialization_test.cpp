// How parameters start: deviations as PyTorch counts fans, orthogonal weights, and the same bits for the same seed.
#include "support/golden.hpp"
#include <guise/arch/choice.hpp>
#include <guise/net/orthogonal.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

double deviation(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += double(value) * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}
std::vector<float> filled(const Initialization& start, std::array<int, 4> shape, std::uint64_t seed = 3) {
  Parameter p{.shape = shape, .rank = 4, .floats = 1, .initializer = Initializer::normal};
  for (const int side : shape) p.floats *= static_cast<std::size_t>(side);
  Random random(seed);
  return initial_values({&p, 1}, p.floats, random, start);
}

}  // namespace

TEST_CASE("deviations are those of torch.nn.init") {
  const Golden golden("formulas");
  for (const auto& [shape, name] : {std::pair{std::array{8, 3, 7, 7}, "8x3x7x7"},
                                    {std::array{16, 8, 3, 3}, "16x8x3x3"},
                                    {std::array{3, 8, 4, 4}, "3x8x4x4"}}) {
    const auto check = [&, of = shape, text = std::string(name)](const Initialization& start,
                                                                 const std::string& kind) {
      // The one number of all that is drawn: N(0, 1) times the deviation.
      const auto unit = filled(initial::normal(1), of), some = filled(start, of);
      const double expected = golden["initial." + kind + "." + text].data[0];
      for (std::size_t k = 0; k < some.size(); ++k)
        CHECK(some[k] == doctest::Approx(expected * unit[k]).epsilon(1e-5));
    };
    check(initial::xavier_normal(0.5), "xavier");
    check(initial::kaiming_normal(0.5), "kaiming");
    check(initial::kaiming_normal(7), "kaiming");  // whatever the gain
  }
}

TEST_CASE("orthogonal weights are, by rows or by columns, of length gain, in every direction") {
  for (const auto& shape : {std::array{8, 2, 3, 3}, std::array{12, 1, 3, 3}, std::array{9, 1, 3, 3}}) {
    const auto w = filled(initial::orthogonal(0.5), shape);
    const std::size_t rows = static_cast<std::size_t>(shape[0]), columns = w.size() / rows;
    const bool by_rows = rows <= columns;
    const std::size_t count = by_rows ? rows : columns, length = by_rows ? columns : rows;
    const auto at = [&](std::size_t which, std::size_t k) {
      return double(by_rows ? w[which * columns + k] : w[k * columns + which]);
    };
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double product = 0;
        for (std::size_t k = 0; k < length; ++k) product += at(i, k) * at(j, k);
        CHECK(product == doctest::Approx(i == j ? 0.25 : 0).epsilon(1e-5));
      }
    CHECK(w == filled(initial::orthogonal(0.5), shape));
    CHECK(w != filled(initial::orthogonal(0.5), shape, 4));
  }
  // Not always the same sign, as without the positive diagonal of R.
  int positive = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed)
    positive += filled(initial::orthogonal(), {4, 4, 1, 1}, seed)[0] > 0;
  CHECK(positive > 16);
  CHECK(positive < 48);
}

TEST_CASE("a network starts as it is told, its norms around 1 and its biases at 0") {
  const Graph graph = generator(Resnet{.blocks = 2, .width = 8, .norm = Norm::batch});
  using Net = Network<X, Y, Described, Cpu>;
  const Net plain(graph, 5, 0, Cpu(1)), same(graph, 5, 0, Cpu(1), initial::normal(0.02)),
      wide(graph, 5, 0, Cpu(1), initial::orthogonal(0.1));
  CHECK(std::ranges::equal(plain.parameters(), same.parameters()));
  for (const Parameter& p : wide.table()) {
    const std::span<const float> values(wide.parameters().data() + p.offset, p.floats);
    INFO(std::string_view(p.name));
    if (p.rank == 4) continue;
    if (std::string_view(p.name).ends_with("bias")) CHECK(deviation(values) == 0);
    if (std::string_view(p.name).ends_with("weight") && p.floats >= 32) {
      double mean = 0;
      for (const float value : values) mean += value / static_cast<double>(values.size());
      CHECK(mean == doctest::Approx(1).epsilon(0.08));
      const double square = deviation(values) * deviation(values) - mean * mean;
      CHECK(square > 0.0025);  // a gain of 0.1
      CHECK(square < 0.0225);
    }
  }
}
