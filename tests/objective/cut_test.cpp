// What golden files do not hold of CUT: determinism, resuming, bad steps, weights as a generator's, refusals.
#include "support/reference.hpp"
#include "support/scratch_folder.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/objective/cut.hpp>
#include <guise/train/checkpoint.hpp>
#include <guise/train/loop.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

struct A;
struct B;
using Gen = CutGenerator<2, 4>;
using Model = Cut<A, B, CutPaper<Gen, PatchDiscriminator<2>>, Cpu>;

CutOptions<> small(CutOptions<> options = {}) {
  options.seed = 3, options.layers = {0, 4, 8, 12, 13}, options.places = 32, options.width = 16;
  return options;
}
template <class Domain> Images<Domain> noise(std::uint64_t stream, int n = 1, int h = 32, int w = 24) {
  Images<Domain> images{n, {3, h, w}};
  Random random(3, stream);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}
Losses step(Model& model, long number, int n = 1) {
  return model.step(noise<A>(std::uint64_t(2 * number), n), noise<B>(std::uint64_t(2 * number + 1), n));
}
// All that the next step depends on.
std::vector<float> everything(Model& model) {
  std::vector<float> all;
  const State state = model.state();
  for (const NamedBuffer& buffer : state.buffers) {
    const auto values = buffer.read();
    all.insert(all.end(), values.begin(), values.end());
  }
  for (const auto& [name, random] : state.randoms)
    for (const std::uint64_t word : random->state())
      for (int half : {0, 16, 32, 48}) all.push_back(static_cast<float>(word >> half & 0xffff));
  for (const auto& [name, count] : state.counts) all.push_back(static_cast<float>(*count));
  return all;
}

}  // namespace

TEST_CASE("CUT gives the same bits with 1, 2 and 3 threads") {
  for (const CutOptions<>& options : {small(), small(fast_cut())}) {
    const auto trained = [&](const Cpu& device) {
      Model model(options, device);
      for (int k = 0; k < 3; ++k) step(model, k, 2);
      return everything(model);
    };
    const auto one = trained(Cpu(1));
    CHECK(trained(Cpu(2)) == one);
    CHECK(trained(Cpu(3)) == one);
  }
}

TEST_CASE("CUT that is resumed goes on bit for bit") {
  for (const CutOptions<>& options : {small(), small(fast_cut())}) {
    const ScratchFolder folder;
    Model one(options), other([&] {
      auto another = options;
      another.seed = 9;
      return another;
    }());
    for (int k = 0; k < 2; ++k) step(one, k);
    save_checkpoint(folder / "checkpoint.safetensors", one.state());
    load_checkpoint(folder / "checkpoint.safetensors", other.state());
    CHECK(everything(one) == everything(other));
    CHECK(other.steps() == 2);
    for (int k = 2; k < 5; ++k) CHECK(step(one, k).values() == step(other, k).values());
    CHECK(everything(one) == everything(other));
  }
}

namespace {

struct ThreePictures {
  static long size() { return 3; }
  static long batch() { return 1; }
  static auto epoch(int number, std::size_t start) {
    std::vector<std::pair<Images<A>, Images<B>>> batches;
    for (std::uint64_t k = start; k < 3; ++k)
      batches.emplace_back(noise<A>(10 * std::uint64_t(number) + k), noise<B>(100 + k));
    return batches;
  }
};

}  // namespace

TEST_CASE("a loop trains CUT, stops and goes on") {
  const ScratchFolder folder;
  const auto options = [&](const char* name, int epochs) {
    return LoopOptions{.folder = folder / name, .epochs = epochs, .resume = true};
  };
  Model whole(small()), begun(small()), resumed(small());
  CHECK(Loop(options("whole", 2)).run(whole, ThreePictures{}));
  CHECK(Loop(options("parts", 1)).run(begun, ThreePictures{}));
  CHECK(Loop(options("parts", 2)).run(resumed, ThreePictures{}));
  CHECK(whole.steps() == 6);
  CHECK(everything(whole) == everything(resumed));
  for (const char* name : {"G", "F", "D"})
    CHECK(std::filesystem::exists(folder / "whole" / ("latest_net_" + std::string(name) + ".safetensors")));
}

TEST_CASE("a step of CUT whose losses are not finite throws and leaves all as it was") {
  Model model(small());
  step(model, 0);
  const auto before = everything(model);
  auto a = noise<A>(2);
  auto b = noise<B>(3);
  const auto refused = [&] {
    CHECK_THROWS_WITH_AS(model.step(a, b), doctest::Contains("training step 2: expected finite losses"),
                         Error);
  };
  a.data[7] = std::nanf("");
  refused();
  CHECK(everything(model) == before);
  a.data[7] = 0, b.data[7] = std::nanf("");
  refused();
  CHECK(everything(model) == before);
  b.data[7] = 0;
  // Here only the contrast is not finite, when the discriminator has learnt already.
  float* bias = nullptr;
  model.visit([&](std::string_view name, auto& net) {
    if (name == "F" && !bias) bias = net.parameter("mlp_0.2.bias").data();
  });
  const float kept = *bias;
  *bias = std::nanf("");
  refused();
  *bias = kept;
  CHECK(everything(model) == before);
  Model same(small());
  step(same, 0);
  CHECK(model.step(a, b).values() == same.step(a, b).values());
  CHECK(everything(model) == everything(same));
}

TEST_CASE("the discriminator of CUT learns before the generator does") {
  // Where D does not learn, G_GAN of the first step is another: Adam's first step has the size of the rate.
  auto fast = small(), slow = small();
  fast.rate = constant(1e-2), slow.rate = constant(0);
  Model one(fast), other(slow);
  const Losses learnt = step(one, 0), not_learnt = step(other, 0);
  CHECK(learnt["D_real"] == not_learnt["D_real"]);
  CHECK(learnt["D_fake"] == not_learnt["D_fake"]);
  CHECK(learnt["NCE"] == not_learnt["NCE"]);
  CHECK(learnt["G_GAN"] != not_learnt["G_GAN"]);
}

TEST_CASE("CUT starts as a generator of its seed, and its weights are a generator's") {
  Model model(small());
  const auto a = noise<A>(1, 1, 30, 21);  // a size that does not fit
  const auto same = [](const auto& x, const auto& y) { return std::ranges::equal(x.data, y.data); };
  const Translator<A, B, Gen, Cpu> start{Generator<A, B, Gen, Cpu>(3)};
  const AnyTranslator<A, B> kept = any_translator(model.translator<A, B>());
  CHECK(same(kept(a), start(a)));
  step(model, 0);
  CHECK(!same(model.translator<A, B>()(a), start(a)));
  CHECK(same(kept(a), start(a)));  // a copy

  const ScratchFolder folder;
  const State state = model.state();
  CHECK(state.networks == std::vector<std::string>{"G", "F", "D"});
  save_networks(folder.path(), "latest", state);
  Generator<A, B, Gen, Cpu> read(1);
  load_weights(folder / "latest_net_G.safetensors", read);
  CHECK(read_metadata(folder / "latest_net_G.safetensors").at(fingerprint_note) == fingerprint(read.graph()));
  const Translator<A, B, Gen, Cpu> loaded(std::move(read));
  CHECK(same(model.translator<A, B>()(a), loaded(a)));
  CHECK(folder.entries() == 3);
  const PictureRows rows = model.pictures(noise<A>(1), noise<B>(2));
  CHECK(rows.size() == 2);
  CHECK(rows[1].size() == 2);
}

TEST_CASE("CUT of described networks learns as that of their types") {
  Model typed(small());
  Cut<A, B, CutPaper<Described, Described>, Cpu> described(graph_of(Gen{}), patch_discriminator(2), small());
  for (int k = 0; k < 2; ++k)
    CHECK(step(typed, k).values() ==
          described.step(noise<A>(std::uint64_t(2 * k)), noise<B>(std::uint64_t(2 * k + 1))).values());
  const auto a = noise<A>(7);
  CHECK(std::ranges::equal(typed.translator<A, B>()(a).data, described.translator<A, B>()(a).data));
}

TEST_CASE("training lowers the contrast of CUT and FastCUT") {
  for (auto options : {small(), small(fast_cut())}) {
    options.rate = constant(2e-3);
    Model model(options);
    const auto a = noise<A>(1);
    const auto b = noise<B>(2);
    const Losses first = model.step(a, b);
    Losses last;
    for (int k = 0; k < 12; ++k) last = model.step(a, b);
    CHECK(first["NCE"] > 0.5 * options.lambda_NCE * std::log(32.));
    CHECK(last["NCE"] < 0.8f * first["NCE"]);
    CHECK(last["D_real"] < first["D_real"]);
  }
}

TEST_CASE("places of CUT are drawn once each, and again for each step that counts") {
  using guise::detail::Places;
  Places<Reference<float>> places(6, true, Random(1));
  places.expect({{{3, 2, 4}, {{3, 3, 5}, {9, 2, 2}}}});
  const auto decided = [&] {
    std::vector<float> decisions;
    places.begin({0, 1, false}, decisions);
    return decisions;
  };
  bool both[2] = {};
  std::vector<float> before;
  for (int k = 0; k < 20; ++k) {
    const auto all = decided();
    CHECK(all == decided());
    CHECK(all != before);
    before = all;
    places.accept();
    REQUIRE(all.size() == 2 * 4 + 2 * 6 + 2 * 4);
    const bool flipped = all[0] == 3;
    both[flipped] = true;
    for (int pixel = 0; pixel < 8; ++pixel)
      CHECK(all[std::size_t(pixel)] == float(flipped ? pixel / 4 * 4 + 3 - pixel % 4 : pixel));
    const auto map = places.at(all.data(), 0, 0), small_map = places.at(all.data(), 0, 1);
    CHECK(map.count == 6);
    CHECK(small_map.count == 4);  // all that there are
    CHECK(small_map.places == map.places + 12);
    std::vector<float> some(map.places, map.places + 6);
    for (int at = 0; at < 6; ++at) {
      const int place = int(map.places[at]);
      CHECK(map.flipped[at] == float(flipped ? place / 5 * 5 + 4 - place % 5 : place));
    }
    std::ranges::sort(some);
    CHECK(std::ranges::adjacent_find(some) == some.end());
    CHECK(some.front() >= 0);
    CHECK(some.back() < 15);
  }
  CHECK(both[0]);
  CHECK(both[1]);
  CHECK_THROWS_WITH_AS(places.expect({{{3, 2, 4}, {{3, 5000, 5000}}}}),
                       "a feature map of 5000x5000: expected at most 2^24 places", Error);
}

TEST_CASE("what CUT refuses") {
  using Described = Cut<A, B, CutPaper<guise::Described, guise::Described>, Cpu>;
  const auto with = [](auto change) {
    auto options = small();
    change(options);
    return [options] { Model model(options); };
  };
  CHECK_THROWS_WITH_AS(with([](auto& o) { o.layers = {}; })(),
                       "CUT looks at no layers: expected at least one", Error);
  CHECK_THROWS_WITH_AS(with([](auto& o) {
                         o.layers = {4, 99};
                       })(),
                       doctest::Contains("what it has after layer of 99"), Error);
  CHECK_THROWS_WITH_AS(with([](auto& o) {
                         o.layers = {4, 4};
                       })(),
                       doctest::Contains("nodes that follow one another"), Error);
  CHECK_THROWS_AS(with([](auto& o) { o.layers = {4, 24}; })(), Error);  // the last layer
  CHECK_THROWS_AS(with([](auto& o) { o.places = 0; })(), Error);
  CHECK_THROWS_AS(with([](auto& o) { o.width = 0; })(), Error);
  CHECK_THROWS_AS(with([](auto& o) { o.contrast.temperature = 0; })(), Error);
  CHECK_THROWS_WITH_AS(
      Described(graph_of(Gen{}), patch_discriminator(2, 1), small()),
      "CUT of a generator from 3 channels to 3 and a discriminator of 1: expected the same number of "
      "all",
      Error);
  Model model(small());
  CHECK_THROWS_WITH_AS(model.step(noise<A>(1, 1, 30, 24), noise<B>(2)),
                       "a picture of 24x30 becomes one of 24x32: expected a size that the generator keeps",
                       Error);
  CHECK(step(model, 0).finite());
}
