// A training that starts from weights that are there already, with a fresh optimiser: the networks that a state names take
// theirs from files. What of a network does not fit the file is an Error that names the first of it, or with `partial` is left
// as it is, and told. A moving average starts there too.
//
//   StartFrom start;
//   start.add(state, "G_A", read_weights(path), path);   checks, and changes nothing
//   start.apply();                                       after all of them
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/train/state.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

class StartFrom {
 public:
  explicit StartFrom(bool partial = false) : partial_(partial) {}

  // Returns what was left out: of the network, and of the file.
  std::vector<std::string> add(const State& state, const std::string& network, const Safetensors& file,
                               const std::filesystem::path& path) {
    if (std::ranges::find(state.networks, network) == state.networks.end()) {
      std::string names;
      for (const std::string& name : state.networks) names += (names.empty() ? "" : ", ") + name;
      throw Error(path.string() + ": the training has no network " + in_quotes(network) +
                  ": expected one of " + names);
    }
    std::vector<std::string> left_out;
    std::set<std::string> used;
    const std::size_t before = changes_.size();
    for (const NamedBuffer& buffer : state.buffers) {
      if (buffer.name != network + "." && buffer.name != network + "_ema.") continue;
      const BlockNames names(file, buffer.table);
      std::vector<float> values = buffer.read();
      for (const Parameter& p : buffer.table) {
        const std::string name = names.in_file(std::string(p.name));
        const Tensor* tensor = file.find(name);
        if (tensor) used.insert(name);
        if (!tensor || tensor->shape != shape_of(p)) {
          const std::string why = in_quotes(name) + " of shape " + shape_text(shape_of(p)) +
                                  (tensor ? ", found " + shape_text(tensor->shape) : ", found none");
          if (!partial_) throw Error(path.string() + ": expected a tensor " + why);
          if (buffer.name == network + ".") left_out.push_back(why);
          continue;
        }
        if (!all_finite(*tensor))
          throw Error(path.string() + ": expected finite numbers, " + in_quotes(name) +
                      " holds one that is not");
        std::ranges::copy(tensor->data, values.begin() + static_cast<std::ptrdiff_t>(p.offset));
      }
      changes_.push_back([write = buffer.write, values = std::move(values)] { write(values); });
    }
    for (const auto& [name, tensor] : file.tensors) {
      if (used.contains(name) || name.ends_with(".running_mean") || name.ends_with(".running_var")) continue;
      if (!partial_)
        throw Error(path.string() + ": expected the tensors of this network, found " + in_quotes(name) +
                    " of shape " + shape_text(tensor.shape));
      left_out.push_back(in_quotes(name) + " of the file");
    }
    if (used.empty()) {
      changes_.resize(before);
      throw Error(path.string() + ": none of its tensors is one of " + network +
                  ": expected at least one that fits");
    }
    return left_out;
  }
  void apply() {
    for (const auto& change : std::exchange(changes_, {})) change();
  }

 private:
  bool partial_;
  std::vector<std::function<void()>> changes_;
};

}  // namespace guise
