#include "translators_on.hpp"

guise::AnyTranslator<Source, Target> translator_on(const guise::Cpu& device,
                                                   const std::filesystem::path& weights) {
  return guise::read_translator<Source, Target>(weights, device);
}

guise::Safetensors read_generator(const std::filesystem::path& weights) {
  return guise::read_weights(weights);
}
guise::AnyTranslator<Source, Target> make_translator(const guise::Safetensors& weights,
                                                     const std::filesystem::path& file,
                                                     const guise::Cpu& device) {
  return guise::make_translator<Source, Target>(weights, file, device);
}
