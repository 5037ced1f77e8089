// The paper's figures at compile time; the rewrite. Compiling this file is the test.
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/cut_generator.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/projection_head.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/graph/plan.hpp>
#include <guise/graph/split.hpp>
#include <guise/layer/spectral_norm.hpp>
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

// ---- CUT: as many parameters as CycleGAN's generator, and 0.56 million in the projection heads ----
struct CutGen : CutGenerator<> {};
static_assert(graph_of(CutGenerator<2, 8>{}) ==
              resnet_generator({.blocks = 2, .width = 8, .antialias = true}));
static_assert(CutGen::parameters == Gen::parameters);
static_assert(CutGen::out(picture) == picture);
static_assert(CutGen::table[9].name == std::string_view("model.12.conv_block.5.bias"));
static_assert(CutGen::table.back().name == std::string_view("model.30.bias"));
constexpr std::size_t of_heads() {
  const Graph g = graph_of(CutGen{});
  std::size_t all = 0;
  for (const int layer : {0, 4, 8, 12, 16})
    all += projection_head(g[value_after(g, layer)].channels).parameters;
  return all;
}
static_assert(of_heads() == 560'384);

// ---- the variant with batch norm ----
struct Variant : BatchNormGenerator<9> {};
static_assert(Variant::parameters == 11'383'427);
static_assert(Variant::out(picture) == picture);
static_assert(BatchNormDiscriminator<>::out(picture) == Shape{1, 32, 32});
static_assert(BatchNormDiscriminator<>::receptive_field == 70);
static_assert(Variant::statistics_table.front().name == std::string_view("model.2.running_mean"));

// ---- the rewrite ----
constexpr std::size_t nodes(const Graph& g) { return g.nodes.size() - 1; }
struct Head : Sequential<ReflectPad<3>, Conv<3, 64, 7>, InstanceNorm<64>, Relu,  //
                         ReflectPad<3>, Conv<64, 3, 7>, Tanh> {};
static_assert(nodes(graph_of(Head{})) == 7 && nodes(fuse(graph_of(Head{}))) == 2);
static_assert(fuse(graph_of(Head{}))[1].prologue == ReadPrologue{.reflect = 3});
static_assert(fuse(graph_of(Head{}))[1].moments && !fuse(graph_of(Head{}))[1].adds_bias);
static_assert(fuse(graph_of(Head{}))[2].prologue ==
              ReadPrologue{.normalize = true, .activation = Activation::relu, .reflect = 3});
static_assert(fuse(graph_of(Head{}))[2].adds_bias &&
              fuse(graph_of(Head{}))[2].activation == Activation::tanh);
static_assert(nodes(plain(graph_of(Head{}))) == 7);
static_assert(!plain(graph_of(Head{}))[2].adds_bias && plain(graph_of(Head{}))[6].adds_bias);
struct Block : ResnetBlock<8> {};  // convolution, convolution, sum
static_assert(nodes(fuse(graph_of(Block{}))) == 3);
static_assert(fuse(graph_of(Block{}))[3].prologue == ReadPrologue{.normalize = true});
static_assert(fuse(graph_of(Block{}))[3].b == 0);

// ---- the same network, described at run time ----
static_assert(resnet_generator(9) == graph_of(Gen{}));
static_assert(resnet_generator(6, 32, 1) == graph_of(ResnetGenerator<6, 32, 1>{}));
static_assert(resnet_generator(6, 32, 4, 2) == graph_of(ResnetGenerator<6, 32, 4, 2>{}));
static_assert(patch_discriminator() == graph_of(Disc{}));
static_assert(patch_discriminator(16, 1) == graph_of(PatchDiscriminator<16, 1>{}));
static_assert(resnet_generator(6) != graph_of(Gen{}));

// ---- what docs/typed_composition.md says of its example ----
struct Tiny : Sequential<ReflectPad<3>, Conv<3, 8, 7>, InstanceNorm<8>, Relu,  //
                         Repeat<2, ResnetBlock<8>>,                            //
                         ReflectPad<3>, Conv<8, 3, 7>, Tanh> {};
static_assert(Tiny::parameters == 3 * 8 * 49 + 8 + 4 * (8 * 8 * 9 + 8) + 8 * 3 * 49 + 3);
static_assert(Tiny::out({3, 64, 48}) == Shape{3, 64, 48});
static_assert(Tiny::table[0].name == std::string_view("model.1.weight"));
static_assert(Tiny::table[2].name == std::string_view("model.4.conv_block.1.weight"));
static_assert(Tiny::receptive_field == 21);
static_assert(Tiny::macs({3, 64, 48}) == 14'303'232);
static_assert(Layer<Tiny> && Layer<Conv<3, 8, 7>>);
static_assert(nodes(graph_of(Tiny{})) == 4 + 2 * 8 + 3 && nodes(fuse(graph_of(Tiny{}))) == 1 + 1 + 2 * 3 + 1);
static_assert(fuse(graph_of(Tiny{}))[1].prologue == ReadPrologue{.reflect = 3});
static_assert(fuse(graph_of(Tiny{}))[1].moments && !fuse(graph_of(Tiny{}))[1].adds_bias);
static_assert(fuse(graph_of(Tiny{}))[2].prologue ==
              ReadPrologue{.normalize = true, .activation = Activation::relu});
static_assert(fuse(graph_of(Tiny{}))[5].a == 4 && fuse(graph_of(Tiny{}))[5].b == 2);
static_assert(fuse(graph_of(Tiny{}))[9].adds_bias &&
              fuse(graph_of(Tiny{}))[9].activation == Activation::tanh);
template <int In, int Growth>
struct Dense : Concat<InstanceNorm<In>, Relu, ReflectPad<1>, Conv<In, Growth, 3>> {};
template <int C> struct SqueezeExcite {
  constexpr Value operator()(Graph& g, Value x) const {
    const Value mean = g.reduce(x, true, false, true);
    return g.multiply(x, Sequential<Conv<C, C / 4, 1>, Relu, Conv<C / 4, C, 1>, Sigmoid>{}(g, mean));
  }
};
struct Small : Sequential<Conv<3, 16, 3, Pad<1>>, Dense<16, 8>, Dense<24, 8>, SqueezeExcite<32>,  //
                          Conv<32, 3, 1>, Tanh> {};
static_assert(Small::out({3, 20, 12}) == Shape{3, 20, 12});
static_assert(Small::table[2].name == std::string_view("model.1.3.weight"));

template <int In, int Out, int Step> using Bounded = SpectralNorm<Conv<In, Out, 4, Stride<Step>, Pad<1>>>;
struct Patches : Sequential<Bounded<3, 32, 2>, LeakyRelu, Bounded<32, 64, 2>, InstanceNorm<64>, LeakyRelu,
                            Bounded<64, 1, 1>> {};
static_assert(Patches::table[0].name == std::string_view("model.0.weight_orig"));

// ---- what training keeps: the cheapest proof that a network is fused ----
static_assert(tape_floats(fuse(graph_of(Gen{})), picture) == 43'395'328);
static_assert(tape_floats(plain(graph_of(Gen{})), picture) == 89'890'416);
static_assert(tape_floats(fuse(graph_of(Disc{})), picture) == 2'525'440);
static_assert(fuse(graph_of(Gen{})).parameters == Gen::parameters);
static_assert(out(fuse(graph_of(Gen{})), picture) == picture);
static_assert(plan(fuse(graph_of(Gen{}), Mode::infer), 1, picture, Mode::infer).workspace == 8'587'648);

// ---- TensorFlow's padding, PyTorch's sizes ----
constexpr Window same{.in = 1, .out = 1, .kernel = 3, .stride = 2, .same = true};
static_assert(same.shape({1, 7, 8}) == Shape{1, 4, 4});
static_assert(same.geometry(1, {1, 7, 8}).pad_top == 1 && same.geometry(1, {1, 7, 8}).pad_left == 0);
static_assert(out(graph_of(ConvTranspose<1, 1, 3, Stride<2>, Same>{}), {1, 7, 8}) == Shape{1, 14, 16});
static_assert(out(graph_of(ConvTranspose<1, 1, 3, Stride<2>, Pad<1>, OutputPad<1>>{}), {1, 7, 8}) ==
              Shape{1, 14, 16});

// ---- the schedule ----
constexpr auto rate = linear_decay(2e-4, 200, 100);
static_assert(rate(0) == 2e-4 && rate(99) == 2e-4 && rate(100) == 2e-4);
static_assert(rate(150) == 1e-4 && rate(200) == 0 && rate(1000) == 0);

}  // namespace
