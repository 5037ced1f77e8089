// Along which axis the output channels of a weight lie, for int8, whose scales are one for each of them: the first, but for
// transposed convolutions, which PyTorch stores as (in, out, k, k). Which these are the graphs of a file's generators tell.
#pragma once
#include <guise/deploy/networks_in_weights.hpp>
#include <guise/graph/table.hpp>

#include <set>
#include <string>

namespace guise {

inline void note_channel_axes(Safetensors& file) {
  std::set<std::string> transposed;
  for (const std::string& prefix : generator_prefixes(file)) {
    const Graph graph = generator(*detail::generator_behind({file, prefix}));
    for (const Node& node : graph.nodes)
      if (node.op == Op::conv && node.window.transposed)
        transposed.insert(prefix + std::string(path(graph, node.scope) + "weight"));
  }
  for (auto& [name, tensor] : file.tensors)
    tensor.channel_axis = tensor.shape.size() >= 2 && transposed.contains(name) ? 1 : 0;
}

}  // namespace guise
