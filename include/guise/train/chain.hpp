// A network that learns, as a chain of networks that do (graph/split.hpp), so that a training can see the values between
// its links, and learn from them:
//
//   Chain<A, B, Device, Fused, Adam> g(graph, {value_after(graph, 4)}, seed, stream, device);
//   auto [y, tapes] = g.forward(x);            through all of them
//   g.learn(std::move(tapes), dy);
//   auto [y, tape] = g[0].forward(x);          through the first alone: layers 0 to 4
//
// It starts with the parameters that Network(graph, seed, stream, device, start) has, and its state has them under the names that they
// have there, as one network.
#pragma once
#include <guise/graph/split.hpp>
#include <guise/train/trained.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace guise {

template <class From, class To> struct Between;  // the domain of what lies between the links

template <class From, class To, class Device, class Form, class Rule> class Chain {
  using Inner = Between<From, To>;
  using Floats = typename Device::Buffer;

 public:
  using Net = Network<Inner, Inner, Described, Device, Form>;
  using Link = Trained<Net, Rule, MovingAverage>;
  using Tapes = std::vector<typename Net::Tape>;
  struct Run {
    Batch<To, Device> y;
    Tapes tapes;
  };

  Chain(const Graph& graph, const std::vector<Value>& after, std::uint64_t seed, std::uint64_t stream,
        Device device, Rule rule, const Initialization& start = initial::normal(), double ema = 0)
      : graph_(graph) {
    const Net whole(graph, seed, stream, device, start);
    std::size_t parameters = 0, statistics = 0;
    const auto take = [&](const Floats& from, std::size_t& at, Floats& to) {
      device.copy(to.size(), from.data() + at, to.data());
      at += to.size();
    };
    for (const Graph& part : split(graph, after)) {
      Net net(part, seed, stream + links_.size(), device);
      take(whole.parameters(), parameters, net.parameters());
      take(whole.statistics(), statistics, net.statistics());
      links_.emplace_back(std::move(net), rule, ema);
    }
  }

  Run forward(Batch<From, Device> x) {
    auto y = as<Inner>(std::move(x));
    Tapes tapes;
    for (Link& link : links_) {
      auto [next, tape] = link.forward(y);
      y = std::move(next);
      tapes.push_back(std::move(tape));
    }
    return {as<To>(std::move(y)), std::move(tapes)};
  }
  void learn(Tapes tapes, Gradient<To, Device> dy) {
    auto slope = as<Tangent<Inner>>(std::move(dy));
    for (std::size_t k = links_.size(); --k > 0;) slope = links_[k].backward(std::move(tapes[k]), slope);
    links_[0].learn(std::move(tapes[0]), slope);
  }

  std::size_t size() const { return links_.size(); }
  Link& operator[](std::size_t k) { return links_[k]; }
  const Graph& graph() const { return graph_; }
  // Of what the network gives after each link, of a picture of this shape.
  std::vector<Shape> shapes(Shape picture) const {
    std::vector<Shape> all;
    for (const Link& link : links_) all.push_back(picture = link.net().out(picture));
    return all;
  }

  void freeze(const std::vector<std::string>& names) {
    for (Link& link : links_) link.freeze(names);
  }
  // Parameters, averaged where that is kept, and running statistics become those of a network of the whole graph.
  template <class Whole> void copy_to(Whole& whole) const {
    std::size_t parameters = 0, statistics = 0;
    const auto give = [&](const Floats& from, Floats& to, std::size_t& at) {
      whole.backend().copy(from.size(), from.data(), to.data() + at);
      at += from.size();
    };
    for (const Link& link : links_) {
      give(link.averaged(), whole.parameters(), parameters);
      give(link.net().statistics(), whole.statistics(), statistics);
    }
  }
  void add_to(State& state, const std::string& name) {
    for (Link& link : links_) link.add_to(state, name);
    for (const std::string& whole : {name, name + "_ema"})
      if (const auto part = state.fingerprints.find(whole); part != state.fingerprints.end())
        part->second = fingerprint(graph_);
  }

 private:
  Graph graph_;
  std::vector<Link> links_;
};

}  // namespace guise
