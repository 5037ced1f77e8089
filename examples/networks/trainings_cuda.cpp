#include "trainings.hpp"

template std::unique_ptr<guise::AnyCycleGan<A, B, guise::Cuda>> guise::any_cyclegan(GeneratorChoice, int,
                                                                                    const CycleGanOptions<>&,
                                                                                    const Cuda&);
template guise::AnyClassifier<A, B> guise::train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                            const Cuda&, ClassifierOptions);
