// The options of CUT (objective/cut.hpp), with the defaults of the published code, and those of FastCUT. The names are
// those of the published code, but for `identity` (nce_idt), `layers` (nce_layers), `places` (num_patches), `width`
// (netF_nc) and what `contrast` has: temperature (nce_T) and of_batch (nce_includes_all_negatives_from_minibatch).
//
//   Cut<A, B> model({.seed = 7, .rate = linear_decay(2e-4, 400 * steps, 200 * steps)});
//   auto options = fast_cut();  options.seed = 7;  Cut<A, B> fast(options);
#pragma once
#include <guise/core/error.hpp>
#include <guise/loss/adversarial.hpp>
#include <guise/loss/patch_nce.hpp>
#include <guise/net/initialization.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/schedule.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace guise {

template <class Optimizer = Adam, class Adversarial = LeastSquares> struct CutOptions {
  std::uint64_t seed = 0;
  Schedule rate = constant(2e-4);
  Optimizer optimizer{};
  double lambda_GAN = 1, lambda_NCE = 1;
  bool identity = true, flip_equivariance = false;
  std::vector<int> layers{0, 4, 8, 12,
                          16};    // of the generator, as model.N; the last of them ends the encoder
  int places = 256, width = 256;  // of a picture and layer; of the projection heads
  PatchNce contrast{};
  Adversarial adversarial{};  // to be set where the recipe says AnyAdversarial
  Initialization initialization = initial::normal();
  double ema = 0;        // decay of a moving average of G, which translators and grids then use; 0: none
  std::string freeze{};  // of G, what does not learn: see train/freeze.hpp
};
template <class Optimizer = Adam, class Adversarial = LeastSquares>
CutOptions<Optimizer, Adversarial> fast_cut() {
  return {.lambda_NCE = 10, .identity = false, .flip_equivariance = true};
}

// As published: so many epochs at the whole rate, then so many in which it falls to 0.
struct PublishedEpochs {
  int whole, falling;
};
inline constexpr PublishedEpochs cut_epochs{200, 200}, fast_cut_epochs{150, 50};

// Throws Error for options that are out of range.
template <class Optimizer, class Adversarial>
CutOptions<Optimizer, Adversarial> checked(CutOptions<Optimizer, Adversarial> options) {
  if (options.layers.empty()) throw Error("CUT looks at no layers: expected at least one");
  if (options.places < 1) refuse("CUT looks at places in a number", options.places, "at least one");
  if (options.width < 1) refuse("a projection head has a width", options.width, "at least 1");
  if (!(options.contrast.temperature > 0))
    throw Error("a temperature of " + std::to_string(options.contrast.temperature) +
                ": expected one above 0");
  return options;
}

}  // namespace guise
