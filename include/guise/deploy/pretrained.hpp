// A trained network from a weights file alone (.safetensors, or PyTorch's .pth): blocks, width and kind are
// read from the tensors' names and shapes, and the type that fits is chosen. Throws Error where the file
// holds something else.
#pragma once
#include <guise/arch/architectures.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/weights/weights.hpp>

#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

namespace guise {

// Blocks and width of the generator whose tensors these are.
inline GeneratorChoice generator_in(const Safetensors& file, const std::filesystem::path& path) {
  const Tensor* first = file.find("model.1.weight");
  GeneratorChoice choice{0, first && first->shape.size() == 4 ? static_cast<int>(first->shape[0]) : 0};
  // No further than a generator may go: a file of a million blocks would keep the search busy for hours.
  while (choice.blocks < 100 &&
         file.find("model." + std::to_string(10 + choice.blocks) + ".conv_block.1.weight"))
    ++choice.blocks;
  if (choice.width == 0 || choice.blocks == 0)
    throw Error(path.string() +
                ": expected the weights of a ResNet generator (model.1.weight, "
                "model.10.conv_block.1.weight, ...)");
  return choice;
}

// Width of the patch discriminator whose tensors these are, if they are one's.
inline std::optional<int> discriminator_in(const Safetensors& file) {
  const Tensor* first = file.find("model.0.weight");
  if (!first || first->shape.size() != 4 || !file.find("model.11.weight")) return std::nullopt;
  return static_cast<int>(first->shape[0]);
}

// The side of the pictures that these weights were trained on, where their training left a note of it.
inline constexpr const char* crop_size_note = "crop_size";
inline std::optional<int> crop_size_in(const Safetensors& file) {
  const auto note = file.metadata.find(crop_size_note);
  if (note == file.metadata.end()) return std::nullopt;
  int side = 0;
  const char* const end = note->second.data() + note->second.size();
  const auto [rest, error] = std::from_chars(note->second.data(), end, side);
  return error == std::errc() && rest == end && side > 0 ? std::optional(side) : std::nullopt;
}

// f(network) with the generator that the file holds, as a Generator<From, To, ...> on this device; `path` is
// only for messages.
template <class From, class To, class Device, class F>
auto with_network(const Safetensors& file, const std::filesystem::path& path, const Device& device, F f) {
  try {
    return with_generator(generator_in(file, path), [&]<class Gen> {
      Generator<From, To, Gen, Device> net(0, 0, device);
      load_weights(net, file, path);
      return f(std::move(net));
    });
  } catch (const UnknownArchitecture& error) { throw Error(path.string() + ": " + error.what()); }
}

template <class From, class To, class Device, class F>
auto with_network(const std::filesystem::path& path, const Device& device, F f) {
  return with_network<From, To>(read_weights(path), path, device, f);
}

// The same, frozen, whatever it is.
template <class From, class To, class Device>
AnyTranslator<From, To> make_translator(const Safetensors& file, const std::filesystem::path& path,
                                        const Device& device) {
  return with_network<From, To>(file, path, device, [](auto net) -> AnyTranslator<From, To> {
    using Architecture = typename decltype(net)::Architecture;
    return any_translator(Translator<From, To, Architecture, Device>(std::move(net)));
  });
}
template <class From, class To, class Device>
AnyTranslator<From, To> read_translator(const std::filesystem::path& path, const Device& device) {
  return make_translator<From, To>(read_weights(path), path, device);
}

}  // namespace guise
