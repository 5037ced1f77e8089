// The order of the backward pass, and where its gradients lie: each value's gradient is written by the first node
// that reads the value, added to by the others, and its memory used again when the value's own node is done. Nodes
// before which there is nothing to learn and nobody who asks are left out.
#pragma once
#include <guise/graph/plan.hpp>

#include <vector>

namespace guise {

// One node's part of it: slots of gradients in the workspace, the input (dx) or the output (dy).
struct BackwardTask {
  Value node = no_value;
  Slot dy{};
  Slot finished{};        // conv: dy before the activation of its epilogue; may be dy itself
  Slot scratch{};         // conv: a as it is read, then its gradient; norm, custom: to use freely
  Slot weight{};          // a spectral norm: gradients of the node's parameters, and memory to use freely
  Slot da{}, db{};        // are written
  Slot sum_a{}, sum_b{};  // and then added to these
};
struct BackwardPlan {
  std::vector<BackwardTask> tasks;  // in order
  std::size_t workspace = 0;        // scalars
};

namespace detail {

class BackwardPlanner {
 public:
  constexpr BackwardPlanner(const Graph& g, const Plan& p, bool learns_parameters, bool wants_dx)
      : graph_(g),
        plan_(p),
        learns_parameters_(learns_parameters),
        wanted_(g.nodes.size(), 0),
        gradient_(g.nodes.size(), Slot{}) {
    wanted_[0] = wants_dx;
    for (std::size_t k = 1; k < g.nodes.size(); ++k) {
      const Node& node = g.nodes[k];
      wanted_[k] = (learns_parameters && learns(node)) || wanted(node.a) || wanted(node.b);
    }
    gradient_.back() = {Where::output, 0};
  }
  constexpr BackwardPlan run() {
    for (Value v = graph_.output(); v > 0; --v)
      if (wanted(v) && gradient_[index(v)]) place(v);
    back_.workspace = arena_.lay_out();
    for (BackwardTask& t : back_.tasks)
      for (Slot* slot : {&t.dy, &t.finished, &t.scratch, &t.weight, &t.da, &t.db, &t.sum_a, &t.sum_b})
        arena_.resolve(*slot);
    return back_;
  }

 private:
  static constexpr std::size_t index(Value v) { return static_cast<std::size_t>(v); }
  constexpr bool wanted(Value v) const { return v != no_value && wanted_[index(v)]; }
  constexpr Shape shape(Value v) const { return v == no_value ? Shape{} : plan_.tasks[index(v)].out; }
  constexpr std::size_t floats(Shape s) const { return static_cast<std::size_t>(plan_.n) * s.floats(); }

  constexpr void place(Value v) {
    const Node& node = graph_[v];
    BackwardTask task{.node = v, .dy = gradient_[index(v)]};
    contribute(node.a, task.da, task.sum_a);
    if (node.op == Op::prologue)
      hand_on(node.b, task);
    else
      contribute(node.b, task.db, task.sum_b);
    if (node.activation.kind != Activation::none)
      task.finished = task.dy.where == Where::workspace ? task.dy : arena_.take(floats(shape(v)));
    if (packs(node) || node.op == Op::norm)
      task.scratch = arena_.take(floats(node.prologue.shape(shape(node.a))));
    if (node.op == Op::custom)
      if (const std::size_t most = node.custom->scratch(shape(node.a), shape(node.b)))
        task.scratch = arena_.take(static_cast<std::size_t>(plan_.n) * most);
    if (has_spectral_norm(node) && learns_parameters_)
      task.weight = arena_.take(spectral_gradient_floats(node));
    arena_.release(task.finished), arena_.release(task.scratch), arena_.release(task.weight);
    if (task.sum_a) arena_.release(task.da);
    if (task.sum_b) arena_.release(task.db);
    arena_.release(task.dy);
    back_.tasks.push_back(task);
  }
  constexpr void contribute(Value v, Slot& to, Slot& sum) {
    if (!wanted(v)) return;
    Slot& known = gradient_[index(v)];
    if (known)
      to = arena_.take(floats(shape(v))), sum = known;
    else
      to = known = v == 0 ? Slot{Where::input, 0} : arena_.take(floats(shape(v)));
  }
  // A sum hands its own gradient on to the value that it added.
  constexpr void hand_on(Value v, BackwardTask& task) {
    if (!wanted(v)) return;
    Slot& known = gradient_[index(v)];
    if (known)
      task.sum_b = known;
    else if (v != 0 && task.dy.where == Where::workspace)
      known = task.dy;
    else
      contribute(v, task.db, task.sum_b);
  }

  const Graph& graph_;
  const Plan& plan_;
  bool learns_parameters_;
  std::vector<char> wanted_;
  std::vector<Slot> gradient_;  // of every value, once somebody has written it
  BackwardPlan back_;
  Arena arena_;
};

}  // namespace detail

constexpr BackwardPlan plan_backward(const Graph& g, const Plan& p, bool learns_parameters, bool wants_dx) {
  return detail::BackwardPlanner(g, p, learns_parameters, wants_dx).run();
}

}  // namespace guise
