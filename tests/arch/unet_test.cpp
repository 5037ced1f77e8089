// The U-Net of pix2pix: the same as a type and as a description, PyTorch's names, output and gradients.
#include "arch/check_network.hpp"
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

std::vector<std::string> names(const std::string& of, bool running) {
  return state_dict_names(of.starts_with("unet") ? "unet_sizes" : "unet", of, running);
}
std::vector<std::string> names(std::span<const Parameter> table) { return table_names(table); }

}  // namespace

TEST_CASE_TEMPLATE("a U-Net is PyTorch's", Here, GUISE_EVERYWHERE) {
  static const Golden golden("unet");
  check_network<Here>({golden, "batch", graph_of(UnetGenerator<5, 1>{})});
  check_network<Here>({golden, "instance", graph_of(UnetGenerator<6, 1, 3, WithInstanceNorm>{})});
}

TEST_CASE_TEMPLATE("the U-Nets of 128 and 256 pixels are PyTorch's", Here, GUISE_EVERYWHERE) {
  static const Golden golden("unet_sizes");
  for (const int downs : {7, 8}) {
    const int side = 1 << downs;
    check_network<Here>({.golden = golden,
                         .name = "unet_" + std::to_string(side),
                         .graph = unet_generator({.downs = downs, .width = 1}),
                         .every = 37,
                         .side = side});
  }
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
