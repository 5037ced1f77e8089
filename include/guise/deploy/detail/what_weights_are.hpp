// Internal: what weights are whose tensors are not those of a generator, by their names, in words for a message: a
// discriminator, networks behind prefixes, a training's checkpoint, a norm that the reference does not have.
#pragma once
#include <guise/io/bytes/byte_reader.hpp>
#include <guise/io/weights/weights.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace guise::detail {

// What a training's checkpoint keeps of its optimiser stands behind these.
inline constexpr std::string_view adam_mean = ".adam_mean.", adam_variance = ".adam_variance.";

inline bool is_checkpoint(const Safetensors& file) {
  return file.metadata.contains("checksum") && std::ranges::any_of(file.tensors, [](const auto& named) {
           return named.first.find(adam_mean) != std::string::npos;
         });
}

inline std::string what_weights_are(const Safetensors& file) {
  if (file.tensors.empty()) return "no tensor";
  const auto some = [&](auto condition) {
    return std::ranges::any_of(file.tensors,
                               [&](const auto& named) { return condition(std::string_view(named.first)); });
  };
  const auto holds = [&](std::string_view part) {
    return some([=](std::string_view name) { return name.find(part) != name.npos; });
  };
  const auto& [name, tensor] = file.tensors.front();
  const std::string such_as = " (" + in_quotes(name) + ")";
  if (is_checkpoint(file))
    return "the checkpoint of a training, of all its networks (latest_net_G_A.safetensors beside it is one)";
  if (holds("exp_avg")) return "the state of an optimiser" + such_as;
  // A generator's names behind something: "netG_A.model.1.weight".
  for (const auto& entry : file.tensors)
    for (const std::string_view first : {"model.1.weight", "model.0.weight"})
      if (const std::string& full = entry.first; full.size() > first.size() && full.ends_with(first)) {
        const std::string prefix = full.substr(0, full.size() - first.size());
        const bool alone = !some([&](std::string_view other) { return !other.starts_with(prefix); });
        return std::string(alone ? "tensors" : "several networks, one of them") + " under the prefix " +
               in_quotes(prefix) + " (" + in_quotes(full) + ")";
      }
  if (const Tensor* pixel = file.find("net.0.weight");
      pixel && pixel->shape.size() == 4 && file.find("net.5.weight"))
    return "a discriminator of pixels, " + std::to_string(pixel->shape[0]) + " wide";
  const Tensor *const first = file.find("model.0.weight"), *const norm = file.find("model.2.weight");
  if (first && first->shape.size() == 4)
    return "a discriminator, " + std::to_string(first->shape[0]) + " wide" +
           (holds("running_mean") ? ", with batch norm" : "");
  if (norm && norm->shape.size() == 1) return "a ResNet generator whose instance norms have weights (affine)";
  return std::to_string(file.tensors.size()) + " tensors such as " + in_quotes(name) + " of shape " +
         shape_text(tensor.shape);
}

}  // namespace guise::detail
