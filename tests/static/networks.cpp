// The paper's figures at compile time; the rewrite as types. Compiling this file is the test.
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/net/fuse.hpp>
#include <guise/optim/schedule.hpp>

using namespace guise;

namespace {

constexpr Shape picture{3, 256, 256};
struct Gen : ResnetGenerator<9> {};
struct Disc : PatchDiscriminator<> {};

// ---- as the PyTorch reference has them ----
static_assert(Gen::parameters == 11'378'179);
static_assert(ResnetGenerator<6>::parameters == 7'837'699);
static_assert(Disc::parameters == 2'764'737);
static_assert(Gen::out(picture) == picture);
static_assert(Disc::out(picture) == Shape{1, 30, 30});
static_assert(Disc::receptive_field == 70);
static_assert(Gen::receptive_field == 169);
static_assert(Gen::macs(picture) == 49'551'507'456);
static_assert(Disc::macs(picture) == 3'146'809'344);
static_assert(Gen::table.front().name == std::string_view("model.1.weight"));
static_assert(Gen::table[9].name == std::string_view("model.10.conv_block.5.bias"));
static_assert(Gen::table.back().name == std::string_view("model.26.bias"));
static_assert(Gen::table[42].name == std::string_view("model.19.weight"));
static_assert(Gen::table[42].shape == std::array{256, 128, 3, 3});
static_assert(Gen::table.back().offset + Gen::table.back().floats == Gen::parameters);
static_assert(Disc::table.back().name == std::string_view("model.11.bias"));

// ---- the variant with batch norm ----
struct Variant : BatchNormGenerator<9> {};
static_assert(Variant::parameters == 11'383'427);
static_assert(Variant::out(picture) == picture);
static_assert(BatchNormDiscriminator<>::out(picture) == Shape{1, 32, 32});
static_assert(BatchNormDiscriminator<>::receptive_field == 70);
static_assert(Variant::statistics_table.front().name == std::string_view("model.2.running_mean"));

// ---- the rewrite ----
struct Head : Sequential<ReflectPad<3>, Conv<3, 64, 7>, InstanceNorm<64>, Relu,  //
                         ReflectPad<3>, Conv<64, 3, 7>, Tanh> {};
static_assert(std::is_same_v<
              Fused::of<Head>,                                                  //
              Sequential<Step<Gather<ReflectPad<3>>, Conv<3, 64, 7>, Moments>,  //
                         Step<Gather<InstanceNorm<64>, Relu, ReflectPad<3>>, Conv<64, 3, 7>, Bias<Tanh>>>>);
static_assert(std::is_same_v<Plain::of<Head>,
                             Sequential<ReflectPad<3>, Step<Gather<>, Conv<3, 64, 7>, Raw>, InstanceNorm<64>,
                                        Relu, ReflectPad<3>, Step<Gather<>, Conv<64, 3, 7>, Bias<>>, Tanh>>);
struct Mine : Relu {};  // may differ from what it derives from: runs as it is
struct Tail : Sequential<Conv<3, 4, 3>, InstanceNorm<4>, Mine> {};
static_assert(
    std::is_same_v<Fused::of<Tail>,
                   Sequential<Step<Gather<>, Conv<3, 4, 3>, Moments>, Settle<InstanceNorm<4>>, Mine>>);
struct Block : ResnetBlock<8> {};  // a named residual is what it derives from
static_assert(
    std::is_same_v<
        Fused::of<Sequential<Block>>,
        Sequential<Sum<Sequential<Step<Gather<ReflectPad<1>>, Conv<8, 8, 3>, Moments>,
                                  Step<Gather<InstanceNorm<8>, Relu, ReflectPad<1>>, Conv<8, 8, 3>, Moments>>,
                       Gather<InstanceNorm<8>>>>>);

// ---- what docs/typed_composition.md says of its example ----
struct Tiny : Sequential<ReflectPad<3>, Conv<3, 8, 7>, InstanceNorm<8>, Relu,  //
                         Repeat<2, ResnetBlock<8>>,                            //
                         ReflectPad<3>, Conv<8, 3, 7>, Tanh> {};
static_assert(Tiny::parameters == 3 * 8 * 49 + 8 + 4 * (8 * 8 * 9 + 8) + 8 * 3 * 49 + 3);
static_assert(Tiny::out({3, 64, 48}) == Shape{3, 64, 48});
static_assert(Tiny::table[0].name == std::string_view("model.1.weight"));
static_assert(std::is_same_v<
              Fused::of<Tiny>,
              Sequential<Step<Gather<ReflectPad<3>>, Conv<3, 8, 7>, Moments>, Settle<InstanceNorm<8>, Relu>,
                         Repeat<2, Sum<Sequential<Step<Gather<ReflectPad<1>>, Conv<8, 8, 3>, Moments>,
                                                  Step<Gather<InstanceNorm<8>, Relu, ReflectPad<1>>,
                                                       Conv<8, 8, 3>, Moments>>,
                                       Gather<InstanceNorm<8>>>>,
                         Step<Gather<ReflectPad<3>>, Conv<8, 3, 7>, Bias<Tanh>>>>);

// ---- what training keeps: the cheapest proof that a network is fused ----
static_assert(Fused::of<Gen>::tape_floats(picture) == 43'395'328);
static_assert(Plain::of<Gen>::tape_floats(picture) == Gen::tape_floats(picture));
static_assert(Gen::tape_floats(picture) == 122'789'488);
static_assert(Fused::of<Disc>::tape_floats(picture) == 2'526'352);
static_assert(Fused::of<Gen>::parameters == Gen::parameters);
static_assert(Fused::of<Gen>::out(picture) == picture);

// ---- TensorFlow's padding, PyTorch's sizes ----
static_assert(Conv<1, 1, 3, Stride<2>, Same>::out({1, 7, 8}) == Shape{1, 4, 4});
static_assert(Conv<1, 1, 3, Stride<2>, Same>::geometry(1, {1, 7, 8}).pad_top == 1);
static_assert(Conv<1, 1, 3, Stride<2>, Same>::geometry(1, {1, 7, 8}).pad_left == 0);
static_assert(ConvTranspose<1, 1, 3, Stride<2>, Same>::out({1, 7, 8}) == Shape{1, 14, 16});
static_assert(ConvTranspose<1, 1, 3, Stride<2>, Pad<1>, OutputPad<1>>::out({1, 7, 8}) == Shape{1, 14, 16});

// ---- the schedule ----
constexpr auto rate = linear_decay(2e-4, 200, 100);
static_assert(rate(0) == 2e-4 && rate(99) == 2e-4 && rate(100) == 2e-4);
static_assert(rate(150) == 1e-4 && rate(200) == 0 && rate(1000) == 0);

}  // namespace
