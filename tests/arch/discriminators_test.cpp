// Discriminators of other depths than the paper's, and of single pixels: the same as a type and as a description, PyTorch's
// names, outputs and gradients.
#include "support/golden.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/pixel_discriminator.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

static_assert(patch_discriminator(64, 3, 3) == graph_of(PatchDiscriminator<64, 3>{}));
static_assert(patch_discriminator(8, 2, 4) != patch_discriminator(8, 2, 3));
static_assert(receptive_field(patch_discriminator(4, 3, 1)) == 16);
static_assert(receptive_field(patch_discriminator(4, 3, 2)) == 34);
static_assert(receptive_field(patch_discriminator(4, 3, 4)) == 142);
static_assert(pixel_discriminator(16, 4) == graph_of(PixelDiscriminator<16, 4>{}));
static_assert(PixelDiscriminator<>::receptive_field == 1);
static_assert(PixelDiscriminator<>::table[0].name == std::string_view("net.0.weight"));
static_assert(PixelDiscriminator<>::out({3, 7, 9}) == Shape{1, 7, 9});

template <class On> void check_golden(const std::string& name, const Graph& graph) {
  using B = typename On::Backend;
  static const Golden golden("discriminators");
  static constexpr double tolerance = On::tolerance(2e-5);
  const auto named = [&](std::string prefix) {
    return [=](const std::string& p) { return name + "." + prefix + p; };
  };
  Network<X, Y, Described, B, typename On::Form> net(graph, 1);
  const auto values = golden.flat(net.table(), net.parameters().size(), named(""));
  net.backend().upload(values.size(), values.data(), net.parameters().data());
  auto gradients = net.gradients();
  auto [y, tape] = net.forward(golden.batch<X, B>(name + ".x"));
  const auto dx = net.backward(std::move(tape), golden.batch<Tangent<Y>, B>(name + ".dy"), gradients);
  CHECK(golden.error(name + ".y", on_host(net.backend(), y.data)) < tolerance);
  CHECK(golden.error(name + ".dx", on_host(net.backend(), dx.data)) < tolerance);
  CHECK(golden.error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
}

}  // namespace

TEST_CASE_TEMPLATE("discriminators of any depth and of pixels are PyTorch's", Here, GUISE_EVERYWHERE) {
  check_golden<Here>("patches_1", patch_discriminator(2, 3, 1));
  check_golden<Here>("patches_2", patch_discriminator(2, 1, 2));
  check_golden<Here>("patches_5", patch_discriminator(1, 3, 5));
  check_golden<Here>("pixels", pixel_discriminator(4, 3));
}

TEST_CASE("a discriminator's names are those of PyTorch's state dict, in its order") {
  for (const auto& [of, graph] :
       {std::pair{"patches_5", patch_discriminator(1, 3, 5)}, {"pixels", pixel_discriminator(4, 3)}}) {
    std::vector<std::string> expected, found;
    for (const auto& [name, tensor] :
         read_safetensors(std::filesystem::path(GUISE_GOLDEN_DIR) / "discriminators.safetensors").tensors)
      if (const std::string prefix = std::string(of) + ".";
          name.starts_with(prefix + "model.") || name.starts_with(prefix + "net."))
        expected.push_back(name.substr(prefix.size()));
    for (const Parameter& p : parameter_table(graph)) found.emplace_back(p.name);
    CHECK(found == expected);
  }
}

TEST_CASE("a discriminator's layers are counted") {
  for (const int layers : {-1, 0, 9}) CHECK_THROWS_AS(patch_discriminator(8, 3, layers), Error);
}
