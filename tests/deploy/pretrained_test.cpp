// Generators and discriminators of any kind, read from their weights alone.
#include "support/reference.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/cut_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/layer/activated.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace guise;
using guise::testing::ScratchFolder;

namespace {

struct A;
struct B;

struct Swish {
  static constexpr const char* name = "swish";
  template <class T> GUISE_FORMULA static T value(T x) { return x * math::sigmoid(x); }
  template <class T> GUISE_FORMULA static T slope(T x, T y) { return y + math::sigmoid(x) * (T(1) - y); }
};
// The reference's ResNet of one block, 4 wide, with another activation behind its first convolution.
template <class Activation>
struct WithActivation
    : Sequential<ReflectPad<3>, Conv<3, 4, 7>, InstanceNorm<4>, Activation, Conv<4, 8, 3, Stride<2>, Pad<1>>,
                 InstanceNorm<8>, Relu, Conv<8, 16, 3, Stride<2>, Pad<1>>, InstanceNorm<16>, Relu,
                 Repeat<1, ResnetBlock<16>>, ConvTranspose<16, 8, 3, Stride<2>, Pad<1>, OutputPad<1>>,
                 InstanceNorm<8>, Relu, ConvTranspose<8, 4, 3, Stride<2>, Pad<1>, OutputPad<1>>,
                 InstanceNorm<4>, Relu, ReflectPad<3>, Conv<4, 3, 7>, Tanh> {};

}  // namespace

TEST_CASE("a generator of any kind is read from its weights") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  const std::vector<GeneratorChoice> choices{
      Resnet{.blocks = 4, .width = 12, .channels = 1},
      Resnet{.blocks = 1, .width = 5, .norm = Norm::batch},
      Resnet{.blocks = 10, .width = 4, .channels = 4, .norm = Norm::none},
      Resnet{.blocks = 2, .width = 4, .channels = 5, .out = 2, .dropout = true},
      Resnet{.blocks = 3, .width = 2, .norm = Norm::batch, .dropout = true},
      Resnet{.blocks = 2, .width = 4, .antialias = true},
      Resnet{.blocks = 1, .width = 4, .norm = Norm::batch, .dropout = true, .antialias = true},
      Unet{.downs = 5, .width = 2},
      Unet{.downs = 7, .width = 1, .channels = 1, .out = 3, .norm = Norm::instance},
      Unet{.downs = 8, .width = 1, .norm = Norm::none},
      Student{.blocks = 9, .width = 4},
      Student{.blocks = 1, .width = 3, .channels = 1, .out = 2}};
  for (const GeneratorChoice& made : choices) {
    INFO(to_text(made));
    const int channels = std::visit([](const auto& of) { return of.channels; }, made);
    const Generator<A, B, Described, Cpu> net(generator(made), 3, 0, cpu);
    save_weights(folder / "net.safetensors", net);
    const Safetensors file = read_weights(folder / "net.safetensors");
    CHECK(generator_in(file, folder / "net.safetensors") == made);
    CHECK(!discriminator_in(file));

    const auto translate = read_translator<A, B>(folder / "net.safetensors", cpu);
    const int side = std::holds_alternative<Unet>(made) ? 256 : 16;
    Images<A> picture{1, {channels, side, side}};
    testing::randomize(picture, 5);
    Batch<A, Cpu> x{1, picture.shape, cpu};
    std::ranges::copy(picture.data, x.data.begin());
    CHECK(testing::distance(translate(picture).data, net.infer(x).data) == 0);
    CHECK_THROWS_AS(translate(Images<A>{1, {channels + 1, side, side}}), Error);
  }
}

TEST_CASE_TEMPLATE("a generator with the reference's tensors and other layers is not read as the reference's",
                   Arch, WithActivation<Activated<Swish>>, WithActivation<LeakyRelu>,
                   BatchNormGenerator<1, 4>) {
  const ScratchFolder folder;
  const auto path = folder / "net.safetensors";
  const Cpu cpu(1);
  const Generator<A, B, Arch, Cpu> net(3, 0, cpu);
  save_weights(path, net);
  const std::string refused = path.string() + ": made by a network that differs from ";
  const auto what = to_text(generator_in(read_weights(path), path));
  CHECK_THROWS_WITH_AS((read_translator<A, B>(path, cpu)),
                       (refused + "a " + what +
                        ", in more than its tensors: expected load_weights into that network in a program")
                           .c_str(),
                       Error);
  Generator<A, B, Arch, Cpu> own(4, 0, cpu);
  load_weights(path, own);
  CHECK(testing::distance(own.parameters(), net.parameters()) == 0);
  Generator<A, B, Described, Cpu> other(generator(generator_in(read_weights(path), path)), 5, 0, cpu);
  const auto before = on_host(cpu, other.parameters());
  CHECK_THROWS_WITH_AS(load_weights(path, other), doctest::Contains((refused + "this one").c_str()), Error);
  CHECK(testing::distance(other.parameters(), before) == 0);

  Safetensors file =
      read_weights(path);  // who has no note, as PyTorch's files, is known by its tensors alone
  file.metadata.clear();
  write_safetensors(path, file);
  load_weights(path, other);
  read_translator<A, B>(path, cpu);
}

TEST_CASE("a fingerprint is that of a network's layers, however it is made") {
  const Graph described = resnet_generator(9, 64);
  // Files have it: it may never change.
  CHECK(fingerprint(described) == "7721b18413dfc4e8");
  CHECK(fingerprint(architecture<ResnetGenerator<9, 64>>()) == fingerprint(described));
  CHECK(fingerprint(resnet_generator({.dropout = true})) == fingerprint(described));
  CHECK(fingerprint(unet_generator({.dropout = true})) == fingerprint(unet_generator({.dropout = false})));
  CHECK(fingerprint(architecture<CutGenerator<1, 4>>()) ==
        fingerprint(resnet_generator({.blocks = 1, .width = 4, .antialias = true})));
  CHECK(fingerprint(architecture<WithActivation<Relu>>()) == fingerprint(resnet_generator(1, 4)));
  const std::vector<Graph> others{architecture<WithActivation<LeakyRelu>>(), resnet_generator(2, 4),
                                  architecture<WithActivation<Activated<Swish>>>(),
                                  architecture<BatchNormGenerator<1, 4>>(), patch_discriminator(4)};
  for (const Graph& other : others) {
    CHECK(fingerprint(other) != fingerprint(resnet_generator(1, 4)));
    for (const Graph& another : others)
      CHECK((fingerprint(other) == fingerprint(another)) == (other == another));
  }
  Graph epsilon = resnet_generator(1, 4);
  for (Node& node : epsilon.nodes) node.prologue.epsilon = 1e-3;
  CHECK(fingerprint(epsilon) != fingerprint(resnet_generator(1, 4)));
}

TEST_CASE("a U-Net translates pictures of other sides than it halves") {
  const Translator<A, B, Described, Cpu> translate(
      Generator<A, B, Described, Cpu>(unet_generator({.downs = 5, .width = 2}), 3, 0, Cpu(1)));
  for (const auto& [h, w] : {std::pair{1, 1}, {31, 65}, {64, 40}})
    CHECK(translate(Images<A>{1, {3, h, w}}).shape == Shape{3, h, w});
}

TEST_CASE("a generator is found behind its prefix, alone and among others") {
  const ScratchFolder folder;
  const auto tensors_of = [&](const Graph& graph) {
    save_weights(folder / "one", Generator<A, B, Described, Cpu>(graph, 3, 0, Cpu(1)));
    return read_weights(folder / "one").tensors;
  };
  const auto file_of = [&](std::initializer_list<std::pair<std::string, Graph>> networks) {
    Safetensors file;
    for (const auto& [prefix, graph] : networks)
      for (auto& [name, tensor] : tensors_of(graph))
        file.tensors.emplace_back(prefix + name, std::move(tensor));
    return file;
  };
  const Graph a = resnet_generator(1, 2), b = unet_generator({.downs = 5, .width = 1}),
              d = patch_discriminator(2);
  const auto found = [](Safetensors file, std::optional<std::string> prefix = {}) {
    return to_text(generator_in(one_generator(std::move(file), "w", std::move(prefix)), "w"));
  };
  const std::string of_a = to_text(GeneratorChoice(Resnet{1, 2})),
                    of_b = to_text(GeneratorChoice(Unet{.downs = 5, .width = 1}));
  CHECK(found(file_of({{"", a}})) == of_a);
  CHECK(found(file_of({{"netG_A.", a}})) == of_a);
  CHECK(found(file_of({{"model.netG.", b}, {"netD.", d}})) == of_b);
  CHECK(found(file_of({{"", a}, {"ema.", b}})) == of_a);
  CHECK(found(file_of({{"", a}, {"netD.", d}})) == of_a);
  const Safetensors beside = one_generator(file_of({{"net.", a}, {"net.ema.", b}, {"netD.", d}}), "w", "net");
  CHECK(beside.tensors.size() == tensors_of(a).size());
  CHECK(found(file_of({{"", a}, {"ema.", b}}), "ema") == of_b);
  const Safetensors two = file_of({{"netG_A.", a}, {"netG_B.", b}, {"netD_A.", d}});
  CHECK(found(two, "netG_A") == of_a);
  CHECK(found(two, "netG_B.") == of_b);
  CHECK_THROWS_WITH_AS(found(two),
                       "w: holds 2 generators, behind the prefixes \"netG_B.\", \"netG_A.\": expected one of "
                       "these as the prefix",
                       Error);
  CHECK_THROWS_WITH_AS(one_generator(two, "w", {}, "--prefix "),
                       doctest::Contains("expected one of these as the prefix, as in --prefix netG_B"),
                       Error);
  CHECK_THROWS_WITH_AS(
      found(two, "netD_A"),
      "w: holds no generator behind the prefix \"netD_A.\": expected one of \"netG_B.\", \"netG_A.\"", Error);
}

TEST_CASE("where one tensor of a generator is missing, it is the one that is named") {
  const ScratchFolder folder;
  const std::vector<GeneratorChoice> choices{
      Resnet{.blocks = 4, .width = 4}, Resnet{.blocks = 2, .width = 4, .norm = Norm::batch, .dropout = true},
      Resnet{.blocks = 2, .width = 4, .antialias = true}, Unet{.downs = 6, .width = 2}};
  for (const GeneratorChoice& made : choices) {
    const Generator<A, B, Described, Cpu> net(generator(made), 3, 0, Cpu(1));
    save_weights(folder / "whole", net);
    const Safetensors whole = read_weights(folder / "whole");
    for (std::size_t k = 0; k < whole.tensors.size(); ++k) {
      Safetensors file = whole;
      const std::string name = whole.tensors[k].first;
      if (name == "model.1.weight" || name == "model.model.0.weight") continue;  // by which it is known
      file.tensors.erase(file.tensors.begin() + static_cast<std::ptrdiff_t>(k));
      INFO(to_text(made), ", without ", name);
      CHECK_THROWS_WITH_AS((make_generator<A, B>(one_generator(file, "w"), "w", Cpu(1))),
                           doctest::Contains(("w: expected a tensor " + name + " of shape").c_str()), Error);
    }
  }
}

TEST_CASE("the checkpoint of a training is no choice of generators, but holds those that it trains") {
  const ScratchFolder folder;
  save_weights(folder / "one", Generator<A, B, Described, Cpu>(resnet_generator(1, 2), 3, 0, Cpu(1)));
  Safetensors file{{}, {{"checksum", "1"}}};
  for (const std::string prefix : {"G_A.", "G_A.adam_mean.", "G_A.adam_variance.", "G_B.", "G_B.adam_mean."})
    for (auto& [name, tensor] : read_weights(folder / "one").tensors)
      file.tensors.emplace_back(prefix + name, tensor);
  CHECK_THROWS_WITH_AS(one_generator(file, "c"),
                       "c: the checkpoint of a training: expected its folder, or a file such as "
                       "latest_net_G_A.safetensors in it",
                       Error);
  CHECK(generator_prefixes(file) == std::vector<std::string>{"G_A.", "G_B."});
  CHECK(generator_in(one_generator(file, "c", "G_B"), "c") == GeneratorChoice(Resnet{1, 2}));
}

TEST_CASE("the blurs of an antialiased generator are its own filters or refused") {
  const ScratchFolder folder;
  save_weights(folder / "w",
               Generator<A, B, Described, Cpu>(resnet_generator({.blocks = 1, .width = 1, .antialias = true}),
                                               3, 0, Cpu(1)));
  Safetensors file = read_weights(folder / "w");
  const auto filter = [](std::vector<float> row) {
    Tensor tensor{{2, 1, row.size(), row.size()}, {}};
    for (int channel = 0; channel < 2; ++channel)
      for (const float y : row)
        for (const float x : row) tensor.data.push_back(x * y / 16);
    return tensor;
  };
  file.tensors.emplace_back("model.7.filt", filter({1, 2, 1}));
  file.tensors.emplace_back("model.13.filt", filter({1, 3, 3, 1}));
  CHECK(one_generator(file, "w").tensors.size() == file.tensors.size() - 2);
  file.tensors.back().second = filter({1, 1, 1, 1});
  CHECK_THROWS_WITH_AS(one_generator(file, "w"),
                       doctest::Contains("\"model.13.filt\" of shape 2x1x4x4: expected"), Error);
}

TEST_CASE("a discriminator of any kind is told from a generator") {
  const ScratchFolder folder;
  const std::vector<DiscriminatorChoice> choices{
      Patches{6, 2, 1}, Patches{4, 3, 2, Norm::batch},       Patches{2, 1, 5, Norm::none},
      Patches{},        Patches{4, 3, 1, Norm::batch, true}, Patches{.width = 2, .antialias = true},
      Pixels{8, 4},     Pixels{4, 3, Norm::batch},           Pixels{4, 1, Norm::none}};
  for (const DiscriminatorChoice& made : choices) {
    INFO(to_text(made));
    save_weights(folder / "net", Discriminator<B, Described, Cpu>(discriminator(made), 3, 0, Cpu(1)));
    const Safetensors file = read_weights(folder / "net");
    const auto found = discriminator_in(file);
    REQUIRE(found);
    CHECK(*found == made);
    CHECK_THROWS_AS(generator_in(file, "net"), Error);
  }
}
