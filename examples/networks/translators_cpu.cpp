#include "networks.hpp"

template guise::AnyTranslator<Source, Target> guise::make_translator(const Safetensors&,
                                                                     const std::filesystem::path&,
                                                                     const Cpu&);
