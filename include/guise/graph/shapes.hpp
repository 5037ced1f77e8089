// What is asked of a network for pictures of one size: the shape of every value, multiply-adds and the receptive
// field. Throws Error, in one line, for a picture that a layer cannot take; in a constant expression that is a
// compile error.
#pragma once
#include <guise/graph/graph.hpp>

#include <algorithm>
#include <climits>
#include <vector>

namespace guise {

constexpr Shape shape_of(const Node& node, Shape a, Shape b) {
  switch (node.op) {
    case Op::conv:
      return node.window.shape(node.prologue.shape(a));
    case Op::depthwise: {
      const Shape read = node.prologue.shape(a);
      return {a.c, node.window.side(read.h), node.window.side(read.w)};
    }
    case Op::prologue: {
      const Shape y = node.prologue.shape(a);
      if (node.b != no_value && y != b)
        refuse("a sum meets a side", y.h != b.h ? b.h : b.w, "that of its body");
      return y;
    }
    case Op::concat:
      if (a.h != b.h || a.w != b.w)
        refuse("a concat meets a side", a.h != b.h ? b.h : b.w, "that of its first operand");
      return {a.c + b.c, a.h, a.w};
    case Op::multiply:
      if ((b.h != 1 || b.w != 1) && (b.h != a.h || b.w != a.w))
        refuse("a factor has a side", b.h != a.h ? b.h : b.w, "1, or that of what it multiplies");
      return a;
    case Op::reduce:
      return {node.over_channels ? 1 : a.c, node.pixels ? 1 : a.h, node.pixels ? 1 : a.w};
    case Op::resample: {
      if (const int side = a.h > a.w ? a.h : a.w; side > INT_MAX / node.factor)
        refuse("a resampling's input has a side", side, "one that gives a side below 2^31");
      const Shape y{a.c, resampled_side(node.filter, node.factor, a.h),
                    resampled_side(node.filter, node.factor, a.w)};
      if (y.h < 1 || y.w < 1)
        refuse("a resampling's input has a side", y.h < 1 ? a.h : a.w, "one that its filter takes");
      return y;
    }
    case Op::pad_channels:
      return {node.channels, a.h, a.w};
    case Op::max_pool:
      if (const int side = a.h < a.w ? a.h : a.w; side < node.window.kernel)
        refuse("max pooling of a picture with a side", side, "one that a window fits into");
      return {a.c, a.h / node.window.kernel, a.w / node.window.kernel};
    case Op::custom: {
      const Shape y = node.custom->out(a, b);
      if (y.h < 1 || y.w < 1) refuse("a custom layer gives a side", y.h < 1 ? y.h : y.w, "at least 1");
      if (y.c < 1 || (node.times == 0 && y.c != node.channels))
        refuse("a custom layer gives channels in a number", y.c,
               "as many as it gave when the network was composed");
      return y;
    }
    default:
      return a;
  }
}

constexpr std::vector<Shape> shapes(const Graph& g, Shape in) {
  if (g.channels() && in.c != g.channels())
    refuse("a network's input has channels in a number", in.c, "as many as the network takes");
  std::vector<Shape> all{in};
  for (std::size_t k = 1; k < g.nodes.size(); ++k) {
    const Node& node = g.nodes[k];
    const Shape a = all[static_cast<std::size_t>(node.a)];
    const Shape b = node.b == no_value ? Shape{} : all[static_cast<std::size_t>(node.b)];
    if (const int side = a.h < a.w ? a.h : a.w; node.prologue.reflect && side <= node.prologue.reflect)
      refuse("reflection of a picture with a side", side, "a side greater than the padding");
    all.push_back(shape_of(node, a, b));
  }
  return all;
}
constexpr Shape out(const Graph& g, Shape in) { return shapes(g, in).back(); }

constexpr std::size_t macs(const Node& node, Shape in, Shape out) {
  if (!is_convolution(node)) return 0;
  const Shape& pixels = node.window.transposed ? in : out;
  return pixels.floats() * (weights(node) / static_cast<std::size_t>(pixels.c));
}
constexpr std::size_t macs(const Graph& g, Shape in) {  // multiply-adds of one sample
  const std::vector<Shape> all = shapes(g, in);
  std::size_t sum = 0;
  for (std::size_t k = 1; k < all.size(); ++k)
    sum += macs(g.nodes[k], all[static_cast<std::size_t>(g.nodes[k].a)], all[k]);
  return sum;
}

constexpr int inputs_seen(const Node& resample, int outputs) {
  const int factor = resample.factor;
  switch (resample.filter) {
    case Filter::nearest_up:
      return (outputs + factor - 2) / factor + 1;
    case Filter::bilinear_up:
      return (outputs + factor - 2) / factor + 2;
    case Filter::blur_down:
      return 2 * outputs + 1;
    case Filter::average_pool:
      return factor * outputs;
  }
  return outputs;
}
// So many neighbouring inputs does one output of node `last` see.
constexpr int receptive_field(const Graph& g, Value last) {
  std::vector<int> seen(g.nodes.size(), 0);
  const auto see = [&](Value v, int n) {
    if (v != no_value) seen[static_cast<std::size_t>(v)] = std::max(seen[static_cast<std::size_t>(v)], n);
  };
  see(last, 1);
  for (Value v = last; v > 0; --v) {
    const Node& node = g[v];
    const int n = seen[static_cast<std::size_t>(v)];
    if (n == 0) continue;
    const bool windowed = is_convolution(node) || node.op == Op::max_pool;
    see(node.a, windowed ? node.window.inputs_seen(n) : node.op == Op::resample ? inputs_seen(node, n) : n);
    see(node.b, n);
  }
  return seen[0];
}
constexpr int receptive_field(const Graph& g) { return receptive_field(g, g.output()); }

}  // namespace guise
