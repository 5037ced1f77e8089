#include "translators_on.hpp"

guise::AnyTranslator<Source, Target> translator_on(const guise::EigenCpu<>& device,
                                                   const GeneratorFile& weights) {
  return guise::read_translator<Source, Target>(weights.path, device, weights.prefix);
}
