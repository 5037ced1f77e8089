// Tensors against themselves: what was decoded is consistent, and its own encoding decodes to the same bits.
#pragma once
#include "hostile.hpp"
#include <guise/io/weights/detail/channel_scales.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
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

inline void check_round_trip(Safetensors content) {
  for (auto& [name, tensor] : content.tensors) tensor.type = NumberType::float32;
  require(same(decode_safetensors(encode_safetensors(content, file_name), file_name), content),
          "a round trip changes nothing");
}

// In the types that its tensors have. What is not finite, short types refuse.
inline void check_own_types(const Safetensors& content, std::size_t memory) {
  Safetensors again;
  if (!accepted(memory,
                [&] { again = decode_safetensors(encode_safetensors(content, file_name), file_name); }))
    return;
  require(again.tensors.size() == content.tensors.size(), "a round trip keeps each tensor");
  const auto by_name = [](const auto& named) { return std::string_view(named.first); };
  std::ranges::sort(again.tensors, {}, by_name);
  Safetensors sorted = content;
  std::ranges::sort(sorted.tensors, {}, by_name);
  for (std::size_t k = 0; k < sorted.tensors.size(); ++k) {
    const auto& [name, before] = sorted.tensors[k];
    const auto& [name_again, after] = again.tensors[k];
    require(name == name_again && before.shape == after.shape && before.type == after.type,
            "a round trip keeps names, shapes and types");
    if (before.type != NumberType::int8) {
      if (!all_finite(before)) continue;  // not every bit of what is no number is kept
      require(before.data == after.data, "a round trip keeps the numbers");
    } else {
      const std::vector<float> scales = safetensors::scales_of(before);
      std::size_t at = 0;
      safetensors::for_each_with_channel(
          before.shape, before.channel_axis, before.data, [&](float value, std::size_t channel) {
            require(std::abs(after.data[at++] - value) <= 0.51f * scales[channel] + 1e-43f,
                    "int8 is the nearest multiple of its scale");
          });
    }
  }
}

}  // namespace guise::fuzz
