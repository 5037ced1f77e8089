// Where everything lies when a network runs: a value computed from its graph and the size of its pictures, in a
// constant expression or at run time. All memory arithmetic of the library is here and in plan_backward.hpp.
//
//   plan(g, n, in, Mode::train)  what backward will read lies on the tape, the rest in a workspace that is used again
//   plan(g, n, in, Mode::infer)  all lies in the workspace, for as long as somebody will read it
#pragma once
#include <guise/graph/arena.hpp>
#include <guise/graph/fuse.hpp>
#include <guise/graph/shapes.hpp>

#include <vector>

namespace guise {

struct Task {  // of one node
  Shape out{};
  Slot y{};
  Slot statistics{};  // of y, where the node takes moments; else of its operand, where it normalizes
  Slot scratch{};     // a conv: its operand as it is read; a custom layer: what it asked for
  Slot weight{};      // a spectral norm: the divided weight, and what backward needs to know of it
};
struct Plan {
  int n = 0;
  std::vector<Task> tasks;              // one a node
  std::size_t tape = 0, workspace = 0;  // scalars
};

// ---- what backward reads ----
constexpr bool reads_operand(const Node& node) {
  switch (node.op) {
    case Op::conv:
    case Op::depthwise:
    case Op::norm:
    case Op::max_pool:
    case Op::multiply:
      return true;
    case Op::prologue:
      return node.prologue.normalize || node.prologue.activation.kind != Activation::none;
    case Op::custom:
      return node.custom->reads_operands;
    default:
      return false;
  }
}
constexpr bool reads_result(const Node& node) {
  if (node.op == Op::custom) return node.custom->reads_result;
  return node.activation.kind != Activation::none || !node.prologue.activation.fusable();
}
constexpr bool keeps_statistics(const Graph& g, const Node& node) {
  return node.moments || node.op == Op::norm ||
         (node.op == Op::prologue && node.prologue.normalize && !g[node.a].moments);
}
// Scalars of a spectral norm: the divided weight, u, v, W v and five numbers; backward: the gradients of the node's
// parameters, a product of u and v, u and a number.
constexpr std::size_t spectral_floats(const Node& node) {
  const Window& w = node.window;
  return w.weights() + 2 * static_cast<std::size_t>(w.rows()) + static_cast<std::size_t>(w.columns()) + 5;
}
constexpr std::size_t spectral_gradient_floats(const Node& node) {
  return floats(tensors(node)) + node.window.weights() + static_cast<std::size_t>(node.window.rows()) + 1;
}
constexpr bool packs(const Node& node) { return is_convolution(node) && !node.prologue.empty(); }

namespace detail {

class Planner {
 public:
  constexpr Planner(const Graph& g, int n, Shape in, Mode mode)
      : graph_(g),
        mode_(mode),
        shapes_(shapes(g, in)),
        last_use_(g.nodes.size(), 0),
        kept_(g.nodes.size(), 0) {
    plan_.n = n;
    plan_.tasks.assign(g.nodes.size(), Task{});
    for (std::size_t k = 1; k < g.nodes.size(); ++k)
      for (Value v : {g.nodes[k].a, g.nodes[k].b})
        if (v != no_value) {
          last_use_[index(v)] = k;
          if (mode == Mode::train && reads_operand(g.nodes[k])) kept_[index(v)] = 1;
        }
    for (std::size_t k = 1; k < g.nodes.size(); ++k)
      if (mode == Mode::train && reads_result(g.nodes[k])) kept_[k] = 1;
  }
  constexpr Plan run() {
    plan_.tasks[0] = {shapes_[0], slot_of(0), {}, {}};
    for (std::size_t k = 1; k < shapes_.size(); ++k) place(k);
    plan_.workspace = arena_.lay_out();
    for (Task& task : plan_.tasks)
      for (Slot* slot : {&task.y, &task.statistics, &task.scratch, &task.weight}) arena_.resolve(*slot);
    return plan_;
  }

 private:
  static constexpr std::size_t index(Value v) { return static_cast<std::size_t>(v); }
  constexpr Task& task(Value v) { return plan_.tasks[index(v)]; }
  constexpr std::size_t floats(Shape s) const { return static_cast<std::size_t>(plan_.n) * s.floats(); }

  constexpr Slot on_tape(std::size_t floats) {
    const Slot slot{Where::tape, plan_.tape};
    plan_.tape += whole_lines(floats);
    return slot;
  }
  constexpr Slot slot_of(std::size_t k) {
    if (kept_[k]) return on_tape(floats(shapes_[k]));
    if (k == 0) return {Where::input, 0};
    return k + 1 == shapes_.size() ? Slot{Where::output, 0} : arena_.take(floats(shapes_[k]));
  }
  constexpr void place(std::size_t k) {
    const Node& node = graph_.nodes[k];
    Task& mine = plan_.tasks[k];
    mine.out = shapes_[k];
    // The operand's memory may be written while it is read for the last time, pixel by pixel.
    const Slot a = task(node.a).y;
    const bool in_place =
        last_use_[index(node.a)] == k && a.where == Where::workspace && node.prologue.reflect == 0;
    if (packs(node))
      mine.scratch = in_place ? a : arena_.take(floats(node.prologue.shape(shapes_[index(node.a)])));
    if (node.op == Op::custom) {
      const Shape b = node.b == no_value ? Shape{} : shapes_[index(node.b)];
      if (const std::size_t most = node.custom->scratch(shapes_[index(node.a)], b))
        mine.scratch = arena_.take(static_cast<std::size_t>(plan_.n) * most);
    }
    if (has_spectral_norm(node)) {
      const std::size_t count = spectral_floats(node);
      mine.weight = mode_ == Mode::train ? on_tape(count) : arena_.take(count);
    }
    const bool by_pixel = node.op == Op::prologue || node.op == Op::norm || node.op == Op::dropout;
    mine.y = in_place && by_pixel && !kept_[k] && k + 1 < shapes_.size() ? a : slot_of(k);
    if (keeps_statistics(graph_, node)) {
      const std::size_t count = floats({2 * node.channels, 1, 1});
      mine.statistics = mode_ == Mode::train ? on_tape(count) : arena_.take(count);
    }
    release(k);
  }
  constexpr void release(std::size_t k) {  // what nobody reads after node k
    const Node& node = graph_.nodes[k];
    const Task& mine = plan_.tasks[k];
    arena_.release(mine.scratch), arena_.release(mine.weight);
    for (Value v : {node.a, node.b})
      if (v != no_value && last_use_[index(v)] == k) {
        arena_.release(task(v).y);  // what lies in its place releases it again, later
        if (graph_[v].moments) arena_.release(task(v).statistics);
      }
    if (!node.moments) arena_.release(mine.statistics);
  }

  const Graph& graph_;
  Mode mode_;
  std::vector<Shape> shapes_;
  std::vector<std::size_t> last_use_;
  std::vector<char> kept_;  // on the tape
  Plan plan_;
  Arena arena_;
};

}  // namespace detail

constexpr Plan plan(const Graph& g, int n, Shape in, Mode mode) {
  return detail::Planner(g, n, in, mode).run();
}

// Scalars that training keeps of one sample of this shape.
constexpr std::size_t tape_floats(const Graph& g, Shape in) { return plan(g, 1, in, Mode::train).tape; }

}  // namespace guise
