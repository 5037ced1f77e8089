// A CycleGAN between domains of other channels than three, and of other channels each, in pictures of any size.
#include "support/reference.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

using namespace guise;
using testing::message;
using testing::X;
using testing::Y;
using B = Reference<float>;

namespace {

using Model = CycleGan<X, Y, Paper<Described, Described>, B>;

Model model(int of_x, int of_y, double lambda_identity) {
  return Model(resnet_generator(1, 4, of_x, of_y), resnet_generator(1, 4, of_y, of_x),
               patch_discriminator(2, of_y), patch_discriminator(2, of_x),
               {.seed = 3, .lambda_identity = lambda_identity});
}
template <class Domain> Images<Domain> pictures(Shape shape, std::uint64_t seed) {
  Images<Domain> images{1, shape};
  Random random(seed);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}

}  // namespace

TEST_CASE("domains of other channels learn from each other, and have no identity") {
  Model learns = model(2, 5, 0);
  const auto x = pictures<X>({2, 24, 28}, 1);
  const auto y = pictures<Y>({5, 32, 24}, 2);
  const Losses first = learns.step(x, y);
  CHECK(first.names() == std::vector<std::string>{"D_A", "G_A", "cycle_A", "D_B", "G_B", "cycle_B"});
  for (int k = 0; k < 20; ++k) learns.step(x, y);
  const Losses last = learns.step(x, y);
  CHECK(last["cycle_A"] < first["cycle_A"]);
  CHECK(last["cycle_B"] < first["cycle_B"]);
  CHECK(learns.translator<X, Y>()(x).shape == Shape{5, 24, 28});
  CHECK(learns.translator<Y, X>()(y).shape == Shape{2, 32, 24});

  const PictureRows rows = learns.pictures(x, y);  // real, translated, back
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].size() == 3);
  CHECK(rows[1].size() == 3);
  const auto seen = shown(rows);
  REQUIRE(seen.size() == 6);
  for (const Picture& picture : seen) CHECK((picture.width == 28 && picture.height == 32));
  for (std::size_t k = 0; k < seen[0].rgb.size(); k += 3) {  // two channels: the first, as grey, beside white
    const std::size_t column = k / 3 % 28, row = k / 3 / 28;
    const unsigned char expected = row < 24 ? to_byte(x.data[2 * (28 * row + column)]) : 255;
    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(seen[0].rgb[k + c] - expected) <= 1);
  }
  for (std::size_t k = 0; k < 24 * 3; ++k)  // five channels: the first three
    CHECK(std::abs(seen[3].rgb[k] - to_byte(y.data[k / 3 * 5 + k % 3])) <= 1);
}

TEST_CASE("domains of one and of four channels have an identity as those of three do") {
  for (const int channels : {1, 4}) {
    Model learns = model(channels, channels, 0.5);
    const auto x = pictures<X>({channels, 24, 24}, 1);
    const auto y = pictures<Y>({channels, 24, 24}, 2);
    const Losses losses = learns.step(x, y);
    CHECK(losses.names().size() == 8);
    CHECK(losses["idt_A"] > 0);
    CHECK(learns.pictures(x, y)[0].size() == 4);
  }
}

TEST_CASE("networks that disagree about the channels of a domain are refused, and said which") {
  const auto refused = [](int g_a_makes, int g_b_takes, int d_a_takes, int d_b_takes) {
    return message<Error>([=] {
      Model(resnet_generator(1, 4, 3, g_a_makes), resnet_generator(1, 4, g_b_takes, 3),
            patch_discriminator(2, d_a_takes), patch_discriminator(2, d_b_takes), {.lambda_identity = 0});
    });
  };
  CHECK(refused(2, 2, 2, 3) == "nothing was thrown");
  CHECK(refused(2, 2, 5, 3) == "G_A makes pictures of 2 channels: expected 5, which D_A takes");
  CHECK(refused(2, 4, 2, 3) == "G_A makes pictures of 2 channels: expected 4, which G_B takes");
  CHECK(refused(2, 2, 2, 1) == "G_B makes pictures of 3 channels: expected 1, which D_B takes");
}

TEST_CASE("an identity loss between domains of other channels is refused") {
  const auto refused = [] {
    try {
      model(1, 3, 0.5);
      return std::string();
    } catch (const Error& error) { return std::string(error.what()); }
  };
  CHECK(refused() == "an identity loss between domains of 1 and 3 channels: expected lambda_identity of 0");
}
