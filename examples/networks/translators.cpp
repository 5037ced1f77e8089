#include "translators_on.hpp"
#include "with_device.hpp"

guise::AnyTranslator<Source, Target> read_translator(const std::filesystem::path& weights,
                                                     const ChosenDevice& device) {
  return with_device(device, [&](const auto& on) { return translator_on(on, weights); });
}
