// save_weights and load_weights keep the weights of a network in a .safetensors file, under the names, shapes
// and axis order of the PyTorch reference (model.1.weight, ...), so that Python programs can open them;
// load_weights reads PyTorch's own files too (io/weights/weights_file.hpp).
//
// A network with dropout and a file without, or the other way round, have the same tensors, whatever their positions.
// Loading throws Error, and changes nothing, where a tensor is missing, has another shape or holds a value
// that is not finite. Tensors that the network does not know are refused too, except for the running
// statistics that old files of the reference have beside instance norms, which do not use them. Saving
// refuses values that are not finite, so that a good file is never replaced by a bad one.
//
// A file notes the fingerprint of the network that saved it (graph/fingerprint.hpp) in its metadata. Loading throws Error
// where it is another than the network's, for tensors of the same shapes do not make the same network; a file without the
// note, such as PyTorch's, is known by its tensors alone.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/graph/fingerprint.hpp>
#include <guise/io/bytes/byte_reader.hpp>
#include <guise/io/weights/safetensors.hpp>
#include <guise/io/weights/weights_file.hpp>
#include <guise/net/runner.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

inline constexpr const char* fingerprint_note = "network_fingerprint";  // its name in the metadata

inline std::vector<std::size_t> shape_of(const Parameter& p) {
  return {p.shape.begin(), p.shape.begin() + p.rank};
}

// Names of a ResNet block's tensors in a file of another dropout than the network's: one between the convolutions moves
// what comes after it by a position.
class BlockNames {
 public:
  BlockNames() = default;
  BlockNames(const Safetensors& file, std::span<const Parameter> table) {
    const auto second = [](std::string_view name, std::size_t rank) {
      return name.ends_with(".conv_block.6.weight") && rank == 4;
    };
    shift_ = std::ranges::any_of(
        file.tensors, [&](const auto& named) { return second(named.first, named.second.shape.size()); });
    shift_ -= std::ranges::any_of(
        table, [&](const Parameter& p) { return second(p.name, static_cast<std::size_t>(p.rank)); });
  }
  std::string in_file(std::string name) const {
    constexpr std::string_view block = ".conv_block.";
    if (const auto at = name.find(block); shift_ && at != name.npos)
      if (char& position = name[at + block.size()]; position >= '5')
        position = static_cast<char>(position + shift_);
    return name;
  }

 private:
  int shift_ = 0;
};

inline void append_tensors(Safetensors& file, std::span<const Parameter> table,
                           const std::vector<float>& values, const std::filesystem::path& path,
                           const std::string& prefix = "") {
  for (const Parameter& p : table) {
    const float* first = values.data() + p.offset;
    Tensor tensor{shape_of(p), {first, first + p.floats}};
    if (!all_finite(tensor))
      throw Error(path.string() + ": " + prefix + std::string(p.name) +
                  " holds a value that is not finite, not written");
    file.tensors.emplace_back(prefix + std::string(p.name), std::move(tensor));
  }
}
inline std::vector<float> tensors_in(const Safetensors& file, std::span<const Parameter> table,
                                     std::size_t floats, const std::filesystem::path& path,
                                     const std::string& prefix = "", const BlockNames& names = {}) {
  std::vector<float> values(floats);
  for (const Parameter& p : table) {
    const std::string name = prefix + names.in_file(std::string(p.name)), expected = shape_text(shape_of(p));
    const Tensor* tensor = file.find(name);
    if (!tensor)
      throw Error(path.string() + ": expected a tensor " + name + " of shape " + expected + ", found none");
    if (tensor->shape != shape_of(p))
      throw Error(path.string() + ": expected " + name + " of shape " + expected + ", found " +
                  shape_text(tensor->shape));
    if (!all_finite(*tensor))
      throw Error(path.string() + ": expected finite numbers, " + name + " holds one that is not");
    std::ranges::copy(tensor->data, values.data() + p.offset);
  }
  return values;
}

// Throws Error for a tensor that is in neither table; a network without statistics ignores those of a file.
inline void check_no_other(const Safetensors& file, std::span<const Parameter> table,
                           std::span<const Parameter> statistics, const std::filesystem::path& path,
                           const BlockNames& names = {}) {
  const auto known = [&](std::span<const Parameter> in, const std::string& name) {
    return std::ranges::any_of(
        in, [&](const Parameter& p) { return names.in_file(std::string(p.name)) == name; });
  };
  for (const auto& [name, tensor] : file.tensors) {
    const bool statistic = name.ends_with(".running_mean") || name.ends_with(".running_var");
    if (!known(table, name) && !known(statistics, name) && !(statistics.empty() && statistic))
      throw Error(path.string() + ": expected the " + std::to_string(table.size() + statistics.size()) +
                  " tensors of this network, found " + in_quotes(name) + " of shape " +
                  shape_text(tensor.shape));
  }
}

// The content of a file for a network that is given by its tables and its buffers. `path` is only for
// messages.
template <class B>
Safetensors weights_in(const B& backend, std::span<const Parameter> table,
                       const typename B::Buffer& parameters, std::span<const Parameter> statistics_table,
                       const typename B::Buffer& statistics, const std::filesystem::path& path,
                       const std::map<std::string, std::string>& metadata = {}) {
  Safetensors file{{}, metadata};
  append_tensors(file, table, on_host(backend, parameters), path);
  append_tensors(file, statistics_table, on_host(backend, statistics), path);
  return file;
}
template <class B> void save_weights(const std::filesystem::path& path, const Runner<B>& net) {
  write_safetensors(path, weights_in(net.backend(), net.table(), net.parameters(), net.statistics_table(),
                                     net.statistics(), path, {{fingerprint_note, fingerprint(net.graph())}}));
}

// Throws Error for tensors that a network of another graph has saved. `network`: what this one is, in words.
inline void check_fingerprint(const Safetensors& file, const Graph& graph, const std::filesystem::path& path,
                              const std::string& network = "this one") {
  const auto note = file.metadata.find(fingerprint_note);
  if (note != file.metadata.end() && note->second != fingerprint(graph))
    throw Error(path.string() + ": made by a network that differs from " + network +
                ", in more than its tensors: expected load_weights into that network in a program");
}

// Throws Error for a running variance below 0 among a network's statistics.
inline void check_variances(std::span<const Parameter> statistics, const std::vector<float>& values,
                            const std::filesystem::path& path) {
  for (const Parameter& p : statistics)
    if (std::string_view(p.name).ends_with(".running_var") &&
        std::ranges::any_of(std::span(values).subspan(p.offset, p.floats), [](float v) { return v < 0; }))
      throw Error(path.string() + ": expected variances from 0 on, " + std::string(p.name) +
                  " holds one below");
}
// Throws Error for weights that are not those of a network of this graph; `path` is only for messages.
inline void check_weights(const Safetensors& file, const Graph& graph, const std::filesystem::path& path,
                          const std::string& network = "this one") {
  const std::vector<Parameter> table = parameter_table(graph), statistics = statistics_table(graph);
  const BlockNames names(file, table);
  tensors_in(file, table, graph.parameters, path, "", names);
  const auto values = tensors_in(file, statistics, graph.statistics, path, "", names);
  check_no_other(file, table, statistics, path, names);
  check_variances(statistics, values, path);
  check_fingerprint(file, graph, path, network);
}

// `path`, and what the network is called, are only for messages.
template <class B>
void load_weights(Runner<B>& net, const Safetensors& file, const std::filesystem::path& path,
                  const std::string& network = "this one") {
  const BlockNames names(file, net.table());
  const auto parameters = tensors_in(file, net.table(), net.parameters().size(), path, "", names);
  const auto statistics = tensors_in(file, net.statistics_table(), net.statistics().size(), path, "", names);
  check_no_other(file, net.table(), net.statistics_table(), path, names);
  check_fingerprint(file, net.graph(), path, network);
  net.backend().upload(parameters.size(), parameters.data(), net.parameters().data());
  net.backend().upload(statistics.size(), statistics.data(), net.statistics().data());
}
template <class B> void load_weights(const std::filesystem::path& path, Runner<B>& net) {
  load_weights(net, read_weights(path), path);
}

}  // namespace guise
