// Generators and discriminators of any blocks, width and channels, read from their weights alone.
#include "support/scratch_folder.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using guise::testing::ScratchFolder;

namespace {

struct A;
struct B;

}  // namespace

TEST_CASE("a generator of any blocks, width and channels is read from its weights") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  for (const GeneratorChoice made : {GeneratorChoice{4, 12, 1}, {1, 5, 3}, {10, 4, 4}, {2, 4, 5, 2}}) {
    const Generator<A, B, Described, Cpu> net(made.graph(), 3, 0, cpu);
    save_weights(folder / "net.safetensors", net);
    const GeneratorChoice found =
        generator_in(read_weights(folder / "net.safetensors"), folder / "net.safetensors");
    CHECK(found.blocks == made.blocks);
    CHECK(found.width == made.width);
    CHECK(found.channels == made.channels);
    CHECK(found.out == made.out);

    const auto translate = read_translator<A, B>(folder / "net.safetensors", cpu);
    Images<A> picture{1, {made.channels, 16, 20}};
    testing::randomize(picture, 5);
    Batch<A, Cpu> x{1, picture.shape, cpu};
    std::ranges::copy(picture.data, x.data.begin());
    CHECK(testing::distance(translate(picture).data, net.infer(x).data) == 0);
    CHECK_THROWS_AS(translate(Images<A>{1, {made.channels + 1, 16, 20}}), Error);
  }
}

TEST_CASE("a discriminator is told from a generator, whatever its width") {
  const ScratchFolder folder;
  const Discriminator<B, Described, Cpu> net(patch_discriminator(6, 2), 3, 0, Cpu(1));
  save_weights(folder / "net.safetensors", net);
  const auto found = discriminator_in(read_weights(folder / "net.safetensors"));
  REQUIRE(found);
  CHECK(found->width == 6);
  CHECK(found->channels == 2);
  CHECK_THROWS_AS(generator_in(read_weights(folder / "net.safetensors"), "net.safetensors"), Error);
  for (const DiscriminatorChoice made : {DiscriminatorChoice{6, 2, 1}, {4, 3, 2}, {2, 1, 5}, {8, 4, 0}}) {
    save_weights(folder / "net.safetensors", Discriminator<B, Described, Cpu>(made.graph(), 3, 0, Cpu(1)));
    const auto again = discriminator_in(read_weights(folder / "net.safetensors"));
    REQUIRE(again);
    CHECK(again->graph() == made.graph());
  }
}
