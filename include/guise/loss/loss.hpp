// A loss: one value that stays on the backend until somebody reads it, and its gradient.
#pragma once
#include <guise/backend/make_formula.hpp>
#include <guise/core/batch.hpp>

namespace guise {

template <class Domain, class B> struct Loss {
  typename B::Buffer value;
  Gradient<Domain, B> gradient;

  float read() const {
    float result = 0;
    gradient.backend.download(1, value.data(), &result);
    return result;
  }
};

// weight * mean formula(x, target), of a target for all values or of one for each (x.data.size() of them). Throws Error
// for a batch of no samples or whose buffer is not as long as its shape says.
template <class X, class B>
Loss<X, B> mean_loss(const MeanFormula& formula, const Batch<X, B>& x, double target, double weight = 1) {
  check_batch(x, true);
  Loss<X, B> loss{x.backend.uninitialized(1), {x.n, x.shape, x.backend}};
  x.backend.mean(formula, x.data.size(), weight, x.data.data(), nullptr, target, loss.value.data(),
                 loss.gradient.data.data());
  return loss;
}
template <class Formula, class X, class B>
Loss<X, B> mean_loss(const Batch<X, B>& x, double target, double weight = 1) {
  return mean_loss(mean_formula<Formula>, x, target, weight);
}
template <class Formula, class X, class B>
Loss<X, B> mean_loss(const Batch<X, B>& x, const typename B::Scalar* targets, double weight = 1) {
  check_batch(x, true);
  Loss<X, B> loss{x.backend.uninitialized(1), {x.n, x.shape, x.backend}};
  x.backend.mean(mean_formula<Formula>, x.data.size(), weight, x.data.data(), targets, 0, loss.value.data(),
                 loss.gradient.data.data());
  return loss;
}

}  // namespace guise
