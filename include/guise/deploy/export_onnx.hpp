// A network as an ONNX file: every node of its graph as the operators that mean it, weights under their own names,
// input "x" and output "y" (N, C, H, W), for a generator in [-1, 1]; batch, height and width are free, the sides
// multiples of the network's strides. Norms by running statistics are written as they translate, not as they train,
// and dropout is left out. A layer of the user's is written as the one operator that it names (layer/custom.hpp).
//
// Throws Error where a layer has no form in ONNX, or the file cannot be written.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/graph/shapes.hpp>
#include <guise/io/onnx/onnx_file.hpp>
#include <guise/net/runner.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace guise {
namespace detail {

class OnnxWriter {
 public:
  using Name = onnx::Graph::Value;
  struct Source {
    std::span<const Parameter> table;
    std::span<const float> values;
  };
  OnnxWriter(const Graph& g, Source parameters, Source statistics)
      : graph_(g), parameters_(parameters), statistics_(statistics) {}

  void write(const std::filesystem::path& path) {
    names_.push_back(file_.input("x", graph_.channels()));
    for (std::size_t k = 1; k < graph_.nodes.size(); ++k) names_.push_back(node(graph_.nodes[k]));
    file_.output(names_.back(), "y", graph_.nodes.back().channels);
    file_.write(path);
  }

 private:
  using Attributes = std::vector<onnx::Attribute>;
  const Name& operand(Value v) const { return names_[static_cast<std::size_t>(v)]; }

  Name node(const Node& k) {
    const Name& x = operand(k.a);
    switch (k.op) {
      case Op::conv:
      case Op::depthwise:
        return convolution(k);
      case Op::prologue:
        return prologue(k);
      case Op::norm: {
        const Name scale = take(parameters_), shift = take(parameters_);
        const Attributes epsilon{{"epsilon", norm_epsilon}};
        if (!k.of_batch) return file_.add("InstanceNormalization", {x, scale, shift}, epsilon);
        const Name mean = take(statistics_), variance = take(statistics_);
        return file_.add("BatchNormalization", {x, scale, shift, mean, variance}, epsilon);
      }
      case Op::concat:
        return file_.add("Concat", {x, operand(k.b)}, {{"axis", 1L}});
      case Op::pad_channels:
        return file_.add(
            "Pad", {x, numbers("pads_of_" + x, {0, 0, 0, 0, 0, k.channels - graph_[k.a].channels, 0, 0})});
      case Op::max_pool:
        return file_.add("MaxPool", {x}, windows(k.window, 0, 0));
      case Op::custom:
        return custom(k);
      default:  // dropout
        return x;
    }
  }
  Name convolution(const Node& k) {
    const Window& w = k.window;
    // `same` is that of even sides.
    const ConvGeometry g =
        k.op == Op::depthwise ? w.each_channel(1, {w.in, 64, 64}) : w.geometry(1, {w.in, 64, 64});
    const long before = w.same ? g.pad_top : w.pad;
    const long after = w.same ? (g.out_h - 1) * w.stride + w.kernel - g.pad_top - g.h : w.pad;
    std::vector<Name> inputs{operand(k.a), take(parameters_)};
    if (w.bias) inputs.push_back(take(parameters_));
    Attributes attributes = windows(w, before, w.transposed ? before : after);
    if (k.op == Op::depthwise) attributes.push_back({"group", static_cast<long>(w.in)});
    if (!w.transposed) return file_.add("Conv", inputs, attributes);
    if (w.output_pad > 0) attributes.push_back({"output_padding", std::vector<long>(2, w.output_pad)});
    const Name y = file_.add("ConvTranspose", inputs, attributes);
    if (after == before) return y;
    // Not every reader takes unequal padding here.
    return file_.add("Slice",
                     {y, numbers("starts" + y, {0, 0}), numbers("ends" + y, {before - after, before - after}),
                      numbers("axes" + y, {2, 3})});
  }
  Name prologue(const Node& k) {
    const Name& x = operand(k.a);
    if (k.b != no_value) return file_.add("Add", {operand(k.b), x});
    if (k.prologue.normalize)
      return file_.add("InstanceNormalization", {x, filled(k.channels, 1), filled(k.channels, 0)},
                       {{"epsilon", norm_epsilon}});
    if (const long size = k.prologue.reflect)
      return file_.add("Pad", {x, numbers("pads_of_" + x, {0, 0, size, size, 0, 0, size, size})},
                       {{"mode", "reflect"}});
    return activation(k.prologue.activation, x);
  }
  Name activation(const Activation& f, const Name& x) {
    if (f == Activation::relu) return file_.add("Relu", {x});
    if (f == Activation::leaky_relu) return file_.add("LeakyRelu", {x}, {{"alpha", leaky_slope}});
    return file_.add("Tanh", {x});
  }
  Name custom(const Node& k) {
    if (!k.custom->onnx)
      throw Error("the layer " + std::string(k.custom->name) +
                  " has no form in ONNX: expected one that names its operator");
    std::vector<Name> inputs{operand(k.a)};
    if (k.b != no_value) inputs.push_back(operand(k.b));
    for (std::size_t t = 0; t < k.custom->tensors.size(); ++t) inputs.push_back(take(parameters_));
    return file_.add(k.custom->onnx, inputs);
  }

  static Attributes windows(const Window& w, long before, long after) {
    return {{"kernel_shape", std::vector<long>(2, w.kernel)},
            {"strides", std::vector<long>(2, w.stride)},
            {"pads", {before, before, after, after}}};
  }
  Name take(Source& source) {  // the next tensor: nodes and tables have one order
    const Parameter& p = source.table.front();
    source.table = source.table.subspan(1);
    return file_.constant(std::string(p.name), {p.shape.begin(), p.shape.begin() + p.rank},
                          source.values.subspan(p.offset, p.floats));
  }
  Name filled(int count, float value) {
    return file_.constant("fill_" + std::to_string(fills_++), {static_cast<std::size_t>(count)},
                          std::vector<float>(static_cast<std::size_t>(count), value));
  }
  Name numbers(const std::string& name, std::vector<std::int64_t> values) {
    return file_.constant(name, values);
  }

  const Graph& graph_;
  Source parameters_, statistics_;
  onnx::Graph file_;
  std::vector<Name> names_;  // of every node's value
  int fills_ = 0;
};

}  // namespace detail

template <class B> void export_onnx(const std::filesystem::path& path, const Runner<B>& net) {
  const std::vector<float> parameters = on_host(net.backend(), net.parameters()),
                           statistics = on_host(net.backend(), net.statistics());
  detail::OnnxWriter(net.graph(), {net.table(), parameters}, {net.statistics_table(), statistics})
      .write(path);
}

}  // namespace guise
