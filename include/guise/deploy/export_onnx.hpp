// A network as an ONNX file: every node of its graph as the operators that mean it, weights under their own names,
// input "x" and output "y" (N, C, H, W), for a generator in [-1, 1]; batch, height and width are free, the sides
// multiples of the network's strides. Norms by running statistics are written as they translate, not as they train,
// dropout is left out, and of a spectral norm the divided weight is written. A layer of the user's is written as the one
// operator that it names (layer/custom.hpp).
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
        const Attributes epsilon{{"epsilon", k.prologue.epsilon}};
        if (!k.of_batch) return file_.add("InstanceNormalization", {x, scale, shift}, epsilon);
        const Name mean = take(statistics_), variance = take(statistics_);
        return file_.add("BatchNormalization", {x, scale, shift, mean, variance}, epsilon);
      }
      case Op::concat:
        return file_.add("Concat", {x, operand(k.b)}, {{"axis", 1L}});
      case Op::multiply:
        return file_.add("Mul", {x, operand(k.b)});
      case Op::reduce:
        return reduction(k);
      case Op::resample:
        return resampling(k);
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
    std::vector<Name> inputs{operand(k.a), w.spectral_norm ? divided_weight() : take(parameters_)};
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
                       {{"epsilon", k.prologue.epsilon}});
    if (const long size = k.prologue.reflect)
      return file_.add("Pad", {x, numbers("pads_of_" + x, {0, 0, size, size, 0, 0, size, size})},
                       {{"mode", "reflect"}});
    return activation(k.prologue.activation, x);
  }
  Name reduction(const Node& k) {
    // Not every reader takes the mean of a picture whose sides are free.
    if (k.mean && k.pixels && !k.over_channels) return file_.add("GlobalAveragePool", {operand(k.a)});
    std::vector<long> axes;
    if (k.over_channels) axes.push_back(1);
    if (k.pixels) axes.insert(axes.end(), {2, 3});
    const Name& x = operand(k.a);
    if (k.mean) return file_.add("ReduceMean", {x}, {{"axes", axes}});
    return file_.add("ReduceSum", {x, numbers("axes_of_" + x, {axes.begin(), axes.end()})});
  }
  Name resampling(const Node& k) {
    const Name& x = operand(k.a);
    const auto factor = static_cast<float>(k.factor);
    if (k.filter == Filter::average_pool) return file_.add("AveragePool", {x}, squares(k.factor, k.factor));
    if (k.filter == Filter::blur_down) return blurred(x, k.channels);
    const Name scales = file_.constant("scales_of_" + x, {4}, std::vector<float>{1, 1, factor, factor});
    const bool nearest = k.filter == Filter::nearest_up;
    Attributes attributes{{"mode", nearest ? "nearest" : "linear"},
                          {"coordinate_transformation_mode", nearest ? "asymmetric" : "half_pixel"}};
    if (nearest) attributes.push_back({"nearest_mode", "floor"});
    return file_.add("Resize", {x, "", scales}, attributes);
  }
  // [1, 2, 1] / 4 along both axes, by a convolution of every channel by itself behind a reflection.
  Name blurred(const Name& x, int channels) {
    const Name padded =
        file_.add("Pad", {x, numbers("pads_of_" + x, {0, 0, 1, 1, 0, 0, 1, 1})}, {{"mode", "reflect"}});
    const auto count = static_cast<std::size_t>(channels);
    std::vector<float> weights;
    for (std::size_t at = 0; at < 9 * count; ++at)
      weights.push_back((at % 3 == 1 ? 0.5f : 0.25f) * (at % 9 / 3 == 1 ? 0.5f : 0.25f));
    Attributes attributes = squares(3, 2);
    attributes.push_back({"group", static_cast<long>(channels)});
    return file_.add("Conv", {padded, file_.constant("blur_of_" + x, {count, 1, 3, 3}, weights)}, attributes);
  }
  static Attributes squares(long kernel, long stride) {
    return {{"kernel_shape", std::vector<long>(2, kernel)}, {"strides", std::vector<long>(2, stride)}};
  }
  Name activation(const Activation& f, const Name& x) {
    switch (f.kind) {
      case Activation::none:
        return x;
      case Activation::relu:
        return file_.add("Relu", {x});
      case Activation::leaky_relu:
        return file_.add("LeakyRelu", {x}, {{"alpha", f.slope}});
      case Activation::sigmoid:
        return file_.add("Sigmoid", {x});
      case Activation::tanh:
        return file_.add("Tanh", {x});
      case Activation::own:
        break;
    }
    throw Error("the activation " + std::string(f.formula->name) +
                " has no form in ONNX: expected one that the library knows");
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
    const auto& [p, values] = next(source);
    return constant(p, std::string(p.name), values);
  }
  Name divided_weight() {  // of a spectral norm: by u^T W v
    const auto [p, weight] = next(parameters_);
    const auto u = next(statistics_).values, v = next(statistics_).values;
    double sigma = 0;
    for (std::size_t k = 0; k < weight.size(); ++k)
      sigma += double(u[k / v.size()]) * double(weight[k]) * double(v[k % v.size()]);
    std::vector<float> divided(weight.begin(), weight.end());
    for (float& value : divided) value = static_cast<float>(value / sigma);
    std::string name(p.name);
    name.resize(name.rfind("_orig"));
    return constant(p, name, divided);
  }
  struct Stored {
    const Parameter& parameter;
    std::span<const float> values;
  };
  static Stored next(Source& source) {
    const Parameter& p = source.table.front();
    source.table = source.table.subspan(1);
    return {p, source.values.subspan(p.offset, p.floats)};
  }
  Name constant(const Parameter& p, const std::string& name, std::span<const float> values) {
    return file_.constant(name, {p.shape.begin(), p.shape.begin() + p.rank}, values);
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
