// Internal: a recipe's names are those that are asked for. A misspelt one would leave the default of the recipe from which it
// derives, and train something else without a word; the compiler refuses those that are likely, and says the right one.
#pragma once
#include <guise/core/compiler.hpp>

namespace guise::detail {

#define GUISE_NOT_A_NAME(WRONG, RIGHT) \
  static_assert(                       \
      !requires { typename Recipe::WRONG; }, "recipe has " #WRONG ": the name is " RIGHT)

template <class Recipe> consteval bool has_names_of_any_recipe() {
  GUISE_NOT_A_NAME(Optimiser, "Optimizer");
  GUISE_NOT_A_NAME(Optimizers, "Optimizer");
  GUISE_NOT_A_NAME(Optimisers, "Optimizer");
  GUISE_NOT_A_NAME(Optimizer_, "Optimizer");
  GUISE_NOT_A_NAME(Optim, "Optimizer");
  GUISE_NOT_A_NAME(Adversarial_, "Adversarial");
  GUISE_NOT_A_NAME(Adverserial, "Adversarial");
  GUISE_NOT_A_NAME(AdversarialLoss, "Adversarial");
  GUISE_NOT_A_NAME(GanLoss, "Adversarial");
  GUISE_NOT_A_NAME(Generators, "Generator of CUT, and GeneratorAB and GeneratorBA of CycleGan");
  GUISE_NOT_A_NAME(Discriminators, "Discriminator of CUT, and DiscriminatorB and DiscriminatorA of CycleGan");
  return true;
}
template <class Recipe> consteval bool has_names_of_cyclegan() {
  GUISE_NOT_A_NAME(Generator, "GeneratorAB, and GeneratorBA of the way back");
  GUISE_NOT_A_NAME(GeneratorA, "GeneratorAB");
  GUISE_NOT_A_NAME(GeneratorB, "GeneratorBA");
  GUISE_NOT_A_NAME(Discriminator, "DiscriminatorB, and DiscriminatorA of the way back");
  GUISE_NOT_A_NAME(Loss, "Adversarial, or Reconstruction of the cycle");
  GUISE_NOT_A_NAME(Losses, "Adversarial, or Reconstruction of the cycle");
  GUISE_NOT_A_NAME(Reconstuction, "Reconstruction");
  GUISE_NOT_A_NAME(Reconstruction_, "Reconstruction");
  GUISE_NOT_A_NAME(ReconstructionLoss, "Reconstruction");
  GUISE_NOT_A_NAME(Cycle, "Reconstruction");
  GUISE_NOT_A_NAME(CycleLoss, "Reconstruction");
  return has_names_of_any_recipe<Recipe>();
}
template <class Recipe> consteval bool has_names_of_cut() {
  GUISE_NOT_A_NAME(GeneratorAB, "Generator");
  GUISE_NOT_A_NAME(DiscriminatorB, "Discriminator");
  GUISE_NOT_A_NAME(Loss, "Adversarial");
  GUISE_NOT_A_NAME(Losses, "Adversarial");
  GUISE_NOT_A_NAME(Reconstruction, "Adversarial: CUT has no way back that would be compared");
  return has_names_of_any_recipe<Recipe>();
}

#undef GUISE_NOT_A_NAME

}  // namespace guise::detail
