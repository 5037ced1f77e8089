// Discriminators of other depths than the paper's, and of single pixels: the same as a type and as a description, PyTorch's
// names, outputs and gradients.
#include "arch/check_network.hpp"
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

}  // namespace

TEST_CASE_TEMPLATE("discriminators of any depth and of pixels are PyTorch's", Here, GUISE_EVERYWHERE) {
  static const Golden golden("discriminators");
  check_network<Here>({golden, "patches_1", patch_discriminator(2, 3, 1)});
  check_network<Here>({golden, "patches_2", patch_discriminator(2, 1, 2)});
  check_network<Here>({golden, "patches_5", patch_discriminator(1, 3, 5)});
  check_network<Here>({golden, "pixels", pixel_discriminator(4, 3)});
}

TEST_CASE("a discriminator's names are those of PyTorch's state dict, in its order") {
  for (const auto& [of, graph] :
       {std::pair{"patches_5", patch_discriminator(1, 3, 5)}, {"pixels", pixel_discriminator(4, 3)}}) {
    CHECK(table_names(parameter_table(graph)) == state_dict_names("discriminators", of, false));
  }
}

TEST_CASE("a discriminator's layers are counted") {
  for (const int layers : {-1, 0, 9}) CHECK_THROWS_AS(patch_discriminator(8, 3, layers), Error);
}
