#include "trainings.hpp"

template class guise::CycleGan<A, B, DescribedNetworks, guise::Cpu>;
template guise::AnyClassifier<A, B> guise::train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                            const Cpu&, ClassifierOptions);
