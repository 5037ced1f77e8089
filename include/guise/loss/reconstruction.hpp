// weight * mean of a formula over two batches of one domain: cycle consistency and identity (Zhu et al. 2017).
//
//   reconstruction_loss<L1>(x, target, 10)     or L2, Charbonnier, or a struct of one's own as in formulas.hpp
//   reconstruction_loss<WeightedSum<Weighted<Ssim<>, 84>, Weighted<L1, 16>>>(x, target, 10)     weights in percent
//
// What is no mean of one formula has loss(x, target, weight) in the place of the formulas, as Ssim (loss/ssim.hpp).
// The gradient is that of x. Throws Error if the batches differ in shape, have no samples, or a buffer that is not as
// long as the shape says.
#pragma once
#include <guise/core/error.hpp>
#include <guise/loss/formulas.hpp>
#include <guise/loss/loss.hpp>

#include <string>
#include <type_traits>

namespace guise {

[[noreturn]] inline void refuse_to_compare(const char* loss, int n, Shape x, int of_target, Shape target) {
  const auto text = [](int count, Shape s) {
    return std::to_string(count) + " of " + std::to_string(s.c) + "x" + std::to_string(s.h) + "x" +
           std::to_string(s.w);
  };
  throw Error(std::string(loss) +
              " loss of two batches: expected the same number and size of pictures, got " + text(n, x) +
              " and " + text(of_target, target));
}

template <class Formula = L1, class X, class Y, class B>
Loss<X, B> reconstruction_loss(const Batch<X, B>& x, const Batch<Y, B>& target, double weight = 1) {
  static_assert(std::is_same_v<X, Y>, "a reconstruction loss compares two batches of one domain");
  if constexpr (requires { Formula::loss(x, target, weight); })
    static_assert(NamedFormula<Formula>, "a loss's struct has a name: static constexpr const char* name");
  else
    static_assert(is_loss_formula<Formula>());
  if (x.n != target.n || x.shape != target.shape)
    refuse_to_compare(Formula::name, x.n, x.shape, target.n, target.shape);
  check_batch(x, true), check_batch(target, true);
  if constexpr (requires { Formula::loss(x, target, weight); })
    return Formula::loss(x, target, weight);
  else
    return mean_loss<Formula>(x, target.data.data(), weight);
}

template <class Loss, int Percent> struct Weighted {};
template <class... Parts> struct WeightedSum;
template <class First, int Percent, class... Losses, int... Percents>
struct WeightedSum<Weighted<First, Percent>, Weighted<Losses, Percents>...> {
  static constexpr const char* name = "weighted sum";
  template <class X, class B>
  static Loss<X, B> loss(const Batch<X, B>& x, const Batch<X, B>& target, double weight) {
    auto sum = reconstruction_loss<First>(x, target, weight * Percent / 100);
    const auto add = [&](const Loss<X, B>& part) {
      x.backend.axpby(1, 1, part.value.data(), 1, sum.value.data());
      x.backend.axpby(x.data.size(), 1, part.gradient.data.data(), 1, sum.gradient.data.data());
    };
    (add(reconstruction_loss<Losses>(x, target, weight * Percents / 100)), ...);
    return sum;
  }
};

}  // namespace guise
