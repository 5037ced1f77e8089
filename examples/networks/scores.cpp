#include "trainings.hpp"

template guise::Scores guise::score(const Images<A>&, const Images<A>&, const AnyClassifier<A, B>*,
                                    std::uint64_t);
template guise::Scores guise::score(const Images<B>&, const Images<B>&, const AnyClassifier<A, B>*,
                                    std::uint64_t);
