#include "translators.hpp"

template guise::AnyTranslator<Source, Target> guise::read_translator(const std::filesystem::path&,
                                                                     const EigenCpu<>&);
