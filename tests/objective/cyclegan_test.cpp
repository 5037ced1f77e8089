// The pieces of the model that golden files do not hold: the pool, the translator, determinism, bad steps.
#include "support/reference.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

using namespace guise;
using testing::X;
using testing::Y;
using B = Reference<float>;

namespace {

using Small = CycleGan<X, Y, Paper<ResnetGenerator<1, 4>, PatchDiscriminator<2>>, B>;
using WithBatchNorm = CycleGan<X, Y, Paper<BatchNormGenerator<1, 4>, BatchNormDiscriminator<2>>, B>;

template <class Domain> Images<Domain> pictures(int n, int h, int w, std::uint64_t seed) {
  Images<Domain> images{n, {3, h, w}};
  Random random(seed);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}
Batch<X, B> numbered(int first, int n) {
  Batch<X, B> batch{n, {1, 1, 1}};
  for (int k = 0; k < n; ++k) batch.data[static_cast<std::size_t>(k)] = static_cast<float>(first + k);
  return batch;
}

}  // namespace

TEST_CASE("the pool returns its input while it fills, then an old picture half of the time") {
  ImagePool<X, B> pool(50, Random(1));
  for (int k = 0; k < 50; k += 2) {
    const auto out = pool.query(numbered(k, 2));
    CHECK(out.data[0] == static_cast<float>(k));
    CHECK(out.data[1] == static_cast<float>(k + 1));
  }
  CHECK(pool.size() == 50);
  int old = 0;
  std::set<float> returned;
  for (int k = 50; k < 2050; ++k) {
    const auto out = pool.query(numbered(k, 1));
    if (out.data[0] != static_cast<float>(k)) {
      ++old;
      CHECK(returned.insert(out.data[0]).second);  // it was replaced: it does not come back twice
    }
  }
  CHECK(pool.size() == 50);
  CHECK(old > 900);
  CHECK(old < 1100);
}

TEST_CASE("a pool of capacity 0 is no pool") {
  ImagePool<X, B> pool(0, Random(1));
  for (int k = 0; k < 5; ++k) CHECK(pool.query(numbered(k, 1)).data[0] == static_cast<float>(k));
}

TEST_CASE("what a pool decides is nothing until it is accepted") {
  ImagePool<X, B> pool(2, Random(1));
  pool.query(numbered(0, 1));
  const auto first = pool.decide(9, {1, 1, 1}, {}), again = pool.decide(9, {1, 1, 1}, {});
  CHECK(first.moves == again.moves);
  CHECK(first.moves[0] == -2);
  CHECK(pool.size() == 1);
  pool.accept(first);
  CHECK(pool.size() == 2);
  CHECK(pool.decide(9, {1, 1, 1}, {}).moves != first.moves);
}

TEST_CASE("a pool starts anew where pictures of another shape come") {
  ImagePool<X, B> pool(3, Random(1));
  pool.query(numbered(0, 3));
  CHECK(pool.size() == 3);
  pool.query({2, {1, 2, 1}});
  CHECK(pool.size() == 2);
}

TEST_CASE("a pool that is too large to count is refused") {
  CHECK_THROWS_WITH_AS((ImagePool<X, B>((1 << 24) + 1, Random(1))),
                       "a pool of 16777217 pictures: expected at most 16777216", Error);
}

TEST_CASE("the translator takes any size and gives it back") {
  Small model{{.seed = 3}};
  const auto to_y = model.translator<X, Y>();
  for (auto [h, w] : {std::pair{1, 1}, {1, 9}, {7, 5}, {8, 8}, {33, 50}}) {
    const auto x = pictures<X>(1, h, w, 4);
    const auto y = to_y(x);
    CHECK(y.shape == x.shape);
    for (float value : y.data) CHECK(std::abs(value) <= 1);
  }
  Images<X> grey{1, {1, 8, 8}};
  CHECK_THROWS_AS(to_y(grey), Error);
}

TEST_CASE("a model of described networks learns and translates as that of their types") {
  const CycleGanOptions<> options{.seed = 7, .rate = linear_decay(2e-4, 4, 1)};
  Small open(options);
  CycleGan<X, Y, Paper<Described, Described>, B> described(resnet_generator(1, 4), patch_discriminator(2),
                                                           options);
  const auto same = [](const auto& one, const auto& other) {
    return std::ranges::equal(one.data, other.data);
  };
  const auto x = pictures<X>(1, 32, 32, 1);
  const auto y = pictures<Y>(1, 32, 32, 2);
  for (int k = 0; k < 2; ++k) CHECK(open.step(x, y).values() == described.step(x, y).values());
  CHECK(described.steps() == 2);
  CHECK(described.rate() == open.rate());
  CHECK(described.state().networks.size() == 4);
  const auto to_y = described.translator<X, Y>();
  const auto as_it_was = to_y(x);
  CHECK(same(as_it_was, open.translator<X, Y>()(x)));
  CHECK(same(described.translator<Y, X>()(y), open.translator<Y, X>()(y)));
  described.step(x, y);
  CHECK(!same(described.translator<X, Y>()(x), as_it_was));
  CHECK(same(to_y(x), as_it_was));  // a copy, frozen
}

namespace {

struct Other : Paper<ResnetGenerator<1, 4>, PatchDiscriminator<2>> {  // each direction by itself
  using GeneratorBA = ResnetGenerator<2, 4>;
  using DiscriminatorA = PatchDiscriminator<4>;
  using Adversarial = Hinge;
  using Reconstruction = Charbonnier;
  using Optimizer = AdamW;
};

}  // namespace

TEST_CASE("a recipe names networks of each direction, losses and optimiser") {
  CycleGan<X, Y, Other, B> model({.seed = 3, .rate = constant(2e-3), .optimizer = {.weight_decay = 0.1}});
  CycleGan<X, Y, Paper<Described, Described>, B> networks(resnet_generator(1, 4), resnet_generator(2, 4),
                                                          patch_discriminator(2), patch_discriminator(4),
                                                          {.seed = 3});
  const auto x = pictures<X>(1, 32, 32, 1);
  const auto y = pictures<Y>(1, 32, 32, 2);
  CHECK(std::ranges::equal(model.translator<X, Y>()(x).data, networks.translator<X, Y>()(x).data));
  CHECK(std::ranges::equal(model.translator<Y, X>()(y).data, networks.translator<Y, X>()(y).data));
  const Losses first = model.step(x, y), paper = networks.step(x, y);
  CHECK(first["cycle_A"] == doctest::Approx(paper["cycle_A"]).epsilon(0.01));  // Charbonnier, L1
  CHECK(first["cycle_A"] > paper["cycle_A"]);
  CHECK(first["D_A"] == doctest::Approx(1).epsilon(0.2));  // half of 1 - score and 1 + score, near 0
  CHECK(std::abs(first["G_A"]) < 0.2f);                    // minus the score
  CHECK(paper["G_A"] == doctest::Approx(1).epsilon(0.3));  // (score - 1)^2
  std::vector<std::string> names;
  for (const auto& buffer : model.state().buffers) names.push_back(buffer.name);
  CHECK(std::ranges::count(names, "G_A.adamw_square.") == 1);
  Losses last;
  for (int k = 0; k < 20; ++k) last = model.step(x, y);
  CHECK(last["cycle_B"] < 0.97f * first["cycle_B"]);
}

TEST_CASE("where no padding is needed the translator is the generator") {
  Small model{{.seed = 3}};
  const auto x = pictures<X>(2, 16, 24, 4);
  Batch<X, B> batch{2, x.shape};
  std::copy(x.data.begin(), x.data.end(), batch.data.begin());
  CHECK(testing::distance((model.translator<X, Y>()(x)).data, model.generator<X, Y>().infer(batch).data) ==
        0);
}

TEST_CASE("elsewhere it is the generator on the picture mirrored to the right and down, cut off again") {
  Small model{{.seed = 3}};
  const auto to_y = model.translator<X, Y>();
  const auto x = pictures<X>(1, 10, 9, 4);
  Images<X> mirrored{1, {3, 12, 12}};
  for (std::size_t r = 0; r < 12; ++r)
    for (std::size_t q = 0; q < 12; ++q)
      for (std::size_t c = 0; c < 3; ++c)
        mirrored.data[(r * 12 + q) * 3 + c] =
            x.data[((r < 10 ? r : 18 - r) * 9 + (q < 9 ? q : 16 - q)) * 3 + c];
  const auto small = to_y(x), large = to_y(mirrored);
  for (std::size_t r = 0; r < 10; ++r)
    for (std::size_t k = 0; k < 9 * 3; ++k) CHECK(small.data[r * 27 + k] == large.data[r * 36 + k]);
}

TEST_CASE("the same seed gives the same bits, another seed others") {
  Small one{{.seed = 3, .pool_size = 2}}, same{{.seed = 3, .pool_size = 2}},
      other{{.seed = 4, .pool_size = 2}};
  for (std::uint64_t k = 0; k < 5; ++k) {
    const auto a = pictures<X>(1, 32, 32, 10 + k);
    const auto b = pictures<Y>(1, 32, 32, 20 + k);
    const auto losses = one.step(a, b).values();
    CHECK(losses == same.step(a, b).values());
    CHECK(losses != other.step(a, b).values());
  }
}

TEST_CASE("training lowers the generators' losses") {
  Small model{{.seed = 3, .rate = constant(2e-3)}};
  auto a = pictures<X>(1, 32, 32, 1);
  auto b = pictures<Y>(1, 32, 32, 2);
  for (std::size_t k = 0; k < a.data.size();
       ++k) {  // a stripe of light that goes across, and one that goes down
    a.data[k] = k / 3 % 32 < 12 ? 0.8f : -0.6f;
    b.data[k] = k / 96 < 16 ? 0.7f : -0.7f;
  }
  const Losses first = model.step(a, b);
  Losses last;
  for (int k = 0; k < 20; ++k) last = model.step(a, b);
  CHECK(last["cycle_A"] < 0.8f * first["cycle_A"]);
  CHECK(last["idt_B"] < 0.8f * first["idt_B"]);
  CHECK(last["D_A"] < first["D_A"]);
}

TEST_CASE_TEMPLATE("a step whose losses are not finite throws and leaves every parameter as it was", Model,
                   Small, WithBatchNorm) {
  Model model{{.seed = 3}};
  const auto a = pictures<X>(1, 32, 32, 1);
  auto b = pictures<Y>(1, 32, 32, 2);
  model.step(a, b);
  std::vector<float> before, after;
  const auto collect = [&](std::vector<float>& into) {
    model.visit([&](std::string_view, auto& net) {
      into.insert(into.end(), net.parameters().begin(), net.parameters().end());
      into.insert(into.end(), net.statistics().begin(), net.statistics().end());
    });
  };
  collect(before);
  b.data[7] = std::nanf("");
  CHECK_THROWS_WITH_AS(model.step(a, b), doctest::Contains("training step 2: expected finite losses"), Error);
  collect(after);
  CHECK(before == after);
  b.data[7] = 0;
  CHECK(model.step(a, b).finite());
}

TEST_CASE("losses and parameters by name") {
  Small model{{.seed = 3}};
  const Losses losses = model.step(pictures<X>(1, 32, 32, 1), pictures<Y>(1, 32, 32, 2));
  CHECK(losses["cycle_B"] == losses.values()[6]);
  CHECK(losses["D_A"] == losses.values()[0]);
  CHECK_THROWS_WITH_AS(losses["G"], doctest::Contains("no loss is called G:"), Error);
  std::vector<std::string> names;
  model.visit([&](std::string_view name, auto& net) {
    names.emplace_back(name);
    if (name == "G_A") CHECK(net.parameter("model.1.weight").size() == 4 * 3 * 7 * 7);
    CHECK_THROWS_WITH_AS(net.parameter("weight"), doctest::Contains("no parameter is called weight"), Error);
  });
  CHECK(names == std::vector<std::string>{"G_A", "G_B", "D_A", "D_B"});
}

TEST_CASE("the variant with batch norm trains too") {
  WithBatchNorm model{{.seed = 3}};
  const auto a = pictures<X>(2, 32, 32, 1);
  const auto b = pictures<Y>(2, 32, 32, 2);
  const Losses first = model.step(a, b);
  Losses last;
  for (int k = 0; k < 8; ++k) last = model.step(a, b);
  CHECK(last["cycle_A"] < first["cycle_A"]);
  CHECK((model.translator<X, Y>()(a)).shape == a.shape);
}
