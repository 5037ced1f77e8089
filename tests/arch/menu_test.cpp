// The reference's networks with its other norms, channels and blurs: PyTorch's names, outputs and gradients.
#include "arch/check_network.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/pixel_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/arch/unet_generator.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

static_assert(resnet_generator({.blocks = 2, .width = 4}) == graph_of(ResnetGenerator<2, 4>{}));
static_assert(resnet_generator({.blocks = 2, .norm = Norm::batch}) != resnet_generator({.blocks = 2}));
static_assert(unet_generator({.downs = 5, .norm = Norm::none}) ==
              graph_of(UnetGenerator<5, 64, 3, WithoutNorm>{}));
static_assert(out(resnet_generator({.blocks = 1, .antialias = true}), {3, 64, 32}) == Shape{3, 64, 32});

struct Case {
  const char* name;
  Graph graph;
};
std::vector<Case> cases() {
  constexpr Norm batch = Norm::batch, none = Norm::none, instance = Norm::instance;
  return {
      {"resnet_batch", resnet_generator({.blocks = 1, .width = 2, .norm = batch})},
      {"resnet_none", resnet_generator({.blocks = 2, .width = 2, .channels = 1, .out = 2, .norm = none})},
      {"resnet_instance", resnet_generator({.blocks = 1, .width = 2, .channels = 4, .out = 1})},
      {"resnet_antialias", resnet_generator({.blocks = 1, .width = 2, .antialias = true})},
      {"unet_batch", unet_generator({.downs = 5, .width = 1, .channels = 1, .out = 2})},
      {"unet_instance", unet_generator({.downs = 5, .width = 1, .channels = 4, .out = 1, .norm = instance})},
      {"unet_none", unet_generator({.downs = 5, .width = 1, .channels = 2, .out = 3, .norm = none})},
      {"patches_batch", patch_discriminator({.width = 2, .layers = 2, .norm = batch})},
      {"patches_none", patch_discriminator({.width = 2, .channels = 1, .layers = 2, .norm = none})},
      {"patches_antialias", patch_discriminator({.width = 2, .layers = 2, .antialias = true})},
      {"pixels_batch", pixel_discriminator({.width = 4, .norm = batch})},
      {"pixels_none", pixel_discriminator({.width = 4, .channels = 2, .norm = none})}};
}
const Graph with_dropout = resnet_generator({.blocks = 1, .width = 2, .norm = Norm::batch, .dropout = true});

}  // namespace

TEST_CASE_TEMPLATE("networks of every norm are PyTorch's", Here, GUISE_EVERYWHERE) {
  static const Golden golden("menu");
  for (const auto& [name, graph] : cases()) check_network<Here>({golden, name, graph});
  check_network<Here>({golden, "resnet_dropout", with_dropout, false});
}

TEST_CASE("their names are those of PyTorch's state dicts, in their order") {
  auto all = cases();
  all.push_back({"resnet_dropout", with_dropout});
  for (const auto& [name, graph] : all) {
    INFO(name);
    CHECK(table_names(parameter_table(graph)) == state_dict_names("menu", name, false));
    CHECK(table_names(statistics_table(graph)) == state_dict_names("menu", name, true));
  }
}

TEST_CASE("their gradients are those of their forwards") {
  CHECK(gradient_error(resnet_generator({.blocks = 1, .width = 2, .norm = Norm::batch, .dropout = true}), 2,
                       {3, 16, 12}) < 1e-6);
  CHECK(gradient_error(resnet_generator({.blocks = 1, .width = 2, .norm = Norm::none, .antialias = true}), 1,
                       {3, 12, 16}) < 1e-6);
}
