#include "trainings.hpp"

template std::unique_ptr<guise::AnyCycleGan<A, B, guise::EigenCpu<>>> guise::any_cyclegan(
    const Graph&, const Graph&, const CycleGanOptions&, const EigenCpu<>&);
template guise::AnyClassifier<A, B> guise::train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                            const EigenCpu<>&, ClassifierOptions);
