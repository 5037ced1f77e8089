// Internal: tensors of int8 in safetensors files. NAME, of I8, stands beside NAME_scale, of F32: the shape of NAME with 1 at
// every axis but that of its channels, so that the numbers are NAME * NAME_scale, broadcast. A scale is the largest
// magnitude of its channel / 127. The metadata names the scheme, for I8 alone says nothing of what it means.
#pragma once
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace guise::safetensors {

inline constexpr const char *scheme_key = "quantization", *scheme = "int8_per_output_channel";

inline std::string scale_name(const std::string& name) { return name + "_scale"; }

inline std::vector<std::size_t> scale_shape(const std::vector<std::size_t>& shape, std::size_t axis) {
  std::vector<std::size_t> sides(shape.size(), 1);
  sides.at(axis) = shape[axis];
  return sides;
}
// The axis that scales of this shape belong to, if they fit a tensor of `shape`.
inline std::optional<std::size_t> axis_of_scales(const std::vector<std::size_t>& scales,
                                                 const std::vector<std::size_t>& shape) {
  if (scales.size() != shape.size()) return std::nullopt;
  // The side that is not 1; of scales with none a side that is 1 in both. A hostile shape has millions of sides.
  const auto other = std::ranges::find_if(scales, [](std::size_t side) { return side != 1; });
  const auto axis = static_cast<std::size_t>(other != scales.end()
                                                 ? other - scales.begin()
                                                 : std::ranges::find(shape, std::size_t{1}) - shape.begin());
  if (axis == shape.size() || scales[axis] != shape[axis]) return std::nullopt;
  for (std::size_t k = axis + 1; k < scales.size(); ++k)
    if (scales[k] != 1) return std::nullopt;
  return axis;
}

// Calls f(number, channel) for each number of the tensor, which it may change.
template <class Numbers, class F>
void for_each_with_channel(const std::vector<std::size_t>& shape, std::size_t axis, Numbers& data, F f) {
  std::size_t inner = 1;
  for (std::size_t k = axis + 1; k < shape.size(); ++k) inner *= shape[k];
  for (std::size_t k = 0; k < data.size(); ++k) f(data[k], k / inner % shape[axis]);
}

inline std::vector<float> scales_of(const Tensor& tensor) {
  std::vector<float> scales(tensor.shape[tensor.channel_axis]);
  for_each_with_channel(tensor.shape, tensor.channel_axis, tensor.data,
                        [&](float value, std::size_t channel) {
                          scales[channel] = std::max(scales[channel], std::abs(value));
                        });
  for (float& scale : scales) scale /= 127;
  return scales;
}
// The tensor's numbers in units of their scales, within [-127, 127]; of a channel of zeros 0.
inline std::vector<float> in_units(const Tensor& tensor, const std::vector<float>& scales) {
  std::vector<float> units = tensor.data;
  for_each_with_channel(tensor.shape, tensor.channel_axis, units, [&](float& value, std::size_t channel) {
    value = scales[channel] > 0 ? std::clamp(value / scales[channel], -127.f, 127.f) : 0;
  });
  return units;
}

}  // namespace guise::safetensors
