// The same seed gives the same bits whatever the number of threads, and a trained model goes through its
// file.
#include "compose/composed.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/loss/ssim.hpp>
#include <guise/objective/cyclegan.hpp>

#include <doctest/doctest.h>

using namespace guise;

namespace {

struct X;
struct Y;

using Simple = Paper<ResnetGenerator<2, 16>, PatchDiscriminator<16>>;
struct Bounded : Simple {
  using DiscriminatorA = composed::SpectralDiscriminator<16>;
  using DiscriminatorB = DiscriminatorA;
};
struct Similar : Simple {
  using Reconstruction = WeightedSum<Weighted<Ssim<>, 84>, Weighted<L1, 16>>;
};

// All that five steps leave behind: losses, parameters, running statistics and a translation.
template <class Recipe> std::vector<float> trained(const Cpu& device, int batch) {
  CycleGan<X, Y, Recipe, Cpu> model({.seed = 5, .pool_size = 2}, device);
  std::vector<float> all;
  for (std::uint64_t step = 0; step < 5; ++step) {
    Images<X> a{batch, {3, 40, 44}};
    Images<Y> b{batch, {3, 40, 44}};
    Random random(step);
    for (float& v : a.data) v = static_cast<float>(2 * random.uniform() - 1);
    for (float& v : b.data) v = static_cast<float>(2 * random.uniform() - 1);
    for (float loss : model.step(a, b).values()) all.push_back(loss);
    if (step < 4) continue;
    const auto y = model.template translator<X, Y>()(a);
    all.insert(all.end(), y.data.begin(), y.data.end());
  }
  model.visit([&](std::string_view, const auto& net) {
    all.insert(all.end(), net.parameters().begin(), net.parameters().end());
    all.insert(all.end(), net.statistics().begin(), net.statistics().end());
  });
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("training gives the same bits with 1, 2 and 3 threads", Recipe, Simple, Bounded, Similar) {
  for (int batch : {1, 3}) {
    const auto one = trained<Recipe>(Cpu(1), batch);
    CHECK(trained<Recipe>(Cpu(2), batch) == one);
    CHECK(trained<Recipe>(Cpu(3), batch) == one);
    CHECK(trained<Recipe>(Cpu(), batch) == one);
  }
}
