// Which network of the reference's a weights file holds, by the names and shapes of its tensors alone: any blocks, width,
// channels and norm, ResNet and U-Net generators, students and both kinds of discriminators, and CUT's antialiased generators.
//
//   generator_prefixes(file)            what stands before the names of each generator in the file
//   one_generator(file, path, prefix)   the tensors of one generator, whose names may stand behind a prefix
//                                       ("netG_A.model.1.weight"): the one that is asked for, or the only one there is;
//                                       a fourth argument, such as "--prefix ", is how a program's user says it
//   generator_in(file, path)            what that is made of; throws Error where it is something else, and says what
//   discriminator_in(file)              the same of a discriminator, if it is one's
//   drop_blurs(file, path)              takes out the filters of antialiased networks
//
// `path` is only for messages. A U-Net's dropouts leave no trace in its weights; translations do not need them.
#pragma once
#include <guise/arch/choice.hpp>
#include <guise/deploy/detail/what_weights_are.hpp>
#include <guise/io/weights/weights.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

namespace detail {

// The tensors of a file behind a prefix.
class TensorsBehind {
 public:
  TensorsBehind(const Safetensors& file, std::string prefix = "") : file_(file), prefix_(std::move(prefix)) {}

  bool has_vector(const std::string& name) const {
    const Tensor* tensor = file_.find(prefix_ + name);
    return tensor && tensor->shape.size() == 1;
  }
  // A side of a convolution's weight, where it is one and no larger than a network may have; else 0.
  int side(const std::string& name, std::size_t axis) const {
    constexpr std::size_t most = 1 << 14;
    const Tensor* tensor = file_.find(prefix_ + name);
    return tensor && tensor->shape.size() == 4 && tensor->shape[axis] <= most
               ? static_cast<int>(tensor->shape[axis])
               : 0;
  }
  // Whether it has one of the weights of convolutions, so that a part of a network is known where one is missing.
  bool has_conv(const std::string& before, std::initializer_list<const char*> positions) const {
    return std::ranges::any_of(positions,
                               [&](const char* at) { return side(before + at + ".weight", 0) != 0; });
  }
  // The norm after a convolution, by their names; nothing for one that the reference does not have.
  std::optional<Norm> norm(const std::string& conv, const std::string& norm) const {
    if (has_vector(norm + ".weight"))
      return has_vector(norm + ".running_mean") ? std::optional(Norm::batch) : std::nullopt;
    return has_vector(conv + ".bias") ? Norm::instance : Norm::none;
  }

  // By the names of two pairs of these, for of one a tensor may be missing.
  std::optional<Norm> norm(const std::array<std::pair<std::string, std::string>, 2>& pairs) const {
    const auto first = norm(pairs[0].first, pairs[0].second), second = norm(pairs[1].first, pairs[1].second);
    return first.value_or(Norm::none) == Norm::none && second.value_or(Norm::none) != Norm::none ? second
                                                                                                 : first;
  }

 private:
  const Safetensors& file_;
  std::string prefix_;
};

inline constexpr int most_blocks_found = 100;

inline std::optional<GeneratorChoice> resnet_behind(const TensorsBehind& in) {
  const auto layer = [](int position) { return "model." + std::to_string(position); };
  const auto block = [&](int position) {
    return in.has_conv(layer(position) + ".conv_block.", {"1", "5", "6"});
  };
  const auto norm = in.norm({{{"model.1", "model.2"}, {"model.4", "model.5"}}});
  Resnet found{.blocks = 0, .width = in.side("model.1.weight", 0), .channels = in.side("model.1.weight", 1)};
  // Its second convolution down is behind a blur, and so are its blocks, where that is missing.
  found.antialias = !in.has_conv("model.", {"7"}) && (in.has_conv("model.", {"8"}) || !block(10));
  const int first = found.antialias ? 12 : 10;
  // No further than a generator may go: a file of a million blocks would keep the search busy for hours.
  while (found.blocks < most_blocks_found && block(first + found.blocks)) ++found.blocks;
  if (!norm || found.width == 0 || found.channels == 0 || found.blocks == 0) return std::nullopt;
  found.norm = *norm;
  found.dropout = in.side(layer(first) + ".conv_block.6.weight", 0) != 0;
  const int made = in.side(layer(first + found.blocks + (found.antialias ? 9 : 7)) + ".weight", 0);
  found.out = made ? made : found.channels;  // where the last convolution is missing, loading says so
  return found;
}
inline std::optional<GeneratorChoice> unet_behind(const TensorsBehind& in) {
  const std::string first = "model.model.0.weight";
  std::string block = "model.model.1.model.";  // the second, and then those that lie in it
  const std::string third = block + "3.model.";
  const auto norm = in.norm({{{block + "1", block + "2"}, {third + "1", third + "2"}}});
  Unet found{.downs = 1, .width = in.side(first, 0), .channels = in.side(first, 1)};
  for (; found.downs < most_downs && in.has_conv(block, {"1", "3", "5"}); block += "3.model.") ++found.downs;
  if (!norm || found.width == 0 || found.channels == 0 || found.downs < 5) return std::nullopt;
  found.norm = *norm;
  const int made = in.side("model.model.3.weight", 1);  // of a transposed convolution
  found.out = made ? made : found.channels;
  return found;
}
inline std::optional<GeneratorChoice> student_behind(const TensorsBehind& in) {
  const auto layer = [](int position) { return "model." + std::to_string(position); };
  const auto block =
      [&](int position) {  // 1 input for each channel of a convolution of every channel by itself
        return in.side(layer(position) + ".conv_block.1.conv.0.weight", 1) == 1;
      };
  Student found{.blocks = 0, .width = in.side("model.1.weight", 0), .channels = in.side("model.1.weight", 1)};
  while (found.blocks < most_blocks_found && block(10 + found.blocks)) ++found.blocks;
  if (found.width == 0 || found.channels == 0 || found.blocks == 0) return std::nullopt;
  const int made = in.side(layer(found.blocks + 17) + ".weight", 0);
  found.out = made ? made : found.channels;
  return found;
}
inline std::optional<GeneratorChoice> generator_behind(const TensorsBehind& in) {
  for (const auto found : {unet_behind(in), student_behind(in)})
    if (found) return found;
  return resnet_behind(in);
}

// Whether a tensor holds the binomial filter of an antialiased generator, for every channel.
inline bool is_binomial(const Tensor& tensor) {
  const std::size_t side = tensor.shape.size() == 4 ? tensor.shape[2] : 0;
  if ((side != 3 && side != 4) || tensor.shape[3] != side) return false;
  const float row[2][4] = {{1, 2, 1, 0}, {1, 3, 3, 1}};
  for (std::size_t k = 0; k < tensor.data.size(); ++k) {
    const std::size_t at = k % (side * side);
    const float expected =
        row[side - 3][at / side] * row[side - 3][at % side] / 16;  // down of sum 1, up of 4
    if (!(std::abs(tensor.data[k] - expected) < 1e-4f)) return false;
  }
  return true;
}

}  // namespace detail

// What stands before the names of each generator in the file.
inline std::vector<std::string> generator_prefixes(const Safetensors& file) {
  std::vector<std::string> found;
  for (const std::string_view first : {"model.model.0.weight", "model.1.weight"})
    for (const auto& named : file.tensors)
      if (const std::string_view name = named.first; name.ends_with(first)) {
        const std::string prefix(name.substr(0, name.size() - first.size()));
        if (prefix.empty() || prefix.ends_with('.'))
          if (!prefix.ends_with(detail::adam_mean) && !prefix.ends_with(detail::adam_variance))
            if (detail::generator_behind({file, prefix})) found.push_back(prefix);
      }
  return found;
}

// Without the filters that CUT's antialiased networks keep among their weights; throws Error for others than are known here.
inline void drop_blurs(Safetensors& file, const std::filesystem::path& path) {
  std::erase_if(file.tensors, [&](const auto& named) {
    const auto& [name, tensor] = named;
    if (!name.starts_with("model.") || !name.ends_with(".filt") || std::ranges::count(name, '.') != 2)
      return false;
    if (!detail::is_binomial(tensor))
      throw Error(path.string() + ": " + in_quotes(name) + " of shape " + shape_text(tensor.shape) +
                  ": expected the binomial filter of 3 or 4 pixels, by which networks blur here");
    return true;
  });
}
inline Safetensors one_generator(Safetensors file, const std::filesystem::path& path,
                                 std::optional<std::string> prefix = {}, const std::string& ask = "") {
  const auto listed = [](const std::vector<std::string>& prefixes) {
    std::string text;
    for (const std::string& one : prefixes) text += (text.empty() ? "" : ", ") + in_quotes(one);
    return text;
  };
  const std::vector<std::string> prefixes = generator_prefixes(file);
  if (!prefix) {
    if (prefixes.empty()) return file;
    if (std::ranges::find(prefixes, "") == prefixes.end() && detail::is_checkpoint(file))
      throw Error(path.string() +
                  ": the checkpoint of a training: expected its folder, or a file such as "
                  "latest_net_G_A.safetensors in it");
    if (prefixes.size() > 1 && std::ranges::find(prefixes, "") == prefixes.end()) {
      const std::string first = prefixes.front().substr(0, prefixes.front().size() - 1);  // without its dot
      throw Error(path.string() + ": holds " + std::to_string(prefixes.size()) +
                  " generators, behind the prefixes " + listed(prefixes) +
                  ": expected one of these as the prefix" +
                  (ask.empty() ? "" : ", as in " + ask + printable(first)));
    }
    prefix = prefixes.size() == 1 ? prefixes.front() : "";
  } else {
    if (!prefix->empty() && !prefix->ends_with('.')) *prefix += '.';
    if (std::ranges::find(prefixes, *prefix) == prefixes.end())
      throw Error(path.string() + ": holds no generator behind the prefix " + in_quotes(*prefix) + ": " +
                  (prefixes.empty() ? "and none behind another" : "expected one of " + listed(prefixes)));
  }
  Safetensors one{{}, std::move(file.metadata)};
  for (auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(*prefix)) continue;
    std::string own = name.substr(prefix->size());
    if (!own.starts_with("model.") && (own.find(".model.") != own.npos || own.find(".net.") != own.npos))
      continue;  // of another network beside it
    one.tensors.emplace_back(std::move(own), std::move(tensor));
  }
  drop_blurs(one, path);
  return one;
}

inline GeneratorChoice generator_in(const Safetensors& file, const std::filesystem::path& path) {
  if (const auto found = detail::generator_behind({file})) return *found;
  throw Error(
      path.string() + ": " + detail::what_weights_are(file) +
      ": expected the weights of a ResNet generator (model.1.weight, model.10.conv_block.1.weight, "
      "...), of a student (model.10.conv_block.1.conv.0.weight, ...) or of a U-Net (model.model.0.weight, "
      "...); a network of your own: load_weights in a program");
}

inline std::optional<DiscriminatorChoice> discriminator_in(const Safetensors& file) {
  const detail::TensorsBehind in(file);
  if (in.side("net.5.weight", 0) == 1) {
    const auto norm = in.norm("net.2", "net.3");
    const Pixels found{in.side("net.0.weight", 0), in.side("net.0.weight", 1), norm.value_or(Norm::none)};
    if (norm && found.width && found.channels) return found;
  }
  for (const bool antialias : {false, true}) {  // a blur behind each convolution that halves
    const int each = antialias ? 4 : 3;
    const auto layer = [](int position) { return "model." + std::to_string(position); };
    const auto norm = in.norm(layer(each - 1), layer(each));
    Patches found{in.side("model.0.weight", 0), in.side("model.0.weight", 1), 1, norm.value_or(Norm::none),
                  antialias};
    if (!norm || !found.width || !found.channels) continue;
    for (; found.layers <= most_patch_layers; ++found.layers)  // the last convolution makes one score
      if (in.side(layer(each * found.layers + 2) + ".weight", 0) == 1 &&
          in.side(layer(each - 1) + ".weight", 0))
        return found;
  }
  return std::nullopt;
}

}  // namespace guise
