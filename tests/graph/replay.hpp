// Plans are replayed with the names of values in the place of numbers: whatever a node reads must be there as it was
// written, and what a node writes must not lie over what it still reads. Which operation reads what is said here
// again, and not asked of the planner.
#pragma once
#include <guise/graph/plan_backward.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace guise::testing {

class NamedMemory {
 public:
  explicit NamedMemory(std::map<Where, std::size_t> sizes) : sizes_(std::move(sizes)) {}

  void write(const Slot& slot, std::size_t floats, const std::string& name) {
    fits(slot, floats, name);
    each(slot, floats, [&](const Line& line) { names_[line] = name; });
  }
  void reads(const Slot& slot, std::size_t floats, const std::string& name) {
    fits(slot, floats, name);
    each(slot, floats, [&](const Line& line) {
      if (names_[line] != name) fail(name + " is read where " + names_[line] + " lies");
    });
  }
  void fail(const std::string& what) {
    if (first_mistake_.empty()) first_mistake_ = what;
  }
  const std::string& mistake() const { return first_mistake_; }

 private:
  using Line = std::pair<Where, std::size_t>;
  template <class F> void each(const Slot& slot, std::size_t floats, F f) {
    for (std::size_t k = 0; k < whole_lines(floats); k += floats_per_line) f({slot.where, slot.offset + k});
  }
  void fits(const Slot& slot, std::size_t floats, const std::string& name) {
    if (!slot) return fail(name + " is nowhere");
    if (const auto size = sizes_.find(slot.where); size == sizes_.end())
      fail(name + " lies in memory that is not there");
    else if (slot.offset % floats_per_line || slot.offset + whole_lines(floats) > size->second)
      fail(name + " does not fit");
  }
  std::map<Where, std::size_t> sizes_;
  std::map<Line, std::string> names_;
  std::string first_mistake_;
};

struct Extent {
  Slot slot;
  std::size_t floats = 0;
  bool meets(const Extent& other) const {
    return slot && other.slot && slot.where == other.slot.where &&
           slot.offset < other.slot.offset + whole_lines(other.floats) &&
           other.slot.offset < slot.offset + whole_lines(floats);
  }
};

struct Replay {
  const Graph& g;
  const Plan& p;
  Mode mode;
  std::vector<Shape> shape;
  std::size_t n = static_cast<std::size_t>(p.n);

  Replay(const Graph& graph, const Plan& plan, Shape in, Mode m)
      : g(graph), p(plan), mode(m), shape(shapes(graph, in)) {}

  static std::size_t index(Value v) { return static_cast<std::size_t>(v); }
  std::size_t floats(Value v) const { return n * shape[index(v)].floats(); }
  std::size_t read_floats(Value v) const {  // of the operand after the prologue
    return n * g[v].prologue.shape(shape[index(g[v].a)]).floats();
  }
  std::size_t statistics_floats(Value v) const { return n * 2 * static_cast<std::size_t>(shape[index(v)].c); }
  // Of a spectral norm: the divided weight, W v and five numbers, u and v; and what backward works with.
  std::size_t weight_floats(Value v) const {
    const Window& w = g[v].window;
    return w.weights() + static_cast<std::size_t>(2 * w.out + w.in * w.kernel * w.kernel + 5);
  }
  std::size_t weight_gradient_floats(Value v) const {
    const Window& w = g[v].window;
    return 2 * w.weights() + static_cast<std::size_t>((w.bias ? w.out : 0) + w.out + 1);
  }
  static std::string name(const char* what, Value v) { return what + std::to_string(v); }

  // The node that took the statistics by which node v normalizes.
  Value taker(Value v) const {
    const Node& node = g[v];
    if (node.op == Op::norm || !node.prologue.normalize) return node.op == Op::norm ? v : no_value;
    return g[node.a].moments ? node.a : node.op == Op::prologue ? v : no_value;
  }

  // "" or what is wrong. The memory afterwards is that of the tape.
  std::string forward(NamedMemory& m) const {
    m.write(p.tasks[0].y, floats(0), "y0");
    for (Value v = 1; v <= g.output(); ++v) forward_node(m, v);
    if (mode == Mode::train)  // as it was left
      for (Value v = 0; v <= g.output(); ++v) {
        const Task& t = p.tasks[index(v)];
        if (t.y.where == Where::tape) m.reads(t.y, floats(v), name("y", v));
        if (t.statistics) m.reads(t.statistics, statistics_floats(v), name("statistics", v));
        if (t.weight) m.reads(t.weight, weight_floats(v), name("weight", v));
      }
    m.reads(p.tasks.back().y, floats(g.output()), name("y", g.output()));
    return m.mistake();
  }
  NamedMemory memory() const {
    return NamedMemory({{Where::tape, mode == Mode::train ? p.tape : 0},
                        {Where::workspace, p.workspace},
                        {Where::input, whole_lines(floats(0))},
                        {Where::output, whole_lines(floats(g.output()))}});
  }

  void forward_node(NamedMemory& m, Value v) const {
    const Node& node = g[v];
    const Task &t = p.tasks[index(v)], &a = p.tasks[index(node.a)];
    if (t.out != shape[index(v)]) m.fail("a shape is another");
    std::vector<Extent> read, written;
    const auto reads = [&](Value x) {
      m.reads(p.tasks[index(x)].y, floats(x), name("y", x));
      read.push_back({p.tasks[index(x)].y, floats(x)});
    };
    reads(node.a);
    if (node.b != no_value) reads(node.b);
    if (node.op == Op::norm || (node.op == Op::prologue && node.prologue.normalize && !g[node.a].moments)) {
      m.write(t.statistics, statistics_floats(v), name("statistics", v));
      m.reads(a.y, floats(node.a), name("y", node.a));  // moments lie elsewhere
      written.push_back({t.statistics, statistics_floats(v)});
    }
    if (const Value by = taker(v); by != no_value) {
      const Slot& slot = p.tasks[index(by)].statistics;
      m.reads(slot, statistics_floats(by), name("statistics", by));
      if (by != v) read.push_back({slot, statistics_floats(by)});
    } else if (node.prologue.normalize) {
      m.fail("nobody takes statistics");
    }
    if (node.window.spectral_norm) {
      m.write(t.weight, weight_floats(v), name("weight", v));
      written.push_back({t.weight, weight_floats(v)});
    } else if (t.weight) {
      m.fail(name("nobody divides a weight at ", v));
    }
    const bool packs = (node.op == Op::conv || node.op == Op::depthwise) && !node.prologue.empty();
    if (packs) {
      m.write(t.scratch, read_floats(v), name("packed", v));
      // Over the operand, or beside it: a backend may also read the operand itself.
      if (t.scratch != a.y || node.prologue.reflect) reads(node.a);
      if (t.scratch != a.y) written.push_back({t.scratch, read_floats(v)});
    }
    std::size_t scratch = 0;
    if (node.op == Op::custom) {
      const Shape b = node.b == no_value ? Shape{} : shape[index(node.b)];
      scratch = n * node.custom->scratch(shape[index(node.a)], b);
      if (scratch) m.write(t.scratch, scratch, name("scratch", v)), written.push_back({t.scratch, scratch});
    }
    m.write(t.y, floats(v), name("y", v));
    if (node.window.spectral_norm) m.reads(t.weight, weight_floats(v), name("weight", v));
    written.push_back({t.y, floats(v)});
    if (node.moments) {
      m.write(t.statistics, statistics_floats(v), name("statistics", v));
      written.push_back({t.statistics, statistics_floats(v)});
      m.reads(t.y, floats(v), name("y", v));
    }
    if (packs) m.reads(t.scratch, read_floats(v), name("packed", v));

    const bool by_pixel = (node.op == Op::prologue || node.op == Op::norm || node.op == Op::dropout) &&
                          node.prologue.reflect == 0;
    for (std::size_t i = 0; i < written.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k)
        if (written[i].meets(written[k])) m.fail(name("two results meet at ", v));
      for (const Extent& operand : read)
        if (written[i].meets(operand) && !(by_pixel && written[i].slot == t.y && operand.slot == t.y))
          m.fail(name("a result lies over an operand at ", v));
    }
  }

  // ---- backward ----
  std::string backward(const BackwardPlan& back, NamedMemory& tape, bool learns_parameters,
                       bool wants_dx) const {
    std::vector<char> wanted(g.nodes.size(), 0), reaches(g.nodes.size(), 0);
    wanted[0] = wants_dx;
    for (Value v = 1; v <= g.output(); ++v) {
      const Node& node = g[v];
      wanted[index(v)] = (learns_parameters && !tensors(node).empty()) || wanted[index(node.a)] ||
                         (node.b != no_value && wanted[index(node.b)]);
    }
    reaches.back() = 1;
    std::vector<std::set<std::string>> all(g.nodes.size());  // contributions to each gradient
    all.back() = {"dy"};
    for (Value v = g.output(); v > 0; --v) {
      if (!reaches[index(v)]) continue;
      reaches[index(g[v].a)] = 1, all[index(g[v].a)].insert("a" + std::to_string(v));
      if (g[v].b == no_value) continue;
      reaches[index(g[v].b)] = 1, all[index(g[v].b)].insert("b" + std::to_string(v));
    }
    std::vector<std::set<std::string>> so_far(g.nodes.size());
    so_far.back() = {"dy"};
    const auto gradient = [](Value v, const std::set<std::string>& of) {
      std::string text = "gradient " + std::to_string(v) + " of";
      for (const std::string& one : of) text += " " + one;
      return text;
    };

    NamedMemory m({{Where::workspace, back.workspace},
                   {Where::input, whole_lines(floats(0))},
                   {Where::output, whole_lines(floats(g.output()))}});
    m.write({Where::output, 0}, floats(g.output()), gradient(g.output(), all.back()));
    std::size_t at = 0;
    for (Value v = g.output(); v > 0; --v) {
      if (!wanted[index(v)] || !reaches[index(v)]) continue;
      if (at == back.tasks.size() || back.tasks[at].node != v) return name("left out: ", v);
      const BackwardTask& t = back.tasks[at++];
      const Node& node = g[v];
      const bool wants_a = wanted[index(node.a)], wants_b = node.b != no_value && wanted[index(node.b)];

      // What forward has left.
      const auto kept = [&](Value x) { tape.reads(p.tasks[index(x)].y, floats(x), name("y", x)); };
      const bool needs_operand =
          node.op == Op::conv || node.op == Op::depthwise || node.op == Op::norm || node.op == Op::max_pool ||
          node.op == Op::multiply ||
          (node.op == Op::prologue && node.prologue.rank() > 0 &&
           (node.prologue.normalize || node.prologue.activation.kind != Activation::none)) ||
          (node.op == Op::custom && node.custom->reads_operands);
      if (needs_operand) kept(node.a);
      if (node.b != no_value &&
          (node.op == Op::multiply || (node.op == Op::custom && node.custom->reads_operands)))
        kept(node.b);
      if (((node.op == Op::conv || node.op == Op::depthwise) && node.activation.kind != Activation::none) ||
          (node.op == Op::prologue && node.prologue.activation.kind == Activation::own) ||
          (node.op == Op::custom && node.custom->reads_result))
        kept(v);
      if (const Value by = taker(v); by != no_value)
        tape.reads(p.tasks[index(by)].statistics, statistics_floats(by), name("statistics", by));

      // The gradient of the result, finished in its place or elsewhere.
      m.reads(t.dy, floats(v), gradient(v, all[index(v)]));
      std::vector<Extent> apart{{t.dy, floats(v)}};
      std::string dy_name = gradient(v, all[index(v)]);
      Slot dy = t.dy;
      if (node.activation.kind != Activation::none) {
        dy = t.finished, dy_name = name("finished ", v);
        m.write(dy, floats(v), dy_name);
        if (dy.where == Where::output) m.fail("the caller's gradient is written");
        if (dy != t.dy) apart.push_back({dy, floats(v)});
      }
      std::size_t scratch = 0;
      if (((node.op == Op::conv || node.op == Op::depthwise) && !node.prologue.empty()) ||
          node.op == Op::norm)
        scratch = read_floats(v);
      if (node.op == Op::custom)
        scratch = n * node.custom->scratch(shape[index(node.a)],
                                           node.b == no_value ? Shape{} : shape[index(node.b)]);
      if (node.window.spectral_norm) {
        tape.reads(p.tasks[index(v)].weight, weight_floats(v), name("weight", v));
        if (learns_parameters) {
          m.write(t.weight, weight_gradient_floats(v), name("weight gradient ", v));
          apart.push_back({t.weight, weight_gradient_floats(v)});
        }
      }
      if (scratch) m.write(t.scratch, scratch, name("scratch ", v)), apart.push_back({t.scratch, scratch});

      const auto writes = [&](const Slot& to, Value x, const std::string& by, const Slot& sum) {
        const std::set<std::string> alone{by};
        if (to.where == Where::output || (to.where == Where::input && x != 0))
          m.fail("a gradient of the caller's is written");
        m.write(to, floats(x), sum ? gradient(x, alone) + " to add" : gradient(x, alone));
        apart.push_back({to, floats(x)});
        if (!sum && !so_far[index(x)].empty()) m.fail(name("an earlier gradient is lost: ", x));
        if (!sum) so_far[index(x)] = alone;
      };
      const std::string by_a = "a" + std::to_string(v), by_b = "b" + std::to_string(v);
      if (wants_a) writes(t.da, node.a, by_a, t.sum_a);
      const bool is_sum = node.op == Op::prologue && node.b != no_value;
      if (wants_b && t.db) writes(t.db, node.b, by_b, t.sum_b);
      for (std::size_t i = 0; i < apart.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
          if (apart[i].meets(apart[k])) m.fail(name("gradients meet at ", v));
      m.reads(dy, floats(v), dy_name);
      const auto adds = [&](const Slot& to, Value x, const std::string& by) {
        m.reads(to, floats(x), gradient(x, so_far[index(x)]));
        so_far[index(x)].insert(by);
        m.write(to, floats(x), gradient(x, so_far[index(x)]));
      };
      if (is_sum && wants_b && !t.db) {
        if (t.sum_b) {
          adds(t.sum_b, node.b, by_b);
        } else {  // handed on
          if (!so_far[index(node.b)].empty()) m.fail("an earlier gradient is lost");
          so_far[index(node.b)] = {by_b};
          m.write(t.dy, floats(v), gradient(node.b, {by_b}));
        }
      } else if (wants_b && !t.db) {
        m.fail(name("nobody writes a gradient at ", v));
      }
      if (wants_a && t.sum_a) {
        m.reads(t.da, floats(node.a), gradient(node.a, {by_a}) + " to add");
        adds(t.sum_a, node.a, by_a);
      }
      if (wants_b && t.db && t.sum_b) {
        m.reads(t.db, floats(node.b), gradient(node.b, {by_b}) + " to add");
        adds(t.sum_b, node.b, by_b);
      }
    }
    if (at != back.tasks.size()) m.fail("a node runs that nobody wants");
    if (wants_dx) m.reads({Where::input, 0}, floats(0), gradient(0, all[0]));
    return m.mistake().empty() ? tape.mistake() : m.mistake();
  }
};

// "", or what is wrong with the plans of this form of a network.
inline std::string unsound(const Graph& form, int n, Shape in, Mode mode) {
  const Plan p = plan(form, n, in, mode);
  const Replay replay(form, p, in, mode);
  NamedMemory memory = replay.memory();
  if (const std::string wrong = replay.forward(memory); !wrong.empty() || mode == Mode::infer) return wrong;
  NamedMemory tape = memory;
  // The workspace of the forward pass is gone.
  if (p.workspace) tape.write({Where::workspace, 0}, p.workspace, "nothing");
  tape.write({Where::input, 0}, replay.floats(0), "nothing");
  tape.write({Where::output, 0}, replay.floats(form.output()), "nothing");
  for (const bool learns : {true, false})
    for (const bool wants_dx : {true, false})
      if (const std::string wrong =
              replay.backward(plan_backward(form, p, learns, wants_dx), tape, learns, wants_dx);
          !wrong.empty())
        return wrong;
  return "";
}

}  // namespace guise::testing
