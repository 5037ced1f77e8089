// A network as a table: for every layer its position, what it is, its output shape, parameters, multiply-adds, the
// receptive field so far and the bytes that training keeps of it. A composite (a residual block) is one row.
#pragma once
#include <guise/graph/plan.hpp>
#include <guise/graph/table.hpp>

#include <string>
#include <vector>

namespace guise {

struct SummaryRow {
  int position;
  std::string layer;
  Shape out;
  std::size_t parameters, macs;
  int receptive_field;
  std::size_t kept;  // bytes, in float32, when the layers run one by one
};
struct Summary {
  std::vector<SummaryRow> rows;
  std::size_t parameters, macs, kept, kept_fused;  // `kept_fused`: bytes of the tape of the fused form
  int receptive_field;
};

namespace detail {

inline std::string text(const Activation& f) {
  constexpr const char* names[] = {"identity", "relu", "leaky relu", "tanh", "sigmoid"};
  return f.fusable() ? names[f.kind] : f.formula->name;
}
inline std::string describe(const Graph& g, const Node& node) {
  const Window& w = node.window;
  const auto windowed = [&](std::string what) {
    what += ", " + std::to_string(w.kernel) + "x" + std::to_string(w.kernel);
    if (w.stride != 1) what += ", stride " + std::to_string(w.stride);
    return w.spectral_norm ? what + ", spectral norm" : what;
  };
  switch (node.op) {
    case Op::conv:
      return windowed(std::string(w.transposed ? "transposed conv " : "conv ") + std::to_string(w.in) + "-" +
                      std::to_string(w.out));
    case Op::depthwise:
      return windowed("depthwise " + std::to_string(w.in));
    case Op::norm:
      return node.of_batch ? "batch norm" : "instance norm, affine";
    case Op::prologue:
      if (node.b != no_value) return "sum";
      if (node.prologue.normalize) return "instance norm";
      if (node.prologue.reflect) return "reflect " + std::to_string(node.prologue.reflect);
      return text(node.prologue.activation);
    case Op::dropout:
      return "dropout";
    case Op::concat:
      return "concat";
    case Op::multiply:
      return "multiply";
    case Op::reduce:
      return node.mean ? "mean" : "sum of values";
    case Op::resample:
      return (node.filter == Filter::blur_down || node.filter == Filter::average_pool ? "down " : "up ") +
             std::to_string(node.factor);
    case Op::pad_channels:
      return "pad channels " + std::to_string(g[node.a].channels) + "-" + std::to_string(node.channels);
    case Op::max_pool:
      return "max pool " + std::to_string(w.kernel);
    case Op::custom:
      return node.custom->name;
    case Op::input:
      break;
  }
  return "input";
}

// The numbered part of the whole network that a node belongs to, or the network itself.
inline int row_of(const Graph& g, int scope) {
  int row = 0;
  for (int s = scope; s > 0; s = g.scopes[static_cast<std::size_t>(s)].parent)
    if (g.scopes[static_cast<std::size_t>(s)].position >= 0) row = s;
  return row;
}

}  // namespace detail

inline Summary summarize(const Graph& g, Shape in) {
  const std::vector<Shape> shape = shapes(g, in);
  const Graph written = plain(g);
  const Plan kept = plan(written, 1, in, Mode::train);
  const auto bytes_kept = [&](int row) {
    std::size_t scalars = 0;
    for (std::size_t k = 1; k < written.nodes.size(); ++k) {
      if (detail::row_of(g, written.nodes[k].scope) != row) continue;
      const Task& task = kept.tasks[k];
      if (task.y.where == Where::tape) scalars += whole_lines(task.out.floats());
      if (task.statistics) scalars += whole_lines(2 * static_cast<std::size_t>(written.nodes[k].channels));
    }
    return scalars * sizeof(float);
  };

  Summary summary{{},
                  g.parameters,
                  macs(g, in),
                  kept.tape * sizeof(float),
                  tape_floats(fuse(g), in) * sizeof(float),
                  receptive_field(g)};
  for (std::size_t k = 1, end = 1; k < g.nodes.size(); k = end) {
    const int row = detail::row_of(g, g.nodes[k].scope);
    const Scope& part = g.scopes[static_cast<std::size_t>(row)];
    SummaryRow sums{part.position, "", {}, 0, 0, 0, bytes_kept(row)};
    for (; end < g.nodes.size() && detail::row_of(g, g.nodes[end].scope) == row; ++end) {
      sums.parameters += floats(tensors(g.nodes[end]));
      sums.macs += macs(g.nodes[end], shape[static_cast<std::size_t>(g.nodes[end].a)], shape[end]);
    }
    sums.layer = end - k == 1 ? detail::describe(g, g.nodes[k])
                              : std::string(part.title) + " " + std::to_string(g.nodes[end - 1].channels);
    sums.out = shape[end - 1];
    sums.receptive_field = receptive_field(g, static_cast<Value>(end) - 1);
    summary.rows.push_back(std::move(sums));
  }
  return summary;
}

}  // namespace guise
