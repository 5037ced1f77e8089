#include "translators_on.hpp"

guise::AnyTranslator<Source, Target> translator_on(const guise::Cpu& device, const GeneratorFile& weights) {
  return guise::read_translator<Source, Target>(weights.path, device, weights.prefix);
}

PictureTranslator tiled_translator_on(const guise::Cpu& device, const GeneratorFile& weights,
                                      guise::TilingOptions options) {
  using Tiled = guise::TiledTranslator<Source, Target, guise::Described, guise::Cpu>;
  const auto shared = std::make_shared<const Tiled>(
      guise::read_generator<Source, Target>(weights.path, device, weights.prefix), std::move(options));
  return {shared->channels(), shared->channels_made(),
          [shared](guise::Shape shape, std::size_t bytes, PictureTranslator::Read read,
                   PictureTranslator::Write write) { shared->by_rows(shape, bytes, read, write); }};
}

guise::Safetensors read_generator(const GeneratorFile& weights) {
  return guise::one_generator(guise::read_weights(weights.path), weights.path, weights.prefix);
}
guise::AnyTranslator<Source, Target> make_translator(const guise::Safetensors& weights,
                                                     const std::filesystem::path& file,
                                                     const guise::Cpu& device) {
  return guise::make_translator<Source, Target>(weights, file, device);
}
