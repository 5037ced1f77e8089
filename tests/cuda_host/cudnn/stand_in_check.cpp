// What the stand-in looks at when a descriptor is finalised.
#include "stand_in_descriptors.hpp"

#include <set>

namespace cudnn_stand_in {
namespace {

Tensor tensor(const Object& o) {
  const Ints d = o.ints(CUDNN_ATTR_TENSOR_DIMENSIONS);
  return {o.ints(CUDNN_ATTR_TENSOR_UNIQUE_ID)[0],
          d[0],
          d[1],
          d[2],
          d[3],
          o.ints(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT)[0],
          o.value<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE)};
}

}  // namespace

bool read(const Object& o, Operation& to) {
  const bool forward = o.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
             data = o.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
  const auto part = [&](int y, int dx, int dw) { return find(o.value<void*>(forward ? y : data ? dx : dw)); };
  const Object* settings = part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC);
  const Object* x =
      part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X);
  const Object* w =
      part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW);
  const Object* y =
      part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY);
  if (!settings || !x || !w || !y) return false;
  to = {forward ? Writes::y
        : data  ? Writes::dx
                : Writes::dw,
        tensor(*x),
        tensor(*w),
        tensor(*y),
        settings->ints(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS),
        settings->ints(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS),
        settings->ints(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES)};
  return true;
}

namespace {

cudnnStatus_t check_tensor(const Object& o) {
  const Ints d = o.ints(CUDNN_ATTR_TENSOR_DIMENSIONS), s = o.ints(CUDNN_ATTR_TENSOR_STRIDES);
  const auto type = o.value<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE);
  const auto alignment = o.ints(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT)[0];
  for (int k = 0; k < 4; ++k)
    if (d[k] < 1 || s[k] < 1) return refuse(CUDNN_STATUS_BAD_PARAM, "a tensor's side or stride below 1");
  if (type != CUDNN_DATA_FLOAT && type != CUDNN_DATA_BFLOAT16)
    return refuse(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "a tensor of another type");
  if (s != Ints{d[1] * d[2] * d[3], 1, d[1] * d[3], d[1]})
    return refuse(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT, "a tensor that is not packed (N, H, W, C)");
  if (alignment < 16 || (alignment & (alignment - 1)))
    return refuse(CUDNN_STATUS_BAD_PARAM, "an alignment that is no power of two from 16");
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t check_convolution(const Object& o) {
  if (o.value<cudnnDataType_t>(CUDNN_ATTR_CONVOLUTION_COMP_TYPE) != CUDNN_DATA_FLOAT)
    return refuse(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "sums that are not float32");
  if (o.value<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) != CUDNN_CROSS_CORRELATION)
    return refuse(CUDNN_STATUS_NOT_SUPPORTED, "a convolution with turned kernels");
  if (o.ints(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS) != Ints{2} ||
      o.ints(CUDNN_ATTR_CONVOLUTION_DILATIONS) != Ints{1, 1})
    return refuse(CUDNN_STATUS_NOT_SUPPORTED, "other than two dimensions without dilation");
  for (int k = 0; k < 2; ++k)
    if (o.ints(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES)[k] < 1 ||
        o.ints(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS)[k] < 0 ||
        o.ints(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS)[k] < 0)
      return refuse(CUDNN_STATUS_BAD_PARAM, "a stride below 1 or a padding below 0");
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t check_operation(const Object& o, int alpha) {
  Operation p;
  if (!read(o, p)) return refuse(CUDNN_STATUS_BAD_PARAM, "a part of an operation is gone");
  if (o.value<float>(alpha) != 1 || o.value<float>(alpha + 1) != 0)
    return refuse(CUDNN_STATUS_NOT_SUPPORTED, "a product that is scaled or added to");
  if (p.x.type != p.w.type || p.x.type != p.y.type)
    return refuse(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "tensors of two types");
  if (std::set{p.x.name, p.w.name, p.y.name}.size() != 3)
    return refuse(CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES, "two tensors of one name");
  const auto side = [&](std::int64_t in, std::int64_t kernel, int k) {
    const std::int64_t room = in + p.before[k] + p.after[k] - kernel;
    return room < 0 ? 0 : room / p.stride[k] + 1;
  };
  if (p.x.n != p.y.n || p.x.c != p.w.c || p.y.c != p.w.n || p.y.h != side(p.x.h, p.w.h, 0) ||
      p.y.w != side(p.x.w, p.w.w, 1))
    return refuse(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "an output of another size");
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t check_plan(const Object& o) {
  const Object* configuration = find(o.value<void*>(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG));
  if (!configuration) return refuse(CUDNN_STATUS_BAD_PARAM, "the configuration is gone");
  if (configuration->engine->plan != CUDNN_STATUS_SUCCESS)
    return refuse(configuration->engine->plan, "this engine cannot be built");
  ++state().plans;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t check_pack(const Object& o) {
  const Ints names = o.ints(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  if (std::set(names.begin(), names.end()).size() != names.size() ||
      o.values.at(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).count != std::int64_t(names.size()))
    return refuse(CUDNN_STATUS_BAD_PARAM, "names and pointers that do not match");
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace

cudnnStatus_t check(const Object& o) {
  switch (o.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      return check_tensor(o);
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
      return check_convolution(o);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return check_operation(o, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return check_operation(o, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return check_operation(o, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA);
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
      return ++state().graphs, CUDNN_STATUS_SUCCESS;
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
      return CUDNN_STATUS_SUCCESS;
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
      return check_plan(o);
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      return check_pack(o);
    default:
      return refuse(CUDNN_STATUS_NOT_SUPPORTED, "engines are had from the heuristics");
  }
}

}  // namespace cudnn_stand_in
