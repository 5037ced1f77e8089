#include "trainings.hpp"

template class guise::CycleGan<A, B, DescribedNetworks, guise::Cuda>;
template guise::AnyClassifier<A, B> guise::train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                            const Cuda&, ClassifierOptions);
