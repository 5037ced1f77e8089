// What programs train, only declared: it is compiled once, in this folder, for all programs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/score/score.hpp>

struct A;  // domains of a training
struct B;
using DescribedNetworks = guise::Paper<guise::Described, guise::Described>;

namespace guise {

extern template class CycleGan<A, B, DescribedNetworks, Cpu>;
extern template class CycleGan<A, B, DescribedNetworks, Cuda>;
extern template class CycleGan<A, B, DescribedNetworks, EigenCpu<>>;
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&, const Cpu&,
                                                     ClassifierOptions);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                     const Cuda&, ClassifierOptions);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                     const EigenCpu<>&, ClassifierOptions);

}  // namespace guise
