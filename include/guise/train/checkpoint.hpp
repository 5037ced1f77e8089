// A training in one .safetensors file: everything that the next step depends on. A training that is stopped
// after any checkpoint and resumed from it goes on bit for bit as one that was never stopped.
//
//   G_A.model.1.weight ...                        each buffer of the state (train/state.hpp), by its tables;
//   G_A.adam_mean.model.1.weight ...              these are those of a CycleGan
//   pool_A.0 ..., pool_B.0 ...                    its samples, (H, W, C)
//   metadata: steps; pool_A.random, pool_B.random its counts and random streams; a checksum over all; the
//                                                 program's own notes
//
// Gradients are zero between two steps, and what pictures are drawn is the data's function of seed and
// position. A Checkpoints writes to a temporary file, flushes, renames; the one before stays as
// checkpoint_previous.safetensors and is used where the last one is damaged. Loading throws Error, and
// changes nothing, for a damaged file or another model.
#pragma once
#include <guise/core/function_ref.hpp>
#include <guise/core/whole_numbers.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/train/state.hpp>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
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
  const auto found = notes.find(name);
  const auto result = whole_numbers<Number, count>(found == notes.end() ? "" : found->second);
  if (!result) throw Error(path.string() + ": expected a checkpoint, its " + name + " is missing");
  return *result;
}

inline bool is_sample(const Tensor& tensor) {
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

// What has the name of another could not be told from it by who reads the file.
inline void check_names_differ(std::vector<std::string> names, const std::filesystem::path& path) {
  std::ranges::sort(names);
  if (const auto twin = std::ranges::adjacent_find(names); twin != names.end())
    throw Error(path.string() + ": a state with two parts called " + *twin + ": expected names that differ");
}

// What a checkpoint holds; `path` is only for messages. Throws Error for a state in which two parts have one name.
inline Safetensors content(const State& state, const Notes& notes,
                           const std::filesystem::path& path = "checkpoint") {
  Safetensors file{{}, notes};
  std::vector<std::string> names{"checksum"};  // the notes may be those that a checkpoint gave back
  for (const auto& [name, count] : state.counts) {
    file.metadata[name] = std::to_string(*count);
    names.push_back(name);
  }
  for (const auto& [name, random] : state.randoms) {
    std::string words;
    for (const std::uint64_t word : random->state()) words += std::to_string(word) + " ";
    file.metadata[name] = words;
    names.push_back(name);
  }
  check_names_differ(std::move(names), path);
  for (const auto& buffer : state.buffers)
    append_tensors(file, buffer.table, buffer.read(), path, buffer.name);
  for (const auto& samples : state.samples) {
    auto [shape, values] = samples.read();
    const std::vector<std::size_t> sides{std::size_t(shape.h), std::size_t(shape.w), std::size_t(shape.c)};
    for (std::size_t k = 0; k < values.size(); ++k)
      file.tensors.emplace_back(samples.name + "." + std::to_string(k), Tensor{sides, std::move(values[k])});
  }
  std::vector<std::string> tensors;
  for (const auto& [name, tensor] : file.tensors) tensors.push_back(name);
  check_names_differ(std::move(tensors), path);
  file.metadata["checksum"] = checksum(file);
  return file;
}

inline Samples samples_in(const Safetensors& file, const NamedSamples& expected,
                          const std::filesystem::path& path) {
  Samples found;
  while (const Tensor* sample = file.find(expected.name + "." + std::to_string(found.values.size()))) {
    if (found.values.size() == expected.capacity || !is_sample(*sample))
      throw Error(path.string() + ": expected at most " + std::to_string(expected.capacity) +
                  " pictures (H, W, C) of finite numbers in " + expected.name);
    const Shape shape{int(sample->shape[2]), int(sample->shape[0]), int(sample->shape[1])};
    if (found.values.empty()) found.shape = shape;
    if (shape != found.shape)
      throw Error(path.string() + ": expected pictures of one size in " + expected.name);
    found.values.push_back(sample->data);
  }
  return found;
}

}  // namespace checkpoint

// Every network of the state by itself, as FOLDER/WHICH_net_NAME.safetensors, with the names of the PyTorch
// reference; notes are their metadata. Where one of them holds a value that is not finite none is written.
inline void save_networks(const std::filesystem::path& folder, const std::string& which, const State& state,
                          const Notes& notes = {}) {
  std::vector<std::pair<std::filesystem::path, Safetensors>> files;
  for (const std::string& name : state.networks) {
    const auto path = folder / (which + "_net_" + name + ".safetensors");
    Safetensors file{{}, notes};
    if (const auto of = state.fingerprints.find(name); of != state.fingerprints.end())
      file.metadata[fingerprint_note] = of->second;
    for (const auto& buffer : state.buffers)
      if (buffer.name == name + ".") append_tensors(file, buffer.table, buffer.read(), path);
    files.emplace_back(path, std::move(file));
  }
  for (const auto& [path, file] : files) write_safetensors(path, file);
}

// The file that stood at `path` becomes `previous`, unless that is empty.
inline void save_checkpoint(const std::filesystem::path& path, const State& state, const Notes& notes = {},
                            const std::filesystem::path& previous = {}) {
  write_safetensors(path, checkpoint::content(state, notes, path), previous);
}

namespace checkpoint {

inline void check_undamaged(Safetensors& file, const std::filesystem::path& path) {
  if (file.metadata["checksum"] != checksum(file))
    throw Error(path.string() + ": damaged or no checkpoint: its checksum is not that of its content");
}

// Of a file that is not damaged.
inline Notes restore(Safetensors file, const std::filesystem::path& path, const State& state) {
  std::vector<std::function<void()>> changes;  // made when all of the file has been found good
  std::size_t known = 0;                       // tensors
  for (const auto& [name, count] : state.counts) {
    const long found = checkpoint::numbers<long, 1>(file.metadata, name, path)[0];
    if (found < 0 || found == forever)
      throw Error(path.string() + ": expected a number of " + name + " from 0 on, found " +
                  std::to_string(found));
    changes.push_back([to = count, found] { *to = found; });
  }
  for (const auto& [name, random] : state.randoms) {
    const auto found = checkpoint::numbers<std::uint64_t, 4>(file.metadata, name, path);
    if (found == Random::State{})  // it would stay there for ever, and a draw below n might never end
      throw Error(path.string() + ": expected a random state in " + name + ", found four zeros");
    changes.push_back([to = random, found] { to->restore(found); });
  }
  for (const auto& buffer : state.buffers) {
    known += buffer.table.size();
    changes.push_back([&, values = tensors_in(file, buffer.table, buffer.floats, path, buffer.name)] {
      buffer.write(values);
    });
  }
  // Their room is made before anything is written: there may be too little.
  for (const auto& samples : state.samples) {
    Samples found = checkpoint::samples_in(file, samples, path);
    known += found.values.size();
    changes.push_back(samples.prepare(std::move(found)));
  }
  if (file.tensors.size() != known)
    throw Error(path.string() + ": expected the " + std::to_string(known) +
                " tensors of this training, found " + std::to_string(file.tensors.size()));
  for (const auto& change : changes) change();
  return file.metadata;
}

}  // namespace checkpoint

// The program's notes, when the training is as it was. `path` is only for messages.
inline Notes restore_checkpoint(Safetensors file, const std::filesystem::path& path, const State& state) {
  checkpoint::check_undamaged(file, path);
  return checkpoint::restore(std::move(file), path, state);
}
inline Notes load_checkpoint(const std::filesystem::path& path, const State& state) {
  return restore_checkpoint(read_safetensors(path), path, state);
}

class Checkpoints {  // of one training, in its folder
 public:
  explicit Checkpoints(const std::filesystem::path& folder)
      : last_(folder / "checkpoint.safetensors"), previous_(folder / "checkpoint_previous.safetensors") {}

  void save(const State& state, const Notes& notes) {
    save_checkpoint(last_, state, notes, last_is_good_ ? previous_ : std::filesystem::path());
    last_is_good_ = true;
  }
  // From the last one, or where that is damaged, which is told to `report`, from the one before, as where a kill came
  // between two renames; nothing where there is none. Throws Error for one that is good, but of another training, before
  // which `compare` is asked: it may say by its notes, and in better words, how it differs.
  std::optional<Notes> resume(
      const State& state, FunctionRef<void(const char*)> report,
      FunctionRef<void(const Notes&)> compare = [](const Notes&) {}) {
    std::optional<Error> problem;
    for (const auto& path : {last_, previous_}) {
      if (!std::filesystem::exists(path)) continue;
      Safetensors file;
      try {
        file = read_safetensors(path);
        checkpoint::check_undamaged(file, path);
      } catch (const Error& error) {
        report(error.what());
        if (!problem) problem = error;
        continue;
      }
      last_is_good_ = path == last_;
      compare(file.metadata);
      return checkpoint::restore(std::move(file), path, state);
    }
    if (problem) throw *problem;
    return {};
  }

 private:
  std::filesystem::path last_, previous_;
  bool last_is_good_ = true;  // else it must not take the place of the one before
};

}  // namespace guise
