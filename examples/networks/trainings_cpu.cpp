#include "trainings.hpp"

template std::unique_ptr<guise::AnyCycleGan<A, B, guise::Cpu>> guise::any_cyclegan(GeneratorChoice, int,
                                                                                   const CycleGanOptions<>&,
                                                                                   const Cpu&);
template guise::AnyClassifier<A, B> guise::train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                            const Cpu&, ClassifierOptions);
