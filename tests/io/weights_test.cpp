// Weights in files: names and shapes of the PyTorch reference, and every way that a file can be wrong.
#include "compose/composed.hpp"
#include "support/reference.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/net/network.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace guise;

namespace {

struct X;
struct Y;
using Net = Generator<X, Y, ResnetGenerator<1, 4>, Reference<float>>;
using Wider = Generator<X, Y, ResnetGenerator<1, 8>, Reference<float>>;
using Longer = Generator<X, Y, ResnetGenerator<2, 4>, Reference<float>>;
using Variant = Generator<X, Y, BatchNormGenerator<1, 4>, Reference<float>>;

bool equal(const Buffer<float>& a, const Buffer<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("weights come back as they went, under the reference's names") {
  const testing::ScratchFolder folder;
  Net net(1), other(2);
  save_weights(folder / "net.safetensors", net);
  load_weights(folder / "net.safetensors", other);
  CHECK(equal(net.parameters(), other.parameters()));

  const auto file = read_safetensors(folder / "net.safetensors");
  CHECK(file.tensors.size() == 16);
  REQUIRE(file.find("model.1.weight"));
  CHECK(file.find("model.1.weight")->shape == std::vector<std::size_t>{4, 3, 7, 7});
  CHECK(file.find("model.10.conv_block.5.bias")->shape == std::vector<std::size_t>{16});
  CHECK(file.find("model.11.weight")->shape == std::vector<std::size_t>{16, 8, 3, 3});  // transposed: in, out
}

TEST_CASE("running statistics are weights too") {
  const testing::ScratchFolder folder;
  Variant net(1), other(2);
  for (float& v : net.statistics()) v = 3;
  save_weights(folder / "net.safetensors", net);
  load_weights(folder / "net.safetensors", other);
  CHECK(equal(net.statistics(), other.statistics()));
  CHECK(read_safetensors(folder / "net.safetensors").find("model.2.running_mean"));
}

TEST_CASE("u and v of a spectral norm are weights too") {
  const testing::ScratchFolder folder;
  Discriminator<X, composed::SpectralDiscriminator<2>, Reference<float>> net(1), other(2);
  save_weights(folder / "net.safetensors", net);
  load_weights(folder / "net.safetensors", other);
  CHECK(equal(net.parameters(), other.parameters()));
  CHECK(equal(net.statistics(), other.statistics()));
  const auto file = read_safetensors(folder / "net.safetensors");
  REQUIRE(file.find("model.2.weight_v"));
  CHECK(file.find("model.2.weight_v")->shape == std::vector<std::size_t>{2 * 16});
  CHECK(file.find("model.2.weight_u")->shape == std::vector<std::size_t>{4});
  CHECK(file.find("model.2.weight_orig")->shape == std::vector<std::size_t>{4, 2, 4, 4});
  CHECK(!file.find("model.2.weight"));
}

TEST_CASE("weights of another architecture are refused in one line, and nothing changes") {
  const testing::ScratchFolder folder;
  const auto path = folder / "net.safetensors";
  save_weights(path, Net(1));
  Wider wider(2);
  Longer longer(2);
  const Longer untouched(2);
  CHECK_THROWS_WITH_AS(load_weights(path, wider),
                       (path.string() + ": expected model.1.weight of shape 8x3x7x7, found 4x3x7x7").c_str(),
                       Error);
  CHECK_THROWS_WITH_AS(load_weights(path, longer),
                       doctest::Contains("expected a tensor model.11.conv_block.1.weight"), Error);
  CHECK(equal(longer.parameters(), untouched.parameters()));
  save_weights(path, Longer(1));
  Net net(1);
  CHECK_THROWS_WITH_AS(load_weights(path, net),
                       doctest::Contains("expected a tensor model.11.weight of shape 16x8x3x3"), Error);
}

TEST_CASE("numbers that are not finite are neither read nor written, and the good file stays") {
  const testing::ScratchFolder folder;
  const auto path = folder / "net.safetensors";
  Net net(1);
  save_weights(path, net);
  const Net good(1);
  net.parameters()[5] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(
      save_weights(path, net),
      (path.string() + ": model.1.weight holds a value that is not finite, not written").c_str(), Error);
  load_weights(path, net);
  CHECK(equal(net.parameters(), good.parameters()));

  auto file = read_safetensors(path);
  file.tensors[3].second.data[0] = std::numeric_limits<float>::infinity();
  write_safetensors(path, file);
  CHECK_THROWS_WITH_AS(load_weights(path, net), doctest::Contains("expected finite numbers, model.4.bias"),
                       Error);
  CHECK(equal(net.parameters(), good.parameters()));
}

TEST_CASE("a tensor too many is refused") {
  const testing::ScratchFolder folder;
  const auto path = folder / "net.safetensors";
  Net net(1);
  save_weights(path, net);
  auto file = read_safetensors(path);
  file.tensors.emplace_back("model.99.weight", Tensor{{1}, {1}});
  write_safetensors(path, file);
  CHECK_THROWS_WITH_AS(load_weights(path, net), doctest::Contains("expected the 16 tensors"), Error);
}
