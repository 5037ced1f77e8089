#include "translators_on.hpp"

Translated translator_on(const guise::Cuda& device, const guise::Safetensors& weights,
                         const std::filesystem::path& file) {
  return guise::make_translator<Source, Target>(weights, file, device);
}
