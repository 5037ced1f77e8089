// Least squares adversarial loss (Mao et al. 2016): weight * mean (score - target)^2 over all patches, target
// 1 for "this is real" and 0 for "this is a fake".
#pragma once
#include <guise/loss/loss.hpp>

namespace guise {

inline constexpr double is_real = 1, is_fake = 0;

template <class Of, class B>
Loss<Verdict<Of>, B> lsgan(const Batch<Verdict<Of>, B>& score, double target, double weight = 1) {
  Loss<Verdict<Of>, B> loss{score.backend.uninitialized(1), {score.n, score.shape, score.backend}};
  score.backend.mse(score.data.size(), weight, score.data.data(), target, loss.value.data(),
                    loss.gradient.data.data());
  return loss;
}

}  // namespace guise
