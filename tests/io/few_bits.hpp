// What the tests of weights of few bits share.
#pragma once
#include <guise/core/random.hpp>
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <support/scratch_folder.hpp>

#include <string>
#include <utility>
#include <vector>

namespace guise::testing {

inline Tensor random_tensor(std::vector<std::size_t> shape, std::uint64_t seed, NumberType type = {}) {
  Random random(seed);
  Tensor tensor{std::move(shape), {}, type};
  tensor.data.resize(safetensors::numbers(tensor.shape));
  for (float& value : tensor.data) value = static_cast<float>(random.uniform() - 0.5);
  return tensor;
}
inline Safetensors decoded(const std::vector<unsigned char>& bytes) { return decode_safetensors(bytes, "w"); }
inline std::vector<unsigned char> bytes_as(Tensor tensor, NumberType type) {
  tensor.type = type;
  return encode_safetensors({{{"a", std::move(tensor)}}, {}}, "w");
}
inline std::string refused(const Tensor& tensor, NumberType type) {
  const std::string text = message<Error>([&] { bytes_as(tensor, type); });
  return holds(text, "a_scale") ? "of the scales: " + text : text;
}

}  // namespace guise::testing
