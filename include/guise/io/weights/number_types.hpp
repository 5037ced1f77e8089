// The types that tensors have in files of weights: chosen for a whole file, told, and counted in bytes.
//
//   store_as(file, NumberType::float16);   what write_safetensors then writes
//
// Weights are the tensors of two and more axes; biases, norms and statistics stay float32, as do the filters of antialiased
// networks, which are known by their exact values.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/byte_reader.hpp>
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

// Throws Error for a name that is of no type that can be written.
inline NumberType number_type_named(std::string_view name) {
  for (const safetensors::Type& type : safetensors::types)
    if (name == to_text(type.type)) return type.type;
  throw Error(in_quotes(name) + ": expected float32, float16, bfloat16, float64 or int8");
}

inline bool is_weight(std::string_view name, const Tensor& tensor) {
  return tensor.shape.size() >= 2 && !name.ends_with(".filt");
}

inline void store_as(Safetensors& file, NumberType type) {
  for (auto& [name, tensor] : file.tensors)
    tensor.type = is_weight(name, tensor) ? type : NumberType::float32;
}

// Of the numbers of all tensors in a file, with the scales of int8.
inline std::uint64_t stored_bytes(const Safetensors& file) {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : file.tensors) {
    bytes += tensor.data.size() * safetensors::type_of(tensor.type).bytes;
    if (tensor.type == NumberType::int8) bytes += 4 * tensor.shape.at(tensor.channel_axis);
  }
  return bytes;
}
// "24 tensors of int8, 48 of float32, 11512345 bytes of numbers".
inline std::string stored_types(const Safetensors& file) {
  std::string text;
  for (const safetensors::Type& type : safetensors::types) {
    const auto count = std::ranges::count_if(
        file.tensors, [&](const auto& named) { return named.second.type == type.type; });
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) +
            (text.empty() ? count == 1 ? " tensor" : " tensors" : "") + " of " + to_text(type.type);
  }
  return (text.empty() ? "no tensor" : text) + ", " + std::to_string(stored_bytes(file)) +
         " bytes of numbers";
}

}  // namespace guise
