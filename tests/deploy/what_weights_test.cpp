// Weights that are no ResNet generator's are named by what they are; a translator checks what it is given and what it
// hands over.
#include "support/scratch_folder.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/resample.hpp>
#include <guise/layer/sequential.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct Photo;
struct Mask;

std::string said(const std::vector<std::pair<std::string, std::vector<std::size_t>>>& tensors,
                 std::map<std::string, std::string> notes = {}) {
  Safetensors file{{}, std::move(notes)};
  for (const auto& [name, shape] : tensors) file.tensors.emplace_back(name, Tensor{shape, {}});
  return message<Error>([&] { generator_in(file, "w.pth"); });
}
const std::vector<std::size_t> four{16, 3, 7, 7}, one{16};

}  // namespace

TEST_CASE("foreign weights are named by what they are") {
  const std::string block = "model.10.conv_block.1.weight";
  CHECK(holds(said({}), "w.pth: no tensor: expected the weights of a ResNet generator"));
  CHECK(holds(said({{"model.0.weight", four}, {"model.2.weight", four}, {"model.11.weight", four}}),
              "w.pth: a discriminator, 16 wide: expected"));
  CHECK(holds(said({{"model.0.weight", four}, {"model.3.weight", one}, {"model.3.running_mean", one}}),
              "a discriminator, 16 wide, with batch norm"));
  CHECK(holds(said({{"netG_A.model.1.weight", four}, {"netG_A." + block, four}}),
              "tensors under the prefix \"netG_A.\" (\"netG_A.model.1.weight\")"));
  CHECK(holds(said({{"netG_A.model.1.weight", four}, {"netD_A.model.0.weight", four}}),
              "several networks, one of them"));
  CHECK(holds(said({{"model.1.weight", four}, {"model.2.weight", one}, {block, four}}), "(affine)"));
  CHECK(
      holds(said({{"G_A.model.1.weight", four}, {"G_A.adam_mean.model.1.weight", four}}, {{"checksum", "1"}}),
            "the checkpoint of a training"));
  CHECK(holds(said({{"a", one}}), "; a network of your own: load_weights in a program"));
  CHECK(holds(said({{"encoder.\x1b.weight", four}, {"b", one}}),
              "2 tensors such as \"encoder.?.weight\" of shape 16x3x7x7"));
}

TEST_CASE(
    "a network that gives other channels than it takes is translated by whole; one that changes the size is "
    "refused") {
  struct Matting : Sequential<Conv<3, 8, 3, Stride<1>, Pad<1>>, Relu, Conv<8, 1, 3, Stride<1>, Pad<1>>> {};
  struct Wide : Sequential<Conv<1, 4, 3, Stride<1>, Pad<1>>> {};
  struct Doubling : Sequential<Conv<3, 4, 3, Stride<1>, Pad<1>>, Upsample<2>> {};
  const Translator<Photo, Mask, Matting, Cpu> narrow{Network<Photo, Mask, Matting, Cpu>(1)};
  const Translator<Photo, Mask, Wide, Cpu> wide{Network<Photo, Mask, Wide, Cpu>(1)};
  const Translator<Photo, Mask, Doubling, Cpu> doubling{Network<Photo, Mask, Doubling, Cpu>(1)};
  for (const auto& [h, w] : {std::pair{8, 8}, {1, 5}, {7, 3}}) {
    const Images<Mask> mask = narrow(Images<Photo>{2, {3, h, w}});
    CHECK(mask.shape == Shape{1, h, w});
    CHECK(mask.data.size() == floats_of(2, mask.shape));
    CHECK(wide(Images<Photo>{1, {1, h, w}}).shape == Shape{4, h, w});
    CHECK(holds(message<Error>([&] {
                  doubling(Images<Photo>{1, {3, h, w}});
                }),
                "one that this network can take"));
  }
  CHECK_THROWS_AS(narrow(Images<Photo>{1, {4, 8, 8}}), Error);
  CHECK_THROWS_AS(narrow(Images<Photo>{0, {3, 8, 8}}), Error);
  Images<Photo> liar{1, {3, 8, 8}};
  liar.n = 3;
  CHECK_THROWS_AS(narrow(liar), Error);
}
