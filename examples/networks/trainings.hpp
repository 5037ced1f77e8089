// What programs train, only declared: it is compiled once, in this folder, for all programs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/objective/any_cyclegan.hpp>
#include <guise/score/score.hpp>

#include <memory>

struct A;  // domains of a training
struct B;

namespace guise {

extern template std::unique_ptr<AnyCycleGan<A, B, Cpu>> any_cyclegan(const Graph&, const Graph&,
                                                                     const CycleGanOptions&, const Cpu&);
extern template std::unique_ptr<AnyCycleGan<A, B, Cuda>> any_cyclegan(const Graph&, const Graph&,
                                                                      const CycleGanOptions&, const Cuda&);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&, const Cpu&,
                                                     ClassifierOptions);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                     const Cuda&, ClassifierOptions);
extern template std::unique_ptr<AnyCycleGan<A, B, EigenCpu<>>> any_cyclegan(const Graph&, const Graph&,
                                                                            const CycleGanOptions&,
                                                                            const EigenCpu<>&);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                     const EigenCpu<>&, ClassifierOptions);

}  // namespace guise
