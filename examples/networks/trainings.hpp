// What programs train, only declared: it is compiled once, in this folder, for all programs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/objective/any_cyclegan.hpp>
#include <guise/score/score.hpp>

#include <memory>

struct A;  // domains of a training
struct B;

namespace guise {

extern template std::unique_ptr<AnyCycleGan<A, B, Cpu>> any_cyclegan(GeneratorChoice, int,
                                                                     const CycleGanOptions<>&, const Cpu&);
extern template std::unique_ptr<AnyCycleGan<A, B, Cuda>> any_cyclegan(GeneratorChoice, int,
                                                                      const CycleGanOptions<>&, const Cuda&);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&, const Cpu&,
                                                     ClassifierOptions);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                     const Cuda&, ClassifierOptions);

}  // namespace guise
