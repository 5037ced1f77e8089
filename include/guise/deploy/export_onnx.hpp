// A generator as an ONNX file: every layer as the operators that mean it, weights under their own names,
// input "x" and output "y" (N, C, H, W) in [-1, 1]; batch, height and width are free, the sides multiples of
// the network's strides. Norms by running statistics are written as they translate, not as they train.
//
// A layer of your own joins by an overload of `onnx_form` in its namespace. Throws Error where the file
// cannot be written.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/io/onnx/onnx_file.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv_transpose.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/net/network.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace guise {

class OnnxWriter {  // the graph, and the network's tensors in the order of its layers
 public:
  using Value = onnx::Graph::Value;
  onnx::Graph graph;

  struct Source {
    std::span<const Parameter> table;
    std::span<const float> values;
  };
  OnnxWriter(Source parameters, Source statistics) : parameters_(parameters), statistics_(statistics) {}

  Value parameter() { return constant(parameters_); }
  Value statistic() { return constant(statistics_); }
  Value filled(int count, float value) {
    return graph.constant("fill_" + std::to_string(fills_++), {static_cast<std::size_t>(count)},
                          std::vector<float>(static_cast<std::size_t>(count), value));
  }

 private:
  Value constant(Source& source) {
    const Parameter& p = source.table.front();
    source.table = source.table.subspan(1);
    return graph.constant(std::string(p.name), {p.shape.begin(), p.shape.begin() + p.rank},
                          source.values.subspan(p.offset, p.floats));
  }
  Source parameters_, statistics_;
  int fills_ = 0;
};

// ---- layers ----
struct OnnxPads {
  long before, after;  // zeros around a side
};
// `Same` is that of even sides.
template <class L> constexpr OnnxPads onnx_pads(long kernel) {
  if (!L::options.same) return {L::options.pad, L::options.pad};
  constexpr ConvGeometry g = L::geometry(1, {1, 64, 64});
  return {g.pad_top, (g.out_h - 1) * L::options.stride + kernel - g.pad_top - g.h};
}
inline std::vector<onnx::Attribute> onnx_attributes(long kernel, long stride, OnnxPads pads) {
  return {{"kernel_shape", {kernel, kernel}},
          {"strides", {stride, stride}},
          {"pads", {pads.before, pads.before, pads.after, pads.after}}};
}
template <class L> std::vector<std::string> onnx_weights(OnnxWriter& writer, const std::string& x) {
  std::vector<std::string> inputs{x, writer.parameter()};
  if (L::options.bias) inputs.push_back(writer.parameter());
  return inputs;
}
template <int In, int Out, int Kernel, class... Options>
std::string onnx_form(const Conv<In, Out, Kernel, Options...>&, OnnxWriter& writer, const std::string& x) {
  using L = Conv<In, Out, Kernel, Options...>;
  return writer.graph.add("Conv", onnx_weights<L>(writer, x),
                          onnx_attributes(Kernel, L::options.stride, onnx_pads<L>(Kernel)));
}
template <int In, int Out, int Kernel, class... Options>
std::string onnx_form(const ConvTranspose<In, Out, Kernel, Options...>&, OnnxWriter& writer,
                      const std::string& x) {
  using L = ConvTranspose<In, Out, Kernel, Options...>;
  constexpr OnnxPads pads = onnx_pads<L>(Kernel);
  constexpr long more = L::options.output_pad, cut = pads.after - pads.before;
  auto attributes = onnx_attributes(Kernel, L::options.stride, {pads.before, pads.before});
  if (more > 0) attributes.push_back({"output_padding", {more, more}});
  const std::string y = writer.graph.add("ConvTranspose", onnx_weights<L>(writer, x), attributes);
  if (cut == 0) return y;
  // Not every reader takes unequal padding here.
  const auto pair = [&](const char* name, std::int64_t value) {
    return writer.graph.constant(name + y, std::vector<std::int64_t>{value, value});
  };
  const std::string axes = writer.graph.constant("axes" + y, std::vector<std::int64_t>{2, 3});
  return writer.graph.add("Slice", {y, pair("starts", 0), pair("ends", -cut), axes});
}
template <int Size> std::string onnx_form(const ReflectPad<Size>&, OnnxWriter& writer, const std::string& x) {
  const std::string pads = "pads_of_" + x;
  writer.graph.constant(pads, std::vector<std::int64_t>{0, 0, Size, Size, 0, 0, Size, Size});
  return writer.graph.add("Pad", {x, pads}, {{"mode", "reflect"}});
}
template <int C> std::string onnx_form(const InstanceNorm<C>&, OnnxWriter& writer, const std::string& x) {
  const std::string one = writer.filled(C, 1), zero = writer.filled(C, 0);
  return writer.graph.add("InstanceNormalization", {x, one, zero}, {{"epsilon", Prologue{}.epsilon}});
}
template <int C>
std::string onnx_form(const InstanceNorm<C, Affine>&, OnnxWriter& writer, const std::string& x) {
  const std::string scale = writer.parameter(), shift = writer.parameter();
  return writer.graph.add("InstanceNormalization", {x, scale, shift}, {{"epsilon", Prologue{}.epsilon}});
}
template <int C> std::string onnx_form(const BatchNorm<C>&, OnnxWriter& writer, const std::string& x) {
  const std::string scale = writer.parameter(), shift = writer.parameter(), mean = writer.statistic(),
                    variance = writer.statistic();
  return writer.graph.add("BatchNormalization", {x, scale, shift, mean, variance},
                          {{"epsilon", Prologue{}.epsilon}});
}
inline std::string onnx_form(const Relu&, OnnxWriter& writer, const std::string& x) {
  return writer.graph.add("Relu", {x});
}
inline std::string onnx_form(const LeakyRelu&, OnnxWriter& writer, const std::string& x) {
  return writer.graph.add("LeakyRelu", {x}, {{"alpha", Activation(Activation::leaky_relu).slope}});
}
inline std::string onnx_form(const Tanh&, OnnxWriter& writer, const std::string& x) {
  return writer.graph.add("Tanh", {x});
}

// ---- lists of layers ----
template <class... Ls>
std::string onnx_form(const Residual<Ls...>&, OnnxWriter& writer, const std::string& x);
template <int N, class L> std::string onnx_form(const Repeat<N, L>&, OnnxWriter& writer, std::string x);

template <class... Ls> std::string onnx_form(const Sequential<Ls...>&, OnnxWriter& writer, std::string x) {
  ((x = onnx_form(Ls{}, writer, x)), ...);
  return x;
}
template <class... Ls>
std::string onnx_form(const Residual<Ls...>&, OnnxWriter& writer, const std::string& x) {
  return writer.graph.add("Add", {x, onnx_form(Sequential<Ls...>{}, writer, x)});
}
template <int N, class L> std::string onnx_form(const Repeat<N, L>&, OnnxWriter& writer, std::string x) {
  for (int k = 0; k < N; ++k) x = onnx_form(L{}, writer, x);
  return x;
}

template <class From, class To, class Arch, class B, class Form>
void export_onnx(const std::filesystem::path& path, const Network<From, To, Arch, B, Form>& net) {
  const std::vector<float> parameters = on_host(net.backend(), net.parameters()),
                           statistics = on_host(net.backend(), net.statistics());
  OnnxWriter writer({Arch::table, parameters}, {Arch::statistics_table, statistics});
  const std::string x = writer.graph.input("x", Arch::channels);
  const std::string y = onnx_form(Arch{}, writer, x);
  writer.graph.output(y, "y", Arch::out({Arch::channels, 64, 64}).c);
  writer.graph.write(path);
}

}  // namespace guise
