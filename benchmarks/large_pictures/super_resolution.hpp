// The super-resolution networks of the npm package @upscalerjs/esrgan-slim (MIT), which fetch.sh beside this file
// fetches, in the library's own layers: a residual dense network (Zhang et al. 2018) of two blocks. The files hold
// kernels as (H, W, in, out), each followed by its bias, in the order of the names.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/net/network.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace super_resolution {

struct Small;
struct Large;
using Network = guise::Generator<Small, Large, guise::Described, guise::Cpu>;

inline guise::Graph graph(int scale) {
  using namespace guise;
  Graph g;
  const auto conv = [&](Value x, int in, int out, int kernel) {
    return g.conv(x, {.in = in, .out = out, .kernel = kernel, .pad = kernel / 2});
  };
  const auto relu = [&](Value x) { return g.activation(x, Activation::relu); };
  const Value shallow = conv(0, 3, 64, 3);
  Value x = conv(shallow, 64, 64, 3);
  std::array<Value, 2> blocks{};
  for (Value& block : blocks) x = block = g.add(conv(g.concat(x, relu(conv(x, 64, 4, 3))), 68, 64, 1), x);
  x = conv(conv(g.concat(blocks[0], blocks[1]), 128, 64, 1), 64, 64, 3);
  x = relu(conv(relu(conv(g.add(x, shallow), 64, 64, 5)), 64, 32, 3));
  conv(g.resample(conv(x, 32, 3 * scale * scale, 3), Filter::nearest_up, scale), 3 * scale * scale, 3, 3);
  return g;
}

inline Network read(const std::filesystem::path& folder, int scale) {
  Network net(graph(scale), 0, 0, guise::Cpu());
  const std::filesystem::path path = folder / ("x" + std::to_string(scale)) / "group1-shard1of1.bin";
  // In the order of the file, and where each is among the convolutions of the graph.
  const std::array<std::size_t, 12> order{1, 2, 4, 0, 6, 7, 3, 5, 11, 8, 9, 10};
  std::ifstream file(path, std::ios::binary);
  const auto& table = net.table();
  for (const std::size_t k : order) {
    const auto &weight = table[2 * k], &bias = table[2 * k + 1];
    const std::size_t out = weight.shape[0], in = weight.shape[1], taps = weight.shape[2] * weight.shape[3];
    std::vector<float> values(out * in * taps), turned(values.size()), biases(out);
    file.read(reinterpret_cast<char*>(values.data()), std::streamsize(values.size() * sizeof(float)));
    file.read(reinterpret_cast<char*>(biases.data()), std::streamsize(out * sizeof(float)));
    for (std::size_t j = 0; j < values.size(); ++j)
      turned[(j % out * in + j / out % in) * taps + j / out / in] = values[j];
    std::ranges::copy(turned, net.parameters().data() + weight.offset);
    std::ranges::copy(biases, net.parameters().data() + bias.offset);
  }
  if (!file || file.peek() != std::ifstream::traits_type::eof())
    throw guise::Error(path.string() + ": expected the weights of esrgan-slim 1.0.0");
  return net;
}

}  // namespace super_resolution
