// Tensors against themselves: what was decoded is consistent, and its own encoding decodes to the same bits.
#pragma once
#include "hostile.hpp"
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <cstring>
#include <vector>

namespace guise::fuzz {

inline void check_consistent(const Safetensors& content) {
  for (const auto& [name, tensor] : content.tensors)
    require(safetensors::numbers(tensor.shape) == tensor.data.size(), "a shape holds the tensor's numbers");
}

inline bool same(const Safetensors& a, const Safetensors& b) {
  const auto equal = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.shape == y.second.shape &&
           x.second.data.size() == y.second.data.size() &&
           (x.second.data.empty() ||
            std::memcmp(x.second.data.data(), y.second.data.data(), 4 * x.second.data.size()) == 0);
  };
  return a.metadata == b.metadata && std::ranges::equal(a.tensors, b.tensors, equal);
}

inline void check_round_trip(const Safetensors& content) {
  require(same(decode_safetensors(encoded(content), file_name), content), "a round trip changes nothing");
}

}  // namespace guise::fuzz
