// The U-Net of pix2pix: the same as a type and as a description, PyTorch's names, output and gradients.
#include "support/golden.hpp"
#include <guise/arch/unet_generator.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct Unet256 : UnetGenerator<8, 64, 3, WithDropout> {};
constexpr Shape picture{3, 256, 256};
static_assert(Unet256::parameters == 54'413'955);
static_assert(Unet256::out(picture) == picture);
static_assert(UnetGenerator<7>::parameters == 41'828'995);
static_assert(unet_generator({.dropout = true}) == graph_of(Unet256{}));
static_assert(unet_generator({.downs = 7}) == graph_of(UnetGenerator<7>{}));
static_assert(unet_generator({.downs = 6, .width = 8, .channels = 1, .instance_norm = true}) ==
              graph_of(UnetGenerator<6, 8, 1, WithInstanceNorm>{}));
static_assert(unet_generator({.downs = 7}) != graph_of(UnetGenerator<7, 64, 3, WithDropout>{}));

template <class Arch, class On> void check_golden(const std::string& name) {
  using B = typename On::Backend;
  static const Golden golden("unet");
  static constexpr double tolerance = On::tolerance(2e-5);
  const auto named = [&](std::string prefix) {
    return [=](const std::string& p) { return name + "." + prefix + p; };
  };
  Network<X, Y, Arch, B, typename On::Form> net{1};
  const auto set = [&](typename B::Buffer& buffer, const auto& table) {
    const auto values = golden.flat(table, buffer.size(), named(""));
    net.backend().upload(values.size(), values.data(), buffer.data());
  };
  set(net.parameters(), net.table());
  set(net.statistics(), net.statistics_table());
  const auto x = golden.batch<X, B>(name + ".x");
  CHECK(golden.error(name + ".y_inferred", on_host(net.backend(), net.infer(x).data)) < tolerance);
  auto gradients = net.gradients();
  auto [y, tape] = net.forward(x);
  const auto dx = net.backward(std::move(tape), golden.batch<Tangent<Y>, B>(name + ".dy"), gradients);
  CHECK(golden.error(name + ".y", on_host(net.backend(), y.data)) < tolerance);
  CHECK(golden.error(name + ".dx", on_host(net.backend(), dx.data)) < tolerance);
  CHECK(golden.error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
}

// Names of the state dict of this case, in its order: of parameters, or of running statistics.
std::vector<std::string> names(const std::string& of, bool running) {
  std::vector<std::string> all;
  for (const auto& [name, tensor] :
       read_safetensors(std::filesystem::path(GUISE_GOLDEN_DIR) / "unet.safetensors").tensors)
    if (name.starts_with(of + ".model.") && (name.find(".running_") != name.npos) == running)
      all.push_back(name.substr(of.size() + 1));
  return all;
}
std::vector<std::string> names(std::span<const Parameter> table) {
  std::vector<std::string> all;
  for (const Parameter& p : table) all.emplace_back(p.name);
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("a U-Net is PyTorch's", Here, GUISE_EVERYWHERE) {
  check_golden<UnetGenerator<5, 1>, Here>("batch");
  check_golden<UnetGenerator<6, 1, 3, WithInstanceNorm>, Here>("instance");
}

TEST_CASE("a U-Net's names are those of PyTorch's state dict, in its order") {
  using Batch = UnetGenerator<5, 1>;
  using Instance = UnetGenerator<6, 1, 3, WithInstanceNorm>;
  CHECK(names(Batch::table) == names("batch", false));
  CHECK(names(Batch::statistics_table) == names("batch", true));
  CHECK(names(Instance::table) == names("instance", false));
  CHECK(names("instance", true).empty());
  CHECK(names(Unet256::table).front() == "model.model.0.weight");
  CHECK(names(Unet256::table).back() == "model.model.3.bias");
}

TEST_CASE("a U-Net drops values out where the reference does") {
  const auto dropouts = [](const Graph& g) {
    std::vector<std::string> where;
    for (const Node& node : g.nodes)
      if (node.op == Op::dropout) where.push_back(std::string(path(g, node.scope)));
    return where;
  };
  const std::string inner = "model.model.1.model.3.model.3.model.3.";
  CHECK(dropouts(unet_generator({.downs = 8, .dropout = true})) ==
        std::vector<std::string>{inner + "model.3.model.3.model.7.", inner + "model.3.model.7.",
                                 inner + "model.7."});
  CHECK(dropouts(unet_generator({.downs = 7, .dropout = true})).size() == 2);
  CHECK(dropouts(unet_generator({.downs = 5, .dropout = true})).empty());
  CHECK(dropouts(unet_generator()).empty());
}

TEST_CASE("a U-Net's gradients are those of its forward") {
  CHECK(gradient_error(unet_generator({.downs = 6, .width = 1, .channels = 2, .dropout = true}), 1,
                       {2, 64, 64}) < 1e-6);
}

TEST_CASE("a U-Net refuses what it cannot take, in one line") {
  CHECK_THROWS_WITH_AS(unet_generator({.downs = 4}),
                       "a U-Net has downs in a number of 4: expected at least 5", Error);
  CHECK_THROWS_WITH_AS(out(unet_generator({.downs = 5}), {3, 48, 32}),
                       "a concat meets a side of 2: expected that of its first operand", Error);
}
