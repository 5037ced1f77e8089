// The U-Net of pix2pix: the same as a type and as a description, PyTorch's names, output and gradients.
#include "support/golden_network.hpp"
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
static_assert(unet_generator({.downs = 6, .width = 8, .channels = 1, .norm = Norm::instance}) ==
              graph_of(UnetGenerator<6, 8, 1, WithInstanceNorm>{}));
static_assert(unet_generator({.downs = 7}) != graph_of(UnetGenerator<7, 64, 3, WithDropout>{}));

// A picture by the formula of make_unet.py.
template <class Domain, class B> Batch<Domain, B> counted(int side, long seed) {
  Batch<Domain, B> batch{1, {3, side, side}};
  std::vector<float> values(batch.data.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const long at = static_cast<long>(k);
    values[k] = static_cast<float>((at * at % 4093 * at + seed * at) % 4093 - 2046) / 2048;
  }
  batch.backend.upload(values.size(), values.data(), batch.data.data());
  return batch;
}

// `every`: the file has one value of so many of each picture.
template <class Arch, class On>
void check_golden(const Golden& golden, const std::string& name, const Batch<X, typename On::Backend>& x,
                  const Gradient<Y, typename On::Backend>& dy, std::size_t every = 1) {
  using B = typename On::Backend;
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
  const auto error = [&](const std::string& of, const typename B::Buffer& buffer) {
    std::vector<float> some;
    const auto all = on_host(net.backend(), buffer);
    for (std::size_t k = 0; k < all.size(); k += every) some.push_back(all[k]);
    return golden.error(name + "." + of, some);
  };
  CHECK(error("y_inferred", net.infer(x).data) < tolerance);
  auto gradients = net.gradients();
  auto [y, tape] = net.forward(x);
  const auto dx = net.backward(std::move(tape), dy, gradients);
  CHECK(error("y", y.data) < tolerance);
  CHECK(error("dx", dx.data) < tolerance);
  CHECK(golden.error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
}
template <class Arch, class On> void check_pictures(const std::string& name) {
  using B = typename On::Backend;
  static const Golden golden("unet");
  check_golden<Arch, On>(golden, name, golden.batch<X, B>(name + ".x"),
                         golden.batch<Tangent<Y>, B>(name + ".dy"));
}
template <int Downs, class On> void check_size() {
  using B = typename On::Backend;
  constexpr int side = 1 << Downs;
  static const Golden golden("unet_sizes");
  check_golden<UnetGenerator<Downs, 1>, On>(golden, "unet_" + std::to_string(side), counted<X, B>(side, 1),
                                            counted<Tangent<Y>, B>(side, 2), 37);
}

std::vector<std::string> names(const std::string& of, bool running) {
  return state_dict_names(of.starts_with("unet") ? "unet_sizes" : "unet", of, running);
}
std::vector<std::string> names(std::span<const Parameter> table) { return table_names(table); }

}  // namespace

TEST_CASE_TEMPLATE("a U-Net is PyTorch's", Here, GUISE_EVERYWHERE) {
  check_pictures<UnetGenerator<5, 1>, Here>("batch");
  check_pictures<UnetGenerator<6, 1, 3, WithInstanceNorm>, Here>("instance");
}

TEST_CASE_TEMPLATE("the U-Nets of 128 and 256 pixels are PyTorch's", Here, GUISE_EVERYWHERE) {
  check_size<7, Here>();
  check_size<8, Here>();
}

TEST_CASE("a U-Net's names are those of PyTorch's state dict, in its order") {
  using Batch = UnetGenerator<5, 1>;
  using Instance = UnetGenerator<6, 1, 3, WithInstanceNorm>;
  CHECK(names(Batch::table) == names("batch", false));
  CHECK(names(Batch::statistics_table) == names("batch", true));
  CHECK(names(Instance::table) == names("instance", false));
  CHECK(names("instance", true).empty());
  CHECK(names(UnetGenerator<7>::table) == names("unet_128", false));  // of any width
  CHECK(names(UnetGenerator<7>::statistics_table) == names("unet_128", true));
  CHECK(names(Unet256::table) == names("unet_256", false));
  CHECK(names(Unet256::statistics_table) == names("unet_256", true));
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
  CHECK_THROWS_WITH_AS(unet_generator({.downs = 4}), "a U-Net has downs in a number of 4: expected 5 to 9",
                       Error);
  CHECK_THROWS_WITH_AS(out(unet_generator({.downs = 5}), {3, 48, 32}),
                       "a concat meets a side of 2: expected that of its first operand", Error);
}
