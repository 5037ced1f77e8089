// A network as a value: nodes in an order in which they can run. Node 0 is the input, the last node the output.
// Layers emit nodes by calling the members of a Graph, in a constant expression or at run time, and whatever is
// asked of a network (shapes, parameters, fusion, memory, a summary) is an ordinary constexpr function of its graph.
//
//   Graph g;
//   Value y = g.conv(0, {.in = 3, .out = 64, .kernel = 7});  // 0: the input
//   y = g.activation(y, Activation::relu);
//
// What a rewrite must not lose is fixed when a node is emitted: where its parameters begin, its name and the random
// stream of a dropout. A graph records the first mistake about channels and goes on, so that the compiler can print
// it as a type (layer/sentence.hpp); at run time `check` throws it as an Error in the same words. Operands must be values
// that are there, channels at most 2^20, nodes as many and parameters 2^48: else what emits a node throws Error.
#pragma once
#include <guise/graph/node.hpp>

#include <string>
#include <vector>

namespace guise {

// A part of a network that has a name: "model", then positions and labels, as in model.10.conv_block.1
struct Scope {
  int parent = -1;
  Label label{};
  int position = -1;  // of a numbered part, which has no label
  Label title{};      // what a summary calls the part, if it is more than one layer
  friend constexpr bool operator==(const Scope&, const Scope&) = default;
};

// The first mistake about channels, with its position: {10, 3} is the fourth layer inside the eleventh.
struct Mistake {
  bool made = false, in_sum = false;  // in_sum: `wanted` channels are added to a body that gives `given`
  int depth = 0, position[3] = {}, wanted = 0, given = 0;
  friend constexpr bool operator==(const Mistake&, const Mistake&) = default;
};

// In a constant expression the call is a compile error, and its name what the compiler says.
[[noreturn]] inline void custom_layer_must_say_its_channels() {
  throw Error(
      "a custom layer gives other channels than it takes, of an input of any number: expected the layer to "
      "say how "
      "many it takes (channels)");
}

struct Graph {
  std::vector<Node> nodes = std::vector<Node>(1, Node{.times = 1});
  std::vector<Scope> scopes = std::vector<Scope>(1, Scope{.label = "model"});
  int scope = 0;  // of the nodes that are being emitted
  std::size_t parameters = 0, statistics = 0;
  Mistake mistake{};
  friend constexpr bool operator==(const Graph&, const Graph&) = default;

  constexpr int channels() const { return nodes[0].channels; }
  constexpr Value output() const { return static_cast<Value>(nodes.size()) - 1; }
  constexpr const Node& operator[](Value v) const { return nodes[static_cast<std::size_t>(v)]; }
  constexpr Node& operator[](Value v) { return nodes[static_cast<std::size_t>(v)]; }
  // What a summary calls the part whose nodes are being emitted, if nobody has said.
  constexpr void title(Label label) {
    Scope& part = scopes[static_cast<std::size_t>(scope)];
    if (scope != 0 && part.title == Label()) part.title = label;
  }

  // ---- what layers emit ----
  constexpr Value conv(Value x, Window w) {
    w.check();
    takes(x, w.in);
    return emit({.op = Op::conv, .a = x, .channels = w.out, .window = w, .adds_bias = w.bias});
  }
  constexpr Value depthwise(Value x, Window w) {
    w.check();
    if (w.spectral_norm)
      throw Error("a spectral norm of a depthwise convolution: expected a convolution of all channels");
    takes(x, w.in);
    return emit({.op = Op::depthwise, .a = x, .channels = w.out, .window = w, .adds_bias = w.bias});
  }
  constexpr Value instance_norm(Value x, int channels, bool affine = false, double epsilon = 1e-5) {
    takes(x, channels);
    return emit({.op = affine ? Op::norm : Op::prologue,
                 .a = x,
                 .channels = channels,
                 .prologue = {.normalize = true, .epsilon = epsilon}});
  }
  constexpr Value batch_norm(Value x, int channels, double epsilon = 1e-5) {
    takes(x, channels);
    return emit({.op = Op::norm,
                 .a = x,
                 .channels = channels,
                 .prologue = {.normalize = true, .epsilon = epsilon},
                 .of_batch = true});
  }
  constexpr Value activation(Value x, Activation f) {
    return emit(as_wide_as(x, {.op = Op::prologue, .a = x, .prologue = {.activation = f}}));
  }
  constexpr Value reflect(Value x, int size) {
    if (size < 1 || size > most_border) refuse("a reflection has a border", size, "at least 1, at most 2^15");
    return emit(as_wide_as(x, {.op = Op::prologue, .a = x, .prologue = {.reflect = size}}));
  }
  constexpr Value dropout(Value x, double rate) {
    if (!(rate >= 0 && rate < 1))
      throw Error("a dropout with a rate of " + std::to_string(rate) + ": expected from 0 to below 1");
    return emit(as_wide_as(x, {.op = Op::dropout, .a = x, .rate = rate, .stream = nodes.size()}));
  }
  constexpr Value add(Value body, Value x) {
    agree(body, x, true);
    return emit(as_wide_as(x, {.op = Op::prologue, .a = body, .b = x}));
  }
  constexpr Value concat(Value x, Value y) {
    const Node &first = operand(x), &second = operand(y);
    return emit({.op = Op::concat,
                 .a = x,
                 .b = y,
                 .channels = first.channels + second.channels,
                 .times = first.times + second.times});
  }
  // s has a number for each pixel, for each channel, or for all of x.
  constexpr Value multiply(Value x, Value s) {
    if (operand(s).times != 0 || operand(s).channels != 1) agree(s, x, false);
    return emit(as_wide_as(x, {.op = Op::multiply, .a = x, .b = s}));
  }
  constexpr Value reduce(Value x, bool pixels, bool channels, bool mean) {
    Node node =
        as_wide_as(x, {.op = Op::reduce, .a = x, .pixels = pixels, .over_channels = channels, .mean = mean});
    if (channels) node.channels = 1, node.times = 0;
    return emit(node);
  }
  constexpr Value resample(Value x, Filter filter, int factor) {
    if (factor < 1) refuse("a resampling has a factor", factor, "at least 1");
    return emit(as_wide_as(x, {.op = Op::resample, .a = x, .filter = filter, .factor = factor}));
  }
  constexpr Value pad_channels(Value x, int from, int to) {
    if (to < from) refuse("a channel padding gives channels in a number", to, "as many as it takes, or more");
    takes(x, from);
    return emit({.op = Op::pad_channels, .a = x, .channels = to});
  }
  constexpr Value max_pool(Value x, int size) {
    if (size < 1) refuse("max pooling has a window", size, "at least 1");
    return emit(as_wide_as(x, {.op = Op::max_pool, .a = x, .window = {.kernel = size, .stride = size}}));
  }
  constexpr Value custom(const CustomLayer& layer, Value x, Value y = no_value) {
    if (layer.channels) takes(x, layer.channels);
    if (y != no_value) operand(y);
    Node node = as_wide_as(x, {.op = Op::custom, .a = x, .b = y, .custom = &layer});
    if (node.times != 0 && y == no_value && layer.out({64, 64, 64}, {}).c != 64)
      custom_layer_must_say_its_channels();
    if (node.times == 0)
      node.channels =
          layer.out({node.channels, 64, 64}, y < 0 ? Shape{} : Shape{(*this)[y].channels, 64, 64}).c;
    return emit(node);
  }

 private:
  constexpr Value emit(Node node) {
    if (nodes.size() > 1 << 20) refuse("a network has layers in a number", 1 << 20, "fewer");
    for (const int channels : {node.channels, node.times}) wide(channels);
    node.scope = scope;
    node.parameters = parameters, node.statistics = statistics;
    parameters += floats(tensors(node)), statistics += floats(running_statistics(node));
    if (parameters > std::size_t{1} << 48)
      throw Error("a network of more than 2^48 parameters: expected fewer or narrower layers");
    nodes.push_back(node);
    return output();
  }
  static constexpr int wide(std::int64_t channels) {
    if (channels < 0 || channels > most_channels)
      throw Error("a value of a network has too many channels: expected at most 2^20");
    return static_cast<int>(channels);
  }
  constexpr const Node& operand(Value v) const {
    if (v < 0 || v > output()) refuse("a layer reads a value", v, "that of a node before it");
    return (*this)[v];
  }
  constexpr Node as_wide_as(Value x, Node node) const {
    node.channels = operand(x).channels, node.times = operand(x).times;
    return node;
  }
  constexpr void takes(Value x, int wanted) {
    const Node& node = operand(x);
    if (node.times == 0 ? node.channels != wanted : !resolve(node, wanted))
      record(wanted, node.channels, false);
  }
  constexpr void agree(Value body, Value x, bool in_sum) {  // as wide as each other
    const Node &sum = operand(x), &given = operand(body);
    const bool ok = sum.times == given.times ? sum.channels == given.channels
                    : given.times            ? resolve(given, sum.channels)
                                             : resolve(sum, given.channels);
    if (!ok) record(sum.channels, given.channels, in_sum);
  }
  // Nobody has said yet how many channels the input has: so many that this node has `wanted`.
  constexpr bool resolve(const Node& node, int wanted) {
    const int rest = wanted - node.channels, times = node.times;
    if (rest <= 0 || rest % times != 0) return false;
    for (Node& other : nodes) {
      other.channels = wide(other.channels + std::int64_t{other.times} * (rest / times));
      other.times = 0;
    }
    return true;
  }
  constexpr void record(int wanted, int given, bool in_sum) {
    if (mistake.made) return;
    mistake = {.made = true, .in_sum = in_sum, .wanted = wanted, .given = given};
    int count = 0;
    for (int s = scope; s >= 0; s = scopes[static_cast<std::size_t>(s)].parent)
      count += scopes[static_cast<std::size_t>(s)].position >= 0;
    mistake.depth = count < 3 ? count : 3;
    for (int s = scope; s >= 0; s = scopes[static_cast<std::size_t>(s)].parent)
      if (const int p = scopes[static_cast<std::size_t>(s)].position; p >= 0 && --count < 3)
        mistake.position[count] = p;
  }
};

// Whether `is` holds for one of its nodes.
template <class Is> constexpr bool has_node(const Graph& g, Is is) {
  for (const Node& node : g.nodes)
    if (is(node)) return true;
  return false;
}

// Nodes that are emitted while it lives belong to a part of this label or position.
class Inside {
 public:
  constexpr Inside(Graph& g, Label label, Label title = {}) : Inside(g, Scope{g.scope, label, -1, title}) {}
  constexpr Inside(Graph& g, int position) : Inside(g, Scope{g.scope, {}, position, {}}) {}
  constexpr ~Inside() { graph_.scope = graph_.scopes[static_cast<std::size_t>(graph_.scope)].parent; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  constexpr Inside(Graph& g, const Scope& scope) : graph_(g) {
    g.scope = static_cast<int>(g.scopes.size());
    g.scopes.push_back(scope);
  }
  Graph& graph_;
};

// Throws the mistake, in the words of the compiler's message, and refuses a network without layers, or one whose nodes
// somebody has put into an order in which they cannot run.
inline void check(const Graph& g) {
  for (Value k = 1; k <= g.output(); ++k)
    if (const Node& node = g[k]; node.a < 0 || node.a >= k || node.b < no_value || node.b >= k)
      refuse("a node has the number", k, "operands that are nodes before it");
  const Mistake& m = g.mistake;
  if (!m.made && g.nodes.size() > 1) return;
  if (!m.made) throw Error("a network without layers: expected at least one");
  std::string where = "layer";
  for (int k = 0; k < m.depth; ++k) where += (k ? "." : " ") + std::to_string(m.position[k]);
  throw Error(m.in_sum ? where + " adds " + std::to_string(m.wanted) + " channels to a body that gives " +
                             std::to_string(m.given)
                       : where + " takes " + std::to_string(m.wanted) + " channels but is given " +
                             std::to_string(m.given));
}

}  // namespace guise
