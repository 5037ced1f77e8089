// A training in one .safetensors file: everything that the next step depends on. A training that is stopped
// after any checkpoint and resumed from it goes on bit for bit as one that was never stopped.
//
//   G_A.model.1.weight ...                        parameters and running statistics, likewise G_B, D_A, D_B
//   G_A.adam_mean.model.1.weight ..., adam_square what Adam remembers
//   pool_A.0 ..., pool_B.0 ...                    pictures of the pools, (H, W, C)
//   metadata: steps; pool_A.random, pool_B.random; a checksum over all; the program's own notes
//
// Gradients are zero between two steps, and what pictures are drawn is the data's function of seed and
// position. A Checkpoints writes to a temporary file, flushes, renames; the one before stays as
// checkpoint_previous.safetensors and is used where the last one is damaged. Loading throws Error, and
// changes nothing, for a damaged file or another architecture.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/train/training_state.hpp>

#include <charconv>
#include <climits>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace guise {

using Notes = std::map<std::string, std::string>;  // what a program wants to find again

namespace checkpoint {

// Of names, notes, shapes and numbers: a damaged file is refused, not trained on.
class Checksum {
 public:
  void add(std::uint64_t word) { sum_ = std::rotl((sum_ ^ word) * 0x9e3779b97f4a7c15u, 29); }
  void add(const std::string& text) {
    add(text.size());
    for (char c : text) add(static_cast<unsigned char>(c));
  }
  std::string text() const { return std::to_string(sum_); }

 private:
  std::uint64_t sum_ = 0;
};
inline std::string checksum(const Safetensors& file) {
  Checksum sum;
  for (const auto& [key, value] : file.metadata)
    if (key != "checksum") sum.add(key), sum.add(value);
  for (const auto& [name, tensor] : file.tensors) {
    sum.add(name);
    for (std::size_t side : tensor.shape) sum.add(side);
    for (float value : tensor.data) sum.add(std::bit_cast<std::uint32_t>(value));
  }
  return sum.text();
}

// The note of this name as whole numbers between spaces.
template <class Number, std::size_t count>
std::array<Number, count> numbers(const Notes& notes, const std::string& name,
                                  const std::filesystem::path& path) {
  std::array<Number, count> result{};
  const auto found = notes.find(name);
  const std::string text = found == notes.end() ? "" : found->second;
  const char *at = text.data(), *end = at + text.size();
  for (Number& number : result) {
    while (at != end && *at == ' ') ++at;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc())
      throw Error(path.string() + ": expected a checkpoint, its " + name + " is missing");
    at = rest;
  }
  return result;
}

inline bool is_picture(const Tensor& tensor) {
  return tensor.shape.size() == 3 &&
         std::ranges::all_of(tensor.shape, [](std::size_t side) { return side > 0 && side <= INT_MAX; }) &&
         std::ranges::all_of(tensor.data, [](float value) { return std::isfinite(value); });
}

// f(table, buffer, what comes before the names of the table) for all that is kept of a network.
template <class Trained, class F> void visit(const Trained& net, F f) {
  f(net.table, *net.parameters, net.name + ".");
  f(net.statistics_table, *net.statistics, net.name + ".");
  for (auto& state : net.adam->buffers) f(net.table, state.floats, net.name + "." + state.name + ".");
}

// What a checkpoint holds; `path` is only for messages.
template <class Device>
Safetensors content(const TrainingState<Device>& state, const Notes& notes,
                    const std::filesystem::path& path = "checkpoint") {
  Safetensors file{{}, notes};
  file.metadata["steps"] = std::to_string(*state.steps);
  for (const auto& net : state.networks)
    visit(net, [&](const auto& table, const auto& buffer, const std::string& prefix) {
      append_tensors(file, table, on_host(state.device, buffer), path, prefix);
    });
  for (const auto& [name, pool] : state.pools) {
    std::string random;
    for (std::uint64_t word : pool->random.state()) random += std::to_string(word) + " ";
    file.metadata[name + ".random"] = random;
    const Shape s = pool->shape;
    for (std::size_t k = 0; k < pool->count; ++k) {
      Tensor picture{{std::size_t(s.h), std::size_t(s.w), std::size_t(s.c)}, std::vector<float>(s.floats())};
      state.device.download(s.floats(), pool->pictures.data() + k * s.floats(), picture.data.data());
      file.tensors.emplace_back(name + "." + std::to_string(k), std::move(picture));
    }
  }
  file.metadata["checksum"] = checksum(file);
  return file;
}

}  // namespace checkpoint

// Every network by itself, as FOLDER/WHICH_net_{G_A,G_B,D_A,D_B}.safetensors, names of the PyTorch reference;
// notes are their metadata. Where one of them holds a value that is not finite none is written.
template <class Device>
void save_networks(const std::filesystem::path& folder, const std::string& which,
                   const TrainingState<Device>& state, const Notes& notes = {}) {
  std::vector<std::pair<std::filesystem::path, Safetensors>> files;
  for (const auto& net : state.networks) {
    const auto path = folder / (which + "_net_" + net.name + ".safetensors");
    files.emplace_back(path, weights_in(state.device, net.table, *net.parameters, net.statistics_table,
                                        *net.statistics, path, notes));
  }
  for (const auto& [path, file] : files) write_safetensors(path, file);
}

// The file that stood at `path` becomes `previous`, unless that is empty.
template <class Device>
void save_checkpoint(const std::filesystem::path& path, const TrainingState<Device>& state,
                     const Notes& notes = {}, const std::filesystem::path& previous = {}) {
  write_safetensors(path, checkpoint::content(state, notes, path), previous);
}

// The program's notes, when the training is as it was. `path` is only for messages.
template <class Device>
Notes restore_checkpoint(Safetensors file, const std::filesystem::path& path,
                         const TrainingState<Device>& state) {
  if (file.metadata["checksum"] != checkpoint::checksum(file))
    throw Error(path.string() + ": damaged or no checkpoint: its checksum is not that of its content");
  const long steps = checkpoint::numbers<long, 1>(file.metadata, "steps", path)[0];
  if (steps < 0 || steps == forever)
    throw Error(path.string() + ": expected a number of steps from 0 on, found " + std::to_string(steps));

  std::vector<std::function<void()>> changes;  // made when all of the file has been found good
  std::size_t known = 0;
  for (const auto& net : state.networks) {
    checkpoint::visit(net, [&](const auto& table, auto& buffer, const std::string& prefix) {
      known += table.size();
      changes.push_back([&, values = tensors_in(file, table, buffer.size(), path, prefix)] {
        state.device.upload(values.size(), values.data(), buffer.data());
      });
    });
  }
  for (const auto& [name, pool] : state.pools) {
    PoolState<Device> found{pool->capacity, pool->random};
    const auto random = checkpoint::numbers<std::uint64_t, 4>(file.metadata, name + ".random", path);
    if (random == Random::State{})  // it would stay there for ever, and a draw below n might never end
      throw Error(path.string() + ": expected a random state in " + name + ", found four zeros");
    found.random.restore(random);
    while (const Tensor* picture = file.find(name + "." + std::to_string(found.count))) {
      if (found.count == pool->capacity || !checkpoint::is_picture(*picture))
        throw Error(path.string() + ": expected at most " + std::to_string(pool->capacity) +
                    " pictures (H, W, C) of finite numbers in " + name);
      const Shape shape{int(picture->shape[2]), int(picture->shape[0]), int(picture->shape[1])};
      if (found.count == 0) found.start(shape, state.device);
      if (shape != found.shape) throw Error(path.string() + ": expected pictures of one size in " + name);
      state.device.upload(shape.floats(), picture->data.data(),
                          found.pictures.data() + found.count++ * shape.floats());
    }
    known += found.count;
    changes.push_back([to = pool, from = std::make_shared<PoolState<Device>>(std::move(found))] {
      *to = std::move(*from);
    });
  }
  if (file.tensors.size() != known)
    throw Error(path.string() + ": expected the " + std::to_string(known) +
                " tensors of this training, found " + std::to_string(file.tensors.size()));
  for (const auto& change : changes) change();
  *state.steps = steps;
  return file.metadata;
}
template <class Device>
Notes load_checkpoint(const std::filesystem::path& path, const TrainingState<Device>& state) {
  return restore_checkpoint(read_safetensors(path), path, state);
}

class Checkpoints {  // of one training, in its folder
 public:
  explicit Checkpoints(const std::filesystem::path& folder)
      : last_(folder / "checkpoint.safetensors"), previous_(folder / "checkpoint_previous.safetensors") {}

  template <class Device> void save(const TrainingState<Device>& state, const Notes& notes) const {
    save_checkpoint(last_, state, notes, previous_);
  }
  // From the last one, or where that is damaged, which is told to `report`, from the one before; nothing
  // where there is none.
  template <class Device, class Report>
  std::optional<Notes> resume(const TrainingState<Device>& state, Report report) const {
    std::optional<Error> problem;
    for (const auto& path : {last_, previous_}) try {
        if (std::filesystem::exists(path)) return load_checkpoint(path, state);
      } catch (const Error& error) {
        report(error.what());
        if (!problem) problem = error;
      }
    if (problem) throw *problem;
    return {};
  }

 private:
  std::filesystem::path last_, previous_;
};

}  // namespace guise
