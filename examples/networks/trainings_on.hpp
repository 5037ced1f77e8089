// The trainings of a device, each compiled in a file of its own.
#pragma once
#include "trainings.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>

struct Chosen : guise::Paper<guise::Described, guise::Described> {  // when the program runs
  using Adversarial = guise::AnyAdversarial;
};
template <class Device>
guise::AnyModel<A, B> cyclegan_on(const Device& device, const TrainingGraphs& graphs,
                                  TrainingOptions options) {
  return guise::AnyModel<A, B>(std::in_place_type<guise::CycleGan<A, B, Chosen, Device>>, graphs.g_a,
                               graphs.g_b, graphs.d_a, graphs.d_b, std::move(options), device);
}
struct ChosenCut : guise::CutPaper<guise::Described, guise::Described> {
  using Adversarial = guise::AnyAdversarial;
};
template <class Device>
guise::AnyModel<A, B> cut_on(const Device& device, const TrainingGraphs& graphs, CutTrainingOptions options) {
  return guise::AnyModel<A, B>(std::in_place_type<guise::Cut<A, B, ChosenCut, Device>>, graphs.g_a,
                               graphs.d_a, std::move(options), device);
}
template <class Device>
guise::AnyClassifier<A, B> classifier_on(const Device& device, const guise::ImageFolder<A>& a,
                                         const guise::ImageFolder<B>& b, guise::ClassifierOptions options) {
  return guise::train_classifier(a, b, device, options);
}

#define TRAININGS_ON(EXTERN, DEVICE)                                                                        \
  EXTERN template guise::AnyModel<A, B> cyclegan_on(const DEVICE&, const TrainingGraphs&, TrainingOptions); \
  EXTERN template guise::AnyModel<A, B> cut_on(const DEVICE&, const TrainingGraphs&, CutTrainingOptions);   \
  EXTERN template guise::AnyClassifier<A, B> classifier_on(                                                 \
      const DEVICE&, const guise::ImageFolder<A>&, const guise::ImageFolder<B>&, guise::ClassifierOptions);
