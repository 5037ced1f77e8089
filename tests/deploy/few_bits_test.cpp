// Weights of few bits of whole generators: their sizes, the axes of their channels, and that whoever reads weights reads them.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/channel_axes.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/io/weights/number_types.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

struct A;
struct B;
using Net = Generator<A, B, Described, Cpu>;

Safetensors random_weights(const Graph& graph, const std::string& prefix = "") {
  Safetensors file;
  Random random(3);
  for (const auto& table : {parameter_table(graph), statistics_table(graph)})
    for (const Parameter& p : table) {
      Tensor tensor{shape_of(p), std::vector<float>(p.floats)};
      for (float& value : tensor.data) value = static_cast<float>(random.uniform() - 0.5) / 25;
      file.tensors.emplace_back(prefix + std::string(p.name), std::move(tensor));
    }
  return file;
}

}  // namespace

TEST_CASE("the generator of the paper takes 45.5 MB, of 16 bits a half and of int8 a quarter") {
  Safetensors file = random_weights(resnet_generator(9, 64));
  note_channel_axes(file);
  const auto megabytes_as = [&](NumberType type) {
    store_as(file, type);
    const std::size_t bytes = encode_safetensors(file, "w").size();
    CHECK(bytes > stored_bytes(file));
    CHECK(bytes < stored_bytes(file) + 12000);
    return static_cast<double>(bytes) / 1e6;
  };
  CHECK(megabytes_as(NumberType::float32) == doctest::Approx(45.5).epsilon(0.002));
  CHECK(megabytes_as(NumberType::float16) == doctest::Approx(22.8).epsilon(0.002));
  CHECK(megabytes_as(NumberType::bfloat16) == doctest::Approx(22.8).epsilon(0.002));
  CHECK(megabytes_as(NumberType::int8) == doctest::Approx(11.42).epsilon(0.002));
}

TEST_CASE("output channels are the second axis of transposed convolutions alone") {
  const auto second = [](Safetensors file) {
    note_channel_axes(file);
    std::string names;
    for (const auto& [name, tensor] : file.tensors)
      if (tensor.channel_axis == 1) names += name + " ";
    return names;
  };
  CHECK(second(random_weights(resnet_generator(2, 4))) == "model.12.weight model.15.weight ");
  CHECK(second(random_weights(resnet_generator({.blocks = 2, .width = 4, .norm = Norm::batch}), "netG.")) ==
        "netG.model.12.weight netG.model.15.weight ");
  const std::string block =
      "model.model.1.model.3.model.3.model.3.model.3.weight ";  // the innermost is square
  const std::string unet = second(random_weights(unet_generator({.downs = 5, .width = 4})));
  CHECK(unet.find(block) != unet.npos);
  CHECK(unet.ends_with("model.model.3.weight "));
  CHECK(second(random_weights(patch_discriminator(4))).empty());
}

TEST_CASE("a generator loads from each type, near the numbers that it was saved with") {
  const ScratchFolder folder;
  const Graph graph = resnet_generator(2, 4);
  Safetensors file = random_weights(graph);
  note_channel_axes(file);
  for (const auto& [type, most] : {std::pair{NumberType::float32, 0.f},
                                   {NumberType::float16, 1e-5f},
                                   {NumberType::bfloat16, 8e-5f},
                                   {NumberType::int8, 0.02f / 254 * 1.001f}}) {
    CAPTURE(to_text(type));
    store_as(file, type);
    write_safetensors(folder / "w", file);
    const Net net = read_generator<A, B>(folder / "w", Cpu(1));
    float largest = 0;
    for (const Parameter& p : net.table())
      for (std::size_t k = 0; k < p.floats; ++k)
        largest = std::max(
            largest, std::abs(net.parameters()[p.offset + k] - file.find(std::string_view(p.name))->data[k]));
    CHECK(largest <= most);
    CHECK((largest > most / 8) == (type != NumberType::float32));
  }
}
