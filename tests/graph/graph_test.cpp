// What is asked of a graph: names, tables, channels, shapes, figures, and its mistakes in words, which are those of
// the compiler's message (tests/compile_fail).
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/graph/plan_backward.hpp>
#include <guise/graph/table.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/dropout.hpp>
#include <guise/layer/max_pool.hpp>
#include <guise/layer/resample.hpp>
#include <guise/layer/residual.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace guise;

namespace {

constexpr auto relu = activation(Activation::relu);
constexpr auto pointwise(int in, int out) { return conv({.in = in, .out = out}); }

template <class... Ls> Graph network(const Ls&... layers) {
  Graph g;
  (Sequence(g, 0) << ... << layers);
  return g;
}
std::vector<std::string> names(const std::vector<Parameter>& table) {
  std::vector<std::string> all;
  for (const Parameter& p : table) all.emplace_back(p.name);
  return all;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("parameters are named by positions and labels, as PyTorch counts") {
  const auto block = residual(pointwise(4, 4), instance_norm(4, true));
  const Graph g = network(conv({.in = 3, .out = 4, .kernel = 3, .bias = false}), repeat(2, block),
                          shortcut(pointwise(4, 2), sequential(relu, pointwise(4, 2))), concat(batch_norm(2)),
                          named("last", depthwise({.in = 4, .out = 4, .kernel = 3})));
  check(g);
  CHECK(names(parameter_table(g)) ==
        Names{"model.0.weight", "model.1.conv_block.0.weight", "model.1.conv_block.0.bias",
              "model.1.conv_block.1.weight", "model.1.conv_block.1.bias", "model.2.conv_block.0.weight",
              "model.2.conv_block.0.bias", "model.2.conv_block.1.weight", "model.2.conv_block.1.bias",
              "model.3.skip.weight", "model.3.skip.bias", "model.3.body.1.weight", "model.3.body.1.bias",
              "model.4.0.weight", "model.4.0.bias", "model.5.last.weight", "model.5.last.bias"});
  CHECK(names(statistics_table(g)) == Names{"model.4.0.running_mean", "model.4.0.running_var"});
}

TEST_CASE("a table's rows lie one after the other and have PyTorch's shapes") {
  const Graph g = network(conv({.in = 2, .out = 3, .kernel = 5}),
                          conv({.in = 3, .out = 4, .kernel = 2, .transposed = true}),
                          depthwise({.in = 4, .out = 4, .kernel = 3, .bias = false}), batch_norm(4));
  const auto table = parameter_table(g);
  REQUIRE(table.size() == 7);
  CHECK(table[0].shape == std::array{3, 2, 5, 5});
  CHECK(table[2].shape == std::array{3, 4, 2, 2});
  CHECK(table[4].shape == std::array{4, 1, 3, 3});
  CHECK((table[1].rank == 1 && table[1].shape[0] == 3 && table[3].shape[0] == 4));
  CHECK((table[5].initializer == Initializer::near_one && table[6].initializer == Initializer::zero));
  std::size_t offset = 0;
  for (const Parameter& p : table) {
    CHECK(p.offset == offset);
    offset += p.floats;
  }
  CHECK(offset == g.parameters);
  CHECK(g.statistics == 8);
  for (const Mode mode : {Mode::train, Mode::infer}) {  // one table serves every form
    CHECK(parameter_table(fuse(g, mode)) == table);
    CHECK(parameter_table(plain(g, mode)) == table);
  }
}

TEST_CASE("a mistake is told in the words of the compiler's message") {
  CHECK_THROWS_WITH_AS(check(network(pointwise(3, 8), relu, pointwise(9, 2))),
                       "layer 2 takes 9 channels but is given 8", Error);
  CHECK_THROWS_WITH_AS(
      check(network(pointwise(3, 8), sequential(relu, residual(pointwise(8, 8), instance_norm(7))))),
      "layer 1.1.1 takes 7 channels but is given 8", Error);
  CHECK_THROWS_WITH_AS(check(network(pointwise(3, 8), repeat(3, relu), pointwise(1, 1))),
                       "layer 4 takes 1 channels but is given 8", Error);
  CHECK_THROWS_WITH_AS(check(network(pointwise(3, 8), residual(pointwise(8, 4)))),
                       "layer 1 adds 8 channels to a body that gives 4", Error);
  // The first mistake is told, wherever a later one lies.
  CHECK_THROWS_WITH_AS(check(network(pointwise(3, 8), pointwise(7, 7), pointwise(6, 6))),
                       "layer 1 takes 7 channels but is given 8", Error);
  Graph factor = network(pointwise(3, 8));
  factor.multiply(1, factor.conv(1, {.in = 8, .out = 3}));
  CHECK_THROWS_WITH_AS(check(factor), "layer takes 8 channels but is given 3", Error);
  CHECK_THROWS_WITH_AS(check(Graph{}), "a network without layers: expected at least one", Error);
}

TEST_CASE("channels that nobody has said are those that the first layer to say so takes") {
  const Graph late = network(relu, reflect_pad(1), dropout(0.5), conv({.in = 5, .out = 2, .kernel = 3}));
  CHECK(late.channels() == 5);
  CHECK(late[2].channels == 5);
  const Graph twice = network(relu, concat(relu), concat(relu), pointwise(12, 1));  // four times the input
  check(twice);
  CHECK(twice.channels() == 3);
  CHECK((twice[1].channels == 3 && twice[3].channels == 6 && twice[5].channels == 12));
  const Graph beside = network(concat(pointwise(2, 5)), pointwise(7, 1));
  CHECK((beside.channels() == 2 && !beside.mistake.made));
  CHECK(network(concat(relu), pointwise(5, 1)).mistake.made);  // not twice a whole number
  CHECK(network(relu, concat(pointwise(2, 5)), pointwise(8, 1)).mistake.made);
  const Graph none = network(relu, max_pool(2));  // takes any number
  CHECK((none.channels() == 0 && out(none, {7, 6, 6}) == Shape{7, 3, 3}));
  CHECK(out(late, {5, 8, 8}) == Shape{2, 8, 8});
  CHECK_THROWS_WITH_AS(
      out(late, {4, 8, 8}),
      "a network's input has channels in a number of 4: expected as many as the network takes", Error);
}

TEST_CASE("a picture that a layer cannot take is refused in one line") {
  const auto refused = [](const Graph& g, Shape in) -> std::string {
    try {
      out(g, in);
    } catch (const Error& error) { return error.what(); }
    return "taken";
  };
  CHECK(refused(network(conv({.in = 3, .out = 1, .kernel = 4})), {3, 8, 3}) ==
        "a convolution's input has a side of 3: expected one that its kernel fits into");
  CHECK(refused(network(conv({.in = 3, .out = 1, .kernel = 1, .pad = 1, .transposed = true})), {3, 2, 8}) ==
        "a transposed convolution's input has a side of 2: expected one that gives an output");
  CHECK(refused(network(reflect_pad(3)), {3, 8, 3}) ==
        "reflection of a picture with a side of 3: expected a side greater than the padding");
  CHECK(refused(network(reflect_pad(3)), {3, 8, 4}) == "taken");
  CHECK(refused(fuse(network(reflect_pad(3), conv({.in = 3, .out = 1}))), {3, 3, 8}) ==
        "reflection of a picture with a side of 3: expected a side greater than the padding");
  CHECK(refused(network(max_pool(3)), {3, 2, 8}) ==
        "max pooling of a picture with a side of 2: expected one that a window fits into");
  CHECK(refused(network(residual(reflect_pad(1))), {3, 4, 4}) ==
        "a sum meets a side of 4: expected that of its body");
  CHECK(refused(network(concat(max_pool(2))), {3, 4, 6}) ==
        "a concat meets a side of 2: expected that of its first operand");
  CHECK(refused(network(resample(Filter::average_pool, 3)), {3, 9, 2}) ==
        "a resampling's input has a side of 2: expected one that its filter takes");
  CHECK(refused(network(resample(Filter::blur_down, 2)), {3, 1, 9}) ==
        "a resampling's input has a side of 1: expected one that its filter takes");
  Graph factor;
  factor.multiply(0, factor.max_pool(0, 2));
  CHECK(refused(factor, {3, 4, 6}) == "a factor has a side of 2: expected 1, or that of what it multiplies");
}

TEST_CASE("a layer that makes no sense is refused where it is emitted") {
  Graph g;
  CHECK_THROWS_WITH_AS(g.conv(0, {.in = 0, .out = 1}),
                       "a convolution has channels in a number of 0: expected at least 1, at most 2^20",
                       Error);
  CHECK_THROWS_AS(g.conv(0, {.in = 1, .out = 1, .stride = 0}), Error);
  CHECK_THROWS_AS(g.conv(0, {.in = 1, .out = 1, .output_pad = 1}), Error);
  CHECK_THROWS_WITH_AS(g.reflect(0, 0), "a reflection has a border of 0: expected at least 1, at most 2^15",
                       Error);
  CHECK_THROWS_WITH_AS(g.max_pool(0, 0), "max pooling has a window of 0: expected at least 1", Error);
  CHECK_THROWS_WITH_AS(g.resample(0, Filter::nearest_up, 0),
                       "a resampling has a factor of 0: expected at least 1", Error);
  CHECK_THROWS_WITH_AS(
      g.pad_channels(0, 4, 2),
      "a channel padding gives channels in a number of 2: expected as many as it takes, or more", Error);
  CHECK_THROWS_WITH_AS(g.dropout(0, 1), "a dropout with a rate of 1.000000: expected from 0 to below 1",
                       Error);
  CHECK_THROWS_WITH_AS(g.dropout(0, NAN), "a dropout with a rate of nan: expected from 0 to below 1", Error);
  CHECK_THROWS_AS(repeat(-1, relu), Error);
}

TEST_CASE("what is read twice is written once") {
  // Two convolutions read the same norm and activation, which the first has not done for itself.
  Graph g = network(conv({.in = 2, .out = 2}), instance_norm(2), relu);
  const Value x = g.output();
  g.add(g.conv(x, {.in = 2, .out = 2}), g.conv(x, {.in = 2, .out = 2}));
  const Graph fused = fuse(g);
  REQUIRE(fused.nodes.size() == 6);
  CHECK(fused[1].moments);
  CHECK((fused[2].op == Op::prologue && fused[2].prologue.normalize));
  CHECK((fused[3].a == 2 && fused[4].a == 2 && fused[3].prologue.empty()));
}

TEST_CASE("a network that infers has no dropout, and its parts join across it") {
  const Graph g = network(conv({.in = 2, .out = 2}), dropout(0.5), relu, dropout(0.5));
  CHECK(fuse(g, Mode::infer).nodes.size() == 2);
  CHECK(fuse(g, Mode::infer)[1].activation == Activation::relu);
  CHECK(plain(g, Mode::infer).nodes.size() == 3);
  CHECK(fuse(g).nodes.size() == 5);
  // Somebody else reads the convolution before the activation.
  Graph shared = network(conv({.in = 2, .out = 2}));
  const Value x = shared.output();
  shared.add(shared.activation(shared.dropout(x, 0.5), Activation::relu), x);
  CHECK(fuse(shared, Mode::infer)[1].activation == Activation::none);
}

TEST_CASE("dropouts draw from streams of their own, which every form keeps") {
  const Graph g = network(conv({.in = 2, .out = 2}), dropout(0.5), relu, dropout(0.5), relu);
  CHECK(g[2].stream != g[4].stream);
  const Graph fused = fuse(g);
  CHECK((fused[2].stream == g[2].stream && fused[4].op == Op::dropout && fused[4].stream == g[4].stream));
}

TEST_CASE("memory is used again where nobody reads it any more") {
  const Graph generator = fuse(resnet_generator(9));
  const Shape picture{3, 256, 256};
  const Plan p = plan(generator, 1, picture, Mode::train);
  CHECK(p.tape == 43'395'328);
  CHECK(p.workspace == 4'393'216);
  CHECK(plan_backward(generator, p, true, true).workspace == 10'485'760);
  CHECK(plan_backward(generator, p, true, false).workspace == 10'485'760);
  CHECK(plan_backward(generator, p, false, true).workspace == 10'485'760);
  // One block after the other takes no more than one.
  CHECK(plan(fuse(resnet_generator(9), Mode::infer), 1, picture, Mode::infer).workspace ==
        plan(fuse(resnet_generator(1), Mode::infer), 1, picture, Mode::infer).workspace);
}

TEST_CASE("receptive fields") {
  CHECK(receptive_field(patch_discriminator()) == 70);
  CHECK(receptive_field(network(conv({.in = 1, .out = 1, .kernel = 3}), max_pool(2),
                                conv({.in = 1, .out = 1, .kernel = 3, .stride = 2}))) == 8);
  CHECK(receptive_field(network(residual(conv({.in = 1, .out = 1, .kernel = 5, .pad = 2})))) == 5);
  CHECK(receptive_field(network(concat(conv({.in = 1, .out = 1, .kernel = 3, .pad = 1})))) == 3);
  CHECK(receptive_field(network(resample(Filter::average_pool, 3))) == 3);
  CHECK(receptive_field(network(resample(Filter::blur_down, 2))) == 3);
  CHECK(receptive_field(network(resample(Filter::nearest_up, 2))) == 1);
  CHECK(receptive_field(network(resample(Filter::bilinear_up, 2))) == 2);
  CHECK(receptive_field(network(relu)) == 1);
  const Graph generator = resnet_generator(2, 4);
  CHECK(receptive_field(fuse(generator)) == receptive_field(generator));
}

TEST_CASE("multiply-adds") {
  const Shape in{2, 6, 8};
  CHECK(macs(network(conv({.in = 2, .out = 3, .kernel = 3, .stride = 2, .pad = 1})), in) ==
        3 * 4 * (3 * 2 * 9));
  CHECK(macs(network(conv({.in = 2, .out = 3, .kernel = 3, .stride = 2, .transposed = true})), in) ==
        6 * 8 * (2 * 3 * 9));
  CHECK(macs(network(depthwise({.in = 2, .out = 2, .kernel = 3, .pad = 1})), in) == 6 * 8 * (2 * 9));
  CHECK(macs(network(relu, instance_norm(2), max_pool(2), concat(relu)), in) == 0);
  const Graph generator = resnet_generator(2, 4);
  CHECK(macs(fuse(generator), {3, 32, 32}) == macs(generator, {3, 32, 32}));
}
