#include "translators.hpp"

guise::Safetensors read_generator(const std::filesystem::path& weights) {
  return guise::read_weights(weights);
}

template guise::AnyTranslator<Source, Target> guise::make_translator(const Safetensors&,
                                                                     const std::filesystem::path&,
                                                                     const Cpu&);
template guise::AnyTranslator<Source, Target> guise::read_translator(const std::filesystem::path&,
                                                                     const Cpu&);
