// BlazeFace's front form with weights made by hand: it sees a face wherever a picture is bright red, white
// included, about 40 of its 128 pixels wide. All blocks pass on what they are given; the first channel is the
// brightness.
#pragma once
#include <guise/face/blazeface_networks.hpp>
#include <guise/io/onnx/onnx_file.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace guise::testing {

inline void write_made_detector(const std::filesystem::path& path) {
  using namespace blazeface;
  onnx::Graph graph;
  int convolutions = 0, depthwise = 0;
  const auto put = [&](const char* layer, int index, const char* part, const std::vector<std::size_t>& shape,
                       const std::vector<float>& values) {
    graph.constant(std::string("StatefulPartitionedCall/functional_1/") + layer +
                       (index ? "_" + std::to_string(index) : "") + "/" + part + "/ReadVariableOp:0",
                   shape, values);
  };
  const auto put_all = [&](std::span<const Parameter> table) {
    for (const Parameter& p : table) {
      std::vector<std::size_t> shape(p.shape.begin(), p.shape.begin() + p.rank);
      std::vector<float> values(p.floats, 0.f);
      if (p.rank == 1) {
        put("conv2d", convolutions - 1, "BiasAdd", shape, values);
      } else if (p.shape[1] == 1) {
        put("depthwise_conv2d", depthwise++, "depthwise", shape, values);
      } else {
        if (convolutions == 0) std::fill_n(values.begin(), 25, 1.f / 25);  // the mean of red
        put("conv2d", convolutions++, "Conv2D", shape, values);
      }
    }
  };
  put_all(Front::Trunk::table);
  const std::span<const Parameter> coarse = Front::Coarse::table;
  put_all(coarse.first(coarse.size() - 2));
  for (int deep : {0, 1}) {
    const std::size_t features = deep ? 96 : 88, faces = deep ? coarse_faces : fine_faces;
    std::vector<float> scores(faces * features, 0.f), score_bias(faces, -8.f);
    if (!deep) scores[0] = 12;  // one of a fine cell's two
    put("conv2d", convolutions + deep, "Conv2D", {faces, features, 1, 1}, scores);
    put("conv2d", convolutions + deep, "BiasAdd", {faces}, score_bias);
    std::vector<float> boxes;
    for (std::size_t k = 0; k < faces; ++k)
      boxes.insert(boxes.end(), {0, 0, 40, 40, -9, -6, 9, -6, 0, 5, 0, 14, -18, -2, 18, -2});
    put("conv2d", convolutions + 2 + deep, "Conv2D", {16 * faces, features, 1, 1},
        std::vector<float>(16 * faces * features, 0.f));
    put("conv2d", convolutions + 2 + deep, "BiasAdd", {16 * faces}, boxes);
  }
  graph.write(path);
}

}  // namespace guise::testing
