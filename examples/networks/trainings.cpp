#include "trainings_on.hpp"
#include "with_device.hpp"

TRAININGS_ON(extern, guise::Cpu)
TRAININGS_ON(extern, guise::Cuda)
TRAININGS_ON(extern, guise::EigenCpu<>)

guise::AnyModel<A, B> make_cyclegan(const TrainingGraphs& graphs, TrainingOptions options,
                                    const ChosenDevice& device) {
  return with_device(device, [&](const auto& on) { return cyclegan_on(on, graphs, std::move(options)); });
}
guise::AnyModel<A, B> make_cut(const TrainingGraphs& graphs, CutTrainingOptions options,
                               const ChosenDevice& device) {
  return with_device(device, [&](const auto& on) { return cut_on(on, graphs, std::move(options)); });
}
guise::AnyClassifier<A, B> train_classifier(const guise::ImageFolder<A>& a, const guise::ImageFolder<B>& b,
                                            const ChosenDevice& device, guise::ClassifierOptions options) {
  return with_device(device, [&](const auto& on) { return classifier_on(on, a, b, options); });
}
