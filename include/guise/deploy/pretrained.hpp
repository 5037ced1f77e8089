// A trained generator from a weights file alone (.safetensors, or PyTorch's .pth): what it is made of is read from the
// tensors' names and shapes (deploy/networks_in_weights.hpp), and the graph is made of that. `prefix`: what stands before
// its names, where the file holds several. Throws Error where the file holds something else, and says what that is, and
// where it was saved by a network whose graph is another, although its tensors are the same: it would make other pictures.
#pragma once
#include <guise/deploy/networks_in_weights.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/weights/weights.hpp>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace guise {

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

// The generator whose tensors these are, on this device.
template <class From, class To, class Device>
Generator<From, To, Described, Device> make_generator(const Safetensors& file,
                                                      const std::filesystem::path& path,
                                                      const Device& device) {
  const GeneratorChoice choice = generator_in(file, path);
  Generator<From, To, Described, Device> net(generator(choice), 0, 0, device);
  load_weights(net, file, path, "a " + to_text(choice));
  check_variances(net.statistics_table(), on_host(device, net.statistics()), path);
  return net;
}
template <class From, class To, class Device>
Generator<From, To, Described, Device> read_generator(const std::filesystem::path& path, const Device& device,
                                                      const std::optional<std::string>& prefix = {}) {
  return make_generator<From, To>(one_generator(read_weights(path), path, prefix), path, device);
}

// The same as a translator, frozen.
template <class From, class To, class Device>
AnyTranslator<From, To> make_translator(const Safetensors& file, const std::filesystem::path& path,
                                        const Device& device) {
  return any_translator(
      Translator<From, To, Described, Device>(make_generator<From, To>(file, path, device)));
}
template <class From, class To, class Device>
AnyTranslator<From, To> read_translator(const std::filesystem::path& path, const Device& device,
                                        const std::optional<std::string>& prefix = {}) {
  return make_translator<From, To>(one_generator(read_weights(path), path, prefix), path, device);
}

}  // namespace guise
