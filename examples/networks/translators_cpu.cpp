#include "translators_on.hpp"

Translated translator_on(const guise::Cpu& device, const guise::Safetensors& weights,
                         const std::filesystem::path& file) {
  return guise::make_translator<Source, Target>(weights, file, device);
}

PictureTranslator tiled_translator_on(const guise::Cpu& device, const guise::Safetensors& weights,
                                      const std::filesystem::path& file, guise::TilingOptions options) {
  using Tiled = guise::TiledTranslator<Source, Target, guise::Described, guise::Cpu>;
  const auto shared = std::make_shared<const Tiled>(
      guise::make_generator<Source, Target>(weights, file, device), std::move(options));
  return {shared->channels(), shared->channels_made(), "",
          [shared](guise::Shape shape, std::size_t bytes, PictureTranslator::Read read,
                   PictureTranslator::Write write) { shared->by_rows(shape, bytes, read, write); }};
}
