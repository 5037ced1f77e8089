// A plan: how cuDNN will do one product of one geometry. The library proposes engines, the fastest first, and
// the first that keeps our promises is taken:
//   - the same inputs give the same bits, so no engine that is noted as nondeterministic;
//   - sums are float32, and inputs are rounded only to what was asked for: no tensor cores for float32 (they
//     would round to TF32), and never an engine that converts its inputs or sums in less.
// Tensors are (N, H, W, C), float32, or bfloat16 where that was asked for; weights (O, k, k, I).
//
// Throws Error where the library fails.
#pragma once
#include <guise/backend/cuda/cudnn_descriptor.cuh>
#include <guise/backend/cuda/library_product.hpp>

#include <algorithm>
#include <optional>

namespace guise::cuda::cudnn {

struct Target {  // a device that is here, by its handle, or the description of one that is not
  cudnnHandle_t handle = nullptr;
  const Descriptor* description = nullptr;
};

struct Plan {
  static constexpr std::int64_t x = 'x', w = 'w', y = 'y';  // what the tensors are called when it is executed
  static constexpr std::int64_t alignment = 16;             // of their addresses

  Descriptor plan;
  std::int64_t workspace = 0;       // bytes
  std::vector<Descriptor> made_of;  // must live as long
};

// The zeros after the last row, so that there are `out` rows: as many as before the first if that fits, since
// more engines can do it; none of it where rows would have to be cut off.
inline std::optional<int> padding_after(int size, int out, int kernel, int stride, int before) {
  for (const int after : {before, (out - 1) * stride + kernel - size - before, 0})
    if (after >= 0 && size + before + after >= kernel && (size + before + after - kernel) / stride + 1 == out)
      return after;
  return std::nullopt;
}

inline Descriptor tensor(std::int64_t name, Precision p, std::int64_t n, std::int64_t h, std::int64_t w,
                         std::int64_t c) {
  Descriptor d(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  d.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, {name});
  d.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE,
        p == Precision::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT);
  d.set(CUDNN_ATTR_TENSOR_DIMENSIONS, {n, c, h, w});  // always in this order; the strides are the layout
  d.set(CUDNN_ATTR_TENSOR_STRIDES, {h * w * c, 1, w * c, c});
  d.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {Plan::alignment});
  check(cudnnBackendFinalize(d.raw()), "a tensor");
  return d;
}

inline std::optional<Descriptor> convolution(const ConvGeometry& g) {
  const auto bottom = padding_after(g.h, g.out_h, g.kernel, g.stride, g.pad_top),
             right = padding_after(g.w, g.out_w, g.kernel, g.stride, g.pad_left);
  if (!bottom || !right) return std::nullopt;
  Descriptor d(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  d.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  d.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
  d.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2});
  d.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {g.pad_top, g.pad_left});
  d.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {*bottom, *right});
  d.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {g.stride, g.stride});
  d.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, {1, 1});
  if (!d.finalize("a convolution")) return std::nullopt;
  return d;
}

struct OperationNames {
  cudnnBackendDescriptorType_t type;
  Descriptor::Name convolution, x, w, y, alpha, beta;
};
inline OperationNames names(Role role) {
  if (role == Role::y)
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
  if (role == Role::dx)
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

// The operation and what it is made of, it last; empty where the library does not do it.
inline std::vector<Descriptor> operation(Role role, const ConvGeometry& g, Precision precision) {
  auto settings = convolution(g);
  if (!settings) return {};
  std::vector<Descriptor> all;
  all.push_back(std::move(*settings));
  all.push_back(tensor(Plan::x, precision, g.n, g.h, g.w, g.c));
  all.push_back(tensor(Plan::w, precision, g.out_c, g.kernel, g.kernel, g.c));
  all.push_back(tensor(Plan::y, precision, g.n, g.out_h, g.out_w, g.out_c));
  const OperationNames name = names(role);
  Descriptor d(name.type);
  d.set(name.convolution, all[0]).set(name.x, all[1]).set(name.w, all[2]).set(name.y, all[3]);
  d.set(name.alpha, CUDNN_TYPE_FLOAT, 1.f).set(name.beta, CUDNN_TYPE_FLOAT, 0.f);  // written, not added to
  if (!d.finalize("a convolution's operation")) return {};
  all.push_back(std::move(d));
  return all;
}

inline bool keeps_promises(const Descriptor& configuration, Precision precision) {
  Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t raw = engine.raw();
  configuration.get(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &raw);
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
  const std::int64_t told = engine.get(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                       CUDNN_NUMERICAL_NOTE_TYPE_COUNT, notes);
  const auto count = std::min<std::int64_t>(told, CUDNN_NUMERICAL_NOTE_TYPE_COUNT);  // a later cuDNN has more
  for (std::int64_t k = 0; k < count; ++k) {
    if (notes[k] == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||
        notes[k] == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||
        notes[k] == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION)
      return false;
    if (notes[k] == CUDNN_NUMERICAL_NOTE_TENSOR_CORE && precision == Precision::float32) return false;
  }
  return true;
}

inline std::vector<Descriptor> proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode,
                                         Target target) {
  Descriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
  if (target.description) heuristic.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *target.description);
  if (!heuristic.finalize("the choice of engines")) return {};
  const auto results = [&](std::int64_t room, void* to) {
    return heuristic.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, room, to);
  };
  std::vector<Descriptor> found;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t most = results(0, nullptr); most > 0; --most)
    raw.push_back(found.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).raw());
  const std::int64_t count = raw.empty() ? 0 : results(std::int64_t(raw.size()), raw.data());  // can be fewer
  found.erase(found.begin() + count, found.end());
  return found;
}

inline std::optional<Plan> make_plan(Role role, const ConvGeometry& g, Precision precision, Target target) {
  constexpr std::int64_t most_workspace = std::int64_t{1} << 30;
  std::vector<Descriptor> made_of = operation(role, g, precision);
  if (made_of.empty()) return std::nullopt;
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, made_of.back());
  if (target.handle) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, target.handle);
  if (!graph.finalize("a graph of one convolution")) return std::nullopt;

  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (Descriptor& configuration : proposals(graph, mode, target)) {
      if (!keeps_promises(configuration, precision)) continue;
      Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
      if (target.handle) plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, target.handle);
      if (target.description) plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *target.description);
      if (cudnnBackendFinalize(plan.raw())) continue;  // the next engine may well do
      std::int64_t workspace = 0;
      plan.get(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &workspace);
      if (workspace > most_workspace) continue;
      made_of.push_back(std::move(graph));
      made_of.push_back(std::move(configuration));
      return Plan{std::move(plan), workspace, std::move(made_of)};
    }
  return std::nullopt;
}

}  // namespace guise::cuda::cudnn
