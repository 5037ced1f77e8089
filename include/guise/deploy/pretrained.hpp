// A trained network from a weights file alone (.safetensors, or PyTorch's .pth): blocks, width and channels are read
// from the tensors' names and shapes, and the graph is made of them, whatever they are. Throws Error where the file
// holds something else, and says what that is.
#pragma once
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/pixel_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/deploy/detail/what_weights_are.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/weights/weights.hpp>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace guise {

struct GeneratorChoice {  // what a ResNet generator is made of
  int blocks = 9, width = 64, channels = 3, out = channels;
  Graph graph() const { return resnet_generator(blocks, width, channels, out); }
};
struct DiscriminatorChoice {                 // what a discriminator is made of
  int width = 64, channels = 3, layers = 3;  // 0 layers: of single pixels
  Graph graph() const {
    return layers ? patch_discriminator(width, channels, layers) : pixel_discriminator(width, channels);
  }
};

namespace detail {

// A side of the tensor of this name, where it has four, and is no larger than a network may be.
inline int side_of(const Safetensors& file, const std::string& name, std::size_t axis) {
  constexpr std::size_t most = 1 << 14;
  const Tensor* tensor = file.find(name);
  return tensor && tensor->shape.size() == 4 && tensor->shape[axis] <= most
             ? static_cast<int>(tensor->shape[axis])
             : 0;
}

}  // namespace detail

// What the generator is made of whose tensors these are; `path` is only for messages.
inline GeneratorChoice generator_in(const Safetensors& file, const std::filesystem::path& path) {
  const std::string first = "model.1.weight";
  GeneratorChoice choice{0, detail::side_of(file, first, 0), detail::side_of(file, first, 1)};
  // No further than a generator may go: a file of a million blocks would keep the search busy for hours.
  while (choice.blocks < 100 &&
         file.find("model." + std::to_string(10 + choice.blocks) + ".conv_block.1.weight"))
    ++choice.blocks;
  const int out = detail::side_of(file, "model." + std::to_string(17 + choice.blocks) + ".weight", 0);
  choice.out = out ? out : choice.channels;  // where the last convolution is missing, loading says so
  const Tensor* const norm = file.find("model.2.weight");
  if (choice.width == 0 || choice.channels == 0 || choice.blocks == 0 || (norm && norm->shape.size() == 1))
    throw Error(path.string() + ": " + detail::what_weights_are(file) +
                ": expected the weights of a ResNet generator with instance norm (model.1.weight, "
                "model.10.conv_block.1.weight, ...)");
  return choice;
}

// What the discriminator is made of whose tensors these are, if they are one's.
inline std::optional<DiscriminatorChoice> discriminator_in(const Safetensors& file) {
  const auto of = [&](const std::string& first, int layers) -> std::optional<DiscriminatorChoice> {
    const DiscriminatorChoice choice{detail::side_of(file, first, 0), detail::side_of(file, first, 1),
                                     layers};
    return choice.width && choice.channels ? std::optional(choice) : std::nullopt;
  };
  if (detail::side_of(file, "net.5.weight", 0) == 1) return of("net.0.weight", 0);
  for (int layers = 1; layers <= most_patch_layers; ++layers)  // the last convolution makes one score
    if (detail::side_of(file, "model." + std::to_string(3 * layers + 2) + ".weight", 0) == 1)
      return of("model.0.weight", layers);
  return std::nullopt;
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

// The generator that the file holds, on this device; `path` is only for messages.
template <class From, class To, class Device>
Generator<From, To, Described, Device> make_generator(const Safetensors& file,
                                                      const std::filesystem::path& path,
                                                      const Device& device) {
  Generator<From, To, Described, Device> net(generator_in(file, path).graph(), 0, 0, device);
  load_weights(net, file, path);
  return net;
}
template <class From, class To, class Device>
Generator<From, To, Described, Device> read_generator(const std::filesystem::path& path,
                                                      const Device& device) {
  return make_generator<From, To>(read_weights(path), path, device);
}

// The same as a translator, frozen.
template <class From, class To, class Device>
AnyTranslator<From, To> make_translator(const Safetensors& file, const std::filesystem::path& path,
                                        const Device& device) {
  return any_translator(
      Translator<From, To, Described, Device>(make_generator<From, To>(file, path, device)));
}
template <class From, class To, class Device>
AnyTranslator<From, To> read_translator(const std::filesystem::path& path, const Device& device) {
  return make_translator<From, To>(read_weights(path), path, device);
}

}  // namespace guise
