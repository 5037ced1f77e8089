#include "translators_on.hpp"

guise::AnyTranslator<Source, Target> translator_on(const guise::Cuda& device,
                                                   const std::filesystem::path& weights) {
  return guise::read_translator<Source, Target>(weights, device);
}
