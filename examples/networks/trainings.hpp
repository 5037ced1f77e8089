// What programs train on the device that was chosen when they began, which these functions hide.
#pragma once
#include "../device.hpp"
#include <guise/objective/any_model.hpp>
#include <guise/objective/cut.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/score/domain_classifier.hpp>
#include <guise/score/score.hpp>

struct A;  // domains of a training
struct B;

// The networks of both directions: G_A and D_B take pictures of A, G_B and D_A those of B.
struct TrainingGraphs {
  guise::Graph g_a, g_b, d_a, d_b;
};
using TrainingOptions = guise::CycleGanOptions<guise::Adam, guise::AnyAdversarial>;
guise::AnyModel<A, B> make_cyclegan(const TrainingGraphs& graphs, TrainingOptions options,
                                    const ChosenDevice& device);
// CUT, of a generator and a discriminator.
using CutTrainingOptions = guise::CutOptions<guise::Adam, guise::AnyAdversarial>;
guise::AnyModel<A, B> make_cut(const TrainingGraphs& graphs, CutTrainingOptions options,
                               const ChosenDevice& device);
// Of the reference's --init_type: normal, xavier, kaiming or orthogonal.
guise::Initialization initialization_named(const std::string& type, double gain);
guise::AnyClassifier<A, B> train_classifier(const guise::ImageFolder<A>& a, const guise::ImageFolder<B>& b,
                                            const ChosenDevice& device, guise::ClassifierOptions options);

namespace guise {

extern template Scores score(const Images<A>&, const Images<A>&, const AnyClassifier<A, B>*, std::uint64_t);
extern template Scores score(const Images<B>&, const Images<B>&, const AnyClassifier<A, B>*, std::uint64_t);

}  // namespace guise
