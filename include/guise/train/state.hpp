// The state of a training: everything that its next step depends on, under names and without types. A model
// lists what it has, and whoever saves, restores or compares trainings needs to know nothing else of it:
//
//   State state;
//   state.add("steps", steps);                                 a whole number from 0 on
//   state.add("pool_A.random", random);                        a random stream
//   state.add_network("G_A", net);                             parameters and running statistics of a network, or one
//                                                              after the other of its parts (train/chain.hpp)
//   state.add("G_A.adam_mean.", net.table(), device, mean);    a buffer with one value for each parameter
//   state.add("scale", {3, 1}, device, scale);                 a buffer that is one tensor of this shape
//   state.add_samples({"pool_A", ...});                        samples of one shape, whose number changes
//
// A State refers to what was added, which must outlive it and stay where it is. The networks that it names are
// those whose weights are worth files of their own (save_networks in train/checkpoint.hpp).
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/parameter.hpp>
#include <guise/core/random.hpp>
#include <guise/graph/fingerprint.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace guise {

inline constexpr long forever = std::numeric_limits<long>::max();

struct NamedBuffer {
  std::string name;              // comes before each name of the table: "G_A.", "G_A.adam_mean."
  std::vector<Parameter> table;  // what lies where; one without a name is a single tensor, called `name`
  std::size_t floats;
  std::function<std::vector<float>()> read;
  std::function<void(const std::vector<float>&)> write;
};

struct Samples {
  Shape shape{};
  std::vector<std::vector<float>> values;  // of each sample, (H, W, C)
};
struct NamedSamples {
  std::string name;
  std::size_t capacity;
  std::function<Samples()> read;
  // Makes room, for which it may throw, and changes nothing; what it returns puts the samples there.
  std::function<std::function<void()>(Samples)> prepare;
};

struct State {
  std::vector<std::pair<std::string, long*>> counts;
  std::vector<std::pair<std::string, Random*>> randoms;
  std::vector<NamedBuffer> buffers;
  std::vector<NamedSamples> samples;
  std::vector<std::string> networks;  // NAME, of which the buffers called "NAME." are the weights
  std::map<std::string, std::string> fingerprints;  // of each network, for its file (graph/fingerprint.hpp)

  void add(std::string name, long& count) { counts.emplace_back(std::move(name), &count); }
  void add(std::string name, Random& random) { randoms.emplace_back(std::move(name), &random); }
  void add_samples(NamedSamples some) { samples.push_back(std::move(some)); }

  template <class Device>
  void add(std::string name, std::span<const Parameter> table, const Device& device,
           typename Device::Buffer& buffer) {
    buffers.push_back({std::move(name),
                       {table.begin(), table.end()},
                       buffer.size(),
                       [device, &buffer] { return on_host(device, buffer); },
                       [device, &buffer](const std::vector<float>& values) {
                         device.upload(values.size(), values.data(), buffer.data());
                       }});
  }
  template <class Device>
  void add(std::string name, std::initializer_list<int> shape, const Device& device,
           typename Device::Buffer& buffer) {
    Parameter whole;
    std::size_t numbers = 1;
    for (const int side : shape) numbers *= static_cast<std::size_t>(side);
    if (shape.size() > whole.shape.size() || numbers != buffer.size())
      throw Error("a buffer of " + std::to_string(buffer.size()) + " numbers called " + name +
                  ": expected a shape of at most four sides that holds as many");
    std::ranges::copy(shape, whole.shape.begin());
    whole.rank = static_cast<int>(shape.size());
    whole.floats = numbers;
    add(std::move(name), {&whole, 1}, device, buffer);
  }
  template <class Net> void add_network(const std::string& name, Net& net) {
    add_network(name, net, net.parameters());
  }
  // The same with these in place of its parameters.
  template <class Net>
  void add_network(const std::string& name, Net& net, typename Net::Backend::Buffer& parameters) {
    add(name + ".", net.table(), net.backend(), parameters);
    add(name + ".", net.statistics_table(), net.backend(), net.statistics());
    if (std::ranges::find(networks, name) == networks.end()) networks.push_back(name);
    fingerprints[name] = fingerprint(net.graph());
  }
};

}  // namespace guise
