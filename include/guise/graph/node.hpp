// A node of a network's graph. There is one kind of node for networks as they are written and as they are fused:
// a convolution has a prologue and an epilogue, all of whose parts are optional, and fusing fills them in.
//
//   x --[prologue: normalize, activate, reflect]--> [convolution] --[epilogue: bias and activation, or moments]--> y
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/backend/resample.hpp>
#include <guise/core/shape.hpp>
#include <guise/graph/custom.hpp>
#include <guise/graph/window.hpp>

#include <cstdint>
#include <vector>

namespace guise {

enum class Op : unsigned char {
  input,
  conv,
  depthwise,     // every channel by itself
  prologue,      // normalizes, activates, reflects, adds another value
  norm,          // normalizes, then a learnt scale and shift
  dropout,       //
  concat,        // the channels of two values side by side
  multiply,      // by another value, one number a pixel or a channel, or all
  reduce,        // sums or means over pixels or channels
  resample,      // by a fixed filter, up or down
  pad_channels,  // channels of zeros behind
  max_pool,
  custom,
};

using Value = int;  // the number of the node that makes it
inline constexpr Value no_value = -1;

// What is done to an operand while it is read: each part optional, in this order.
struct ReadPrologue {
  bool normalize = false;  // every channel of every sample to mean 0 and variance 1
  Activation activation{};
  int reflect = 0;        // mirrored border, in pixels
  double epsilon = 1e-5;  // of the norm
  friend constexpr bool operator==(const ReadPrologue&, const ReadPrologue&) = default;

  // Of the last part: another part may join if its rank is higher.
  constexpr int rank() const {
    if (reflect) return 3;
    return activation.kind != Activation::none ? 2 : normalize ? 1 : 0;
  }
  constexpr bool empty() const { return rank() == 0; }
  constexpr Shape shape(Shape x) const { return {x.c, x.h + 2 * reflect, x.w + 2 * reflect}; }
  constexpr Prologue geometry(int n, Shape x) const {
    return {n, x.h, x.w, x.c, normalize, activation, reflect, epsilon};
  }
};

struct Node {
  Op op = Op::input;
  Value a = no_value, b = no_value;  // operands; b: what a prologue adds, what a concat appends
  int channels = 0,
      times = 0;            // of its value: `channels`, and `times` those of the input while nobody has said
  ReadPrologue prologue{};  // of a, before a conv or by itself
  Window window{};
  bool adds_bias = false;              // epilogue of a conv
  bool moments = false;                // epilogue: with the statistics for the norm that follows,
  double epsilon = 1e-5;               // which has this epsilon
  Activation activation{};             // epilogue
  bool of_batch = false;               // norm: over the batch, with running statistics
  double rate = 0;                     // of dropout
  std::uint64_t stream = 0;            // of dropout's chance
  Filter filter = Filter::nearest_up;  // of resample, by
  int factor = 1;                      //
  bool pixels = false, over_channels = false, mean = false;  // of reduce: over what
  const CustomLayer* custom = nullptr;
  int scope = 0;                               // its name
  std::size_t parameters = 0, statistics = 0;  // where its own begin
  friend constexpr bool operator==(const Node&, const Node&) = default;
};

// Has a prologue and an epilogue.
constexpr bool is_convolution(const Node& node) { return node.op == Op::conv || node.op == Op::depthwise; }

constexpr bool is_channelwise(const Node& node) {  // by operations that a backend may lack
  return node.op == Op::depthwise || node.op == Op::max_pool || node.op == Op::pad_channels;
}

constexpr bool has_spectral_norm(const Node& node) { return node.window.spectral_norm; }

// Neither a convolution nor a prologue that a backend does in one.
constexpr bool is_other(const Node& node) {
  return node.op != Op::input && node.op != Op::conv &&
         (node.op != Op::prologue || !node.prologue.activation.fusable());
}

// ---- what a node owns ----
constexpr std::vector<TensorSpec> tensors(const Node& node) {
  const int c = node.channels;
  const Window& w = node.window;
  switch (node.op) {
    case Op::norm:
      return {{"weight", {c, 1, 1, 1}, 1, Initializer::near_one}, {"bias", {c, 1, 1, 1}, 1}};
    case Op::custom:
      return {node.custom->tensors.begin(), node.custom->tensors.end()};
    case Op::conv:
    case Op::depthwise: {
      const int first = w.transposed ? w.in : w.out, second = w.transposed ? w.out : w.in;
      std::vector<TensorSpec> all{{has_spectral_norm(node) ? "weight_orig" : "weight",
                                   {first, node.op == Op::depthwise ? 1 : second, w.kernel, w.kernel},
                                   4,
                                   Initializer::normal}};
      if (w.bias) all.push_back({"bias", {w.out, 1, 1, 1}, 1});
      return all;
    }
    default:
      return {};
  }
}
constexpr std::vector<TensorSpec> running_statistics(const Node& node) {  // kept, but not learnt by descent
  if (has_spectral_norm(node))
    return {{"weight_u", {node.window.rows(), 1, 1, 1}, 1, Initializer::unit},
            {"weight_v", {node.window.columns(), 1, 1, 1}, 1, Initializer::unit}};
  if (node.op != Op::norm || !node.of_batch) return {};
  const int c = node.channels;
  return {{"running_mean", {c, 1, 1, 1}, 1}, {"running_var", {c, 1, 1, 1}, 1, Initializer::one}};
}
constexpr std::size_t floats(const std::vector<TensorSpec>& all) {
  std::size_t sum = 0;
  for (const TensorSpec& tensor : all) sum += tensor.floats();
  return sum;
}
constexpr bool learns(const Node& node) {
  return node.op == Op::conv || node.op == Op::depthwise || node.op == Op::norm ||
         (node.op == Op::custom && !node.custom->tensors.empty());
}
// Where the bias of a convolution lies among its own parameters.
constexpr std::size_t weights(const Node& node) {
  const std::size_t all = node.window.weights();
  return node.op == Op::depthwise ? all / static_cast<std::size_t>(node.window.in) : all;
}

}  // namespace guise
