#include "stand_in_descriptors.hpp"

#include <utility>

namespace cudnn_stand_in {
namespace {

// Not inside functions: plans that were kept for later go after what was made when they were first asked for.
std::map<void*, std::unique_ptr<Object>> all_objects;
std::string refusal;

Rules operation_rules(int alpha) {  // alpha, beta, convolution and three tensors follow each other
  Rules rules{{alpha, {CUDNN_TYPE_FLOAT, 1, 1}},
              {alpha + 1, {CUDNN_TYPE_FLOAT, 1, 1}},
              {alpha + 2, {CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, true, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR}}};
  for (int k = 3; k < 6; ++k)
    rules[alpha + k] = {CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, true, CUDNN_BACKEND_TENSOR_DESCRIPTOR};
  return rules;
}
const std::map<int, Rules> all_rules{
    {CUDNN_BACKEND_TENSOR_DESCRIPTOR,
     {{CUDNN_ATTR_TENSOR_UNIQUE_ID, {CUDNN_TYPE_INT64, 1, 1}},
      {CUDNN_ATTR_TENSOR_DATA_TYPE, {CUDNN_TYPE_DATA_TYPE, 1, 1}},
      {CUDNN_ATTR_TENSOR_DIMENSIONS, {CUDNN_TYPE_INT64, 4, 4}},
      {CUDNN_ATTR_TENSOR_STRIDES, {CUDNN_TYPE_INT64, 4, 4}},
      {CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {CUDNN_TYPE_INT64, 1, 1}}}},
    {CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR,
     {{CUDNN_ATTR_CONVOLUTION_COMP_TYPE, {CUDNN_TYPE_DATA_TYPE, 1, 1}},
      {CUDNN_ATTR_CONVOLUTION_CONV_MODE, {CUDNN_TYPE_CONVOLUTION_MODE, 1, 1}},
      {CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {CUDNN_TYPE_INT64, 1, 1}},
      {CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {CUDNN_TYPE_INT64, 2, 2}},
      {CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {CUDNN_TYPE_INT64, 2, 2}},
      {CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {CUDNN_TYPE_INT64, 2, 2}},
      {CUDNN_ATTR_CONVOLUTION_DILATIONS, {CUDNN_TYPE_INT64, 2, 2}}}},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
     operation_rules(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA)},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
     operation_rules(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA)},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
     operation_rules(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA)},
    {CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR,
     {{CUDNN_ATTR_OPERATIONGRAPH_OPS, {CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 1}},
      {CUDNN_ATTR_OPERATIONGRAPH_HANDLE, {CUDNN_TYPE_HANDLE, 1, 1}}}},
    {CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR,
     {{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH,
       {CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, true, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR}},
      {CUDNN_ATTR_ENGINEHEUR_MODE, {CUDNN_TYPE_HEUR_MODE, 1, 1}}}},
    {CUDNN_BACKEND_ENGINE_DESCRIPTOR, {}},
    {CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, {}},
    {CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR,
     {{CUDNN_ATTR_EXECUTION_PLAN_HANDLE, {CUDNN_TYPE_HANDLE, 1, 1}},
      {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG,
       {CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, true, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR}}}},
    {CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR,
     {{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, {CUDNN_TYPE_INT64, 1, 8}},
      {CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, {CUDNN_TYPE_VOID_PTR, 1, 8}},
      {CUDNN_ATTR_VARIANT_PACK_WORKSPACE, {CUDNN_TYPE_VOID_PTR, 1, 1, false}}}}};

}  // namespace

std::map<void*, std::unique_ptr<Object>>& objects() { return all_objects; }
Object* find(void* at) {
  const auto found = all_objects.find(at);
  return found == all_objects.end() ? nullptr : found->second.get();
}
cudnnStatus_t refuse(cudnnStatus_t status, std::string why) {
  refusal = std::move(why);
  return status;
}
const std::string& last_refusal() { return refusal; }

const Rules* rules_of(cudnnBackendDescriptorType_t type) {
  const auto found = all_rules.find(type);
  return found == all_rules.end() ? nullptr : &found->second;
}
std::size_t size_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_INT64:
      return 8;
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR:
      return sizeof(void*);
    default:
      return 4;
  }
}

}  // namespace cudnn_stand_in
