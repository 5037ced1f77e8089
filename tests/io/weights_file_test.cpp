// Weights of networks from the files of PyTorch: the reference's spellings of one generator.
#include "support/reference.hpp"
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/net/network.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>
#include <support/torch_writer.hpp>

#include <numeric>

using namespace guise;
using namespace guise::testing;

namespace {

struct X;
struct Y;
using Arch = ResnetGenerator<1, 1>;
using Net = Generator<X, Y, Arch, Reference<float>>;
using Wider = Generator<X, Y, ResnetGenerator<1, 2>, Reference<float>>;
using Variant = Generator<X, Y, BatchNormGenerator<1, 1>, Reference<float>>;

std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(GUISE_GOLDEN_DIR) / "torch" / (name + ".pth");
}
template <class Network> std::string refused(const std::filesystem::path& path) {
  Network net(1);
  return message<Error>([&] { load_weights(path, net); });
}

// The formula of make_torch_files.py, of the names of this library.
void check(std::span<const Parameter> table, const Buffer<float>& values) {
  for (const Parameter& p : table) {
    const std::string name(p.name);
    CAPTURE(name);
    const int letters = std::accumulate(name.begin(), name.end(), 0);
    bool right = true;
    for (std::size_t k = 0; k < p.floats; ++k)
      right = right && values[p.offset + k] ==
                           static_cast<float>((7 * static_cast<int>(k) + 3 * letters) % 257 - 128) / 256;
    CHECK(right);
  }
}

}  // namespace

TEST_CASE("generators of PyTorch: plain, with running statistics, with dropout and wrapped") {
  for (const char* name : {"generator", "generator_2018", "generator_dropout"}) {
    CAPTURE(name);
    Net net(1);
    load_weights(golden(name), net);
    check(Arch::table, net.parameters());
  }
}

TEST_CASE("a file with dropout fits a network without, and the other way round") {
  const ScratchFolder folder;
  for (const Norm norm : {Norm::instance, Norm::batch})
    for (const bool drops : {false, true}) {
      const Resnet made{.blocks = 2, .width = 1, .norm = norm, .dropout = drops};
      Resnet other = made;
      other.dropout = !drops;
      const Network<X, Y, Described, Reference<float>> saved(resnet_generator(made), 1);
      Network<X, Y, Described, Reference<float>> loaded(resnet_generator(other), 2);
      save_weights(folder / "w", saved);
      CHECK(std::ranges::any_of(read_weights(folder / "w").tensors, [](const auto& named) {
              return named.first == "model.11.conv_block.6.weight" && named.second.shape.size() == 4;
            }) == drops);
      load_weights(folder / "w", loaded);
      CHECK(std::ranges::equal(on_host(loaded.backend(), loaded.parameters()),
                               on_host(saved.backend(), saved.parameters())));
      CHECK(std::ranges::equal(on_host(loaded.backend(), loaded.statistics()),
                               on_host(saved.backend(), saved.statistics())));
    }
}

TEST_CASE("variances below 0 are refused") {
  const ScratchFolder folder;
  const Graph graph = resnet_generator({.blocks = 1, .width = 1, .norm = Norm::batch});
  save_weights(folder / "w", Network<X, Y, Described, Reference<float>>(graph, 1));
  Safetensors file = read_weights(folder / "w");
  check_weights(file, graph, "w");
  for (auto& [name, tensor] : file.tensors)
    if (name == "model.5.running_var") tensor.data[0] = -5;
  CHECK(holds(message<Error>([&] { check_weights(file, graph, "w"); }),
              "w: expected variances from 0 on, model.5.running_var holds one below"));
}

TEST_CASE("a batch norm needs its running statistics") {
  Variant net(1);
  load_weights(golden("generator_batch_norm"), net);
  check(Variant::Architecture::table, net.parameters());
  check(Variant::Architecture::statistics_table, net.statistics());
  CHECK(holds(refused<Net>(golden("generator_batch_norm")),
              "expected a tensor model.1.bias of shape 1, found none"));

  const ScratchFolder folder;
  Safetensors file = read_weights(golden("generator_batch_norm"));
  file.tensors.emplace_back("model.99.running_mean", Tensor{{1}, {1}});
  put(folder / "w.pth", torch_stream(file));
  CHECK(holds(refused<Variant>(folder / "w.pth"), "found \"model.99.running_mean\" of shape 1"));
  std::erase_if(file.tensors, [](const auto& entry) { return entry.first == "model.2.running_var"; });
  put(folder / "w.pth", torch_stream(file));
  CHECK(holds(refused<Variant>(folder / "w.pth"),
              "expected a tensor model.2.running_var of shape 1, found none"));
}

TEST_CASE("a tensor of another shape, too few and too many are named") {
  CHECK(holds(refused<Wider>(golden("generator_2018")),
              "generator_2018.pth: expected model.1.weight of shape 2x3x7x7, found 1x3x7x7"));
  const ScratchFolder folder;
  Safetensors file = read_weights(golden("generator"));
  file.tensors.emplace_back("model.2.running_mean", Tensor{{1}, {1}});
  put(folder / "w.pth", torch_stream(file));
  CHECK(refused<Net>(folder / "w.pth") == "nothing was thrown");
  file.tensors.emplace_back("model.2.weight", Tensor{{1}, {1}});
  put(folder / "w.pth", torch_stream(file));
  CHECK(holds(refused<Net>(folder / "w.pth"),
              "expected the 16 tensors of this network, found \"model.2.weight\""));
  file.tensors.resize(3);
  put(folder / "w.pth", torch_stream(file));
  CHECK(holds(refused<Net>(folder / "w.pth"), "expected a tensor model.4.bias of shape 2, found none"));
}

TEST_CASE("names lose their wrappers, and stay different") {
  const ScratchFolder folder;
  const auto names = [&](const std::vector<std::pair<std::string, std::vector<std::size_t>>>& tensors) {
    Safetensors file;
    for (const auto& [name, shape] : tensors) file.tensors.emplace_back(name, Tensor{shape, {1}});
    write_safetensors(folder / "w", file);
    std::string all;
    for (const auto& entry : read_weights(folder / "w").tensors) all += entry.first + " ";
    return all;
  };
  CHECK(names({{"module._orig_mod.module.model.1.weight", {1}}}) == "model.1.weight ");
  CHECK(names({{"model.module.weight", {1}}}) == "model.module.weight ");
  CHECK(holds(message<Error>([&] {
                names({{"a", {1}}, {"module.a", {1}}});
              }),
              "w: two tensors are \"a\" without"));
}

TEST_CASE("the first bytes say what a file is") {
  const ScratchFolder folder;
  Safetensors file{{{"a", {{1}, {1}}}}, {}};
  for (std::size_t more = 0; more < 700; more += 8) {  // headers whose length begins as a pickle does
    file.metadata["m"] = std::string(more, 'x');
    write_safetensors(folder / "w.pth", file);
    CHECK(read_weights(folder / "w.pth").tensors.size() == 1);
  }
  const auto text = [&](const std::string& bytes) {
    put(folder / "w", bytes);
    return message<Error>([&] { read_weights(folder / "w"); });
  };
  CHECK(holds(text(""), "an empty file, 0 bytes: expected weights"));
  CHECK(holds(text("this is a text"), "a text, 14 bytes: expected weights"));
  CHECK(holds(text("\x80\x02"), "truncated: expected 1 bytes"));
  CHECK(holds(text("\x80\x02}q\x01(K\x01K\x02u."),
              "expected a file of torch.save, which starts with its magic"));
  CHECK(holds(text("PK\x03\x04 and no archive"), "a zip archive without its end"));
}
