// Adversarial losses: what the discriminator minimises on the scores of real pictures and of fakes, and what
// the generator minimises on the scores of its fakes, each weight * mean over all patches.
//
//   LeastSquares            (x - 1)^2, x^2; the generator (x - 1)^2                  Mao et al. 2016
//   CrossEntropyWithLogits  -log(sigmoid(x)), -log(1 - sigmoid(x)); -log(sigmoid(x))  Goodfellow et al. 2014
//   Hinge                   max(0, 1 - x), max(0, 1 + x); -x                         Lim and Ye 2017
//   Wasserstein             -x, x; -x                                                Arjovsky et al. 2017
//
// AnyAdversarial::of<Hinge>() is one of them as a value, for a program that chooses when it runs.
// One of one's own is a struct of three such parts. A part is a formula as in formulas.hpp, or says the
// formula and the target: struct { using Formula = L2; static constexpr double target = 0.9; }
#pragma once
#include <guise/loss/formulas.hpp>
#include <guise/loss/loss.hpp>

#include <type_traits>

namespace guise {

template <class F, int t> struct Towards {
  using Formula = F;
  static constexpr double target = t;
};

struct LeastSquares {
  using Real = Towards<L2, 1>;
  using Fake = Towards<L2, 0>;
  using Generator = Real;
};
struct CrossEntropyWithLogits {
  using Real = Towards<BinaryCrossEntropyWithLogits, 1>;
  using Fake = Towards<BinaryCrossEntropyWithLogits, 0>;
  using Generator = Real;
};
struct Hinge {
  using Real = Towards<Margin, 1>;
  using Fake = Towards<Margin, -1>;
  using Generator = Towards<Linear, 1>;
};
struct Wasserstein {
  using Real = Towards<Linear, 1>;
  using Fake = Towards<Linear, -1>;
  using Generator = Real;
};

template <class L>
concept AdversarialLoss = requires {
  typename L::Real;
  typename L::Fake;
  typename L::Generator;
};

// Any of them, chosen when a program runs.
class AnyAdversarial {
 public:
  struct Part {
    MeanFormula formula;
    double target = 0;
  };
  Part real, fake, generator;

  AnyAdversarial() : AnyAdversarial(of<LeastSquares>()) {}
  template <AdversarialLoss L> static AnyAdversarial of() {
    return {part<typename L::Real>(), part<typename L::Fake>(), part<typename L::Generator>()};
  }

 private:
  AnyAdversarial(Part r, Part f, Part g) : real(r), fake(f), generator(g) {}
  template <class P> static Part part() {
    if constexpr (requires { typename P::Formula; })
      return {mean_formula<typename P::Formula>, P::target};
    else
      return {mean_formula<P>};
  }
};

template <class Part, class Of, class B>
Loss<Verdict<Of>, B> part_of_loss(const Batch<Verdict<Of>, B>& score, double weight) {
  if constexpr (requires { typename Part::Formula; }) {
    static_assert(
        requires { double{Part::target}; },
        "a part of an adversarial loss that names a Formula has its target: static constexpr double target");
    return mean_loss<typename Part::Formula>(score, Part::target, weight);
  } else {
    return mean_loss<Part>(score, 0., weight);
  }
}
template <class Of, class B>
Loss<Verdict<Of>, B> part_of_loss(const AnyAdversarial::Part& part, const Batch<Verdict<Of>, B>& score,
                                  double weight) {
  return mean_loss(part.formula, score, part.target, weight);
}

// Each of a loss that is named by its type, or by a value: of such a type, or of AnyAdversarial.
template <class L, class Of, class B>
Loss<Verdict<Of>, B> real_loss(const Batch<Verdict<Of>, B>& score, double weight = 1) {
  static_assert(AdversarialLoss<L>, "an adversarial loss has three parts: Real, Fake and Generator");
  return part_of_loss<typename L::Real>(score, weight);
}
template <class L, class Of, class B>
Loss<Verdict<Of>, B> fake_loss(const Batch<Verdict<Of>, B>& score, double weight = 1) {
  static_assert(AdversarialLoss<L>, "an adversarial loss has three parts: Real, Fake and Generator");
  return part_of_loss<typename L::Fake>(score, weight);
}
template <class L, class Of, class B>
Loss<Verdict<Of>, B> generator_loss(const Batch<Verdict<Of>, B>& score, double weight = 1) {
  static_assert(AdversarialLoss<L>, "an adversarial loss has three parts: Real, Fake and Generator");
  return part_of_loss<typename L::Generator>(score, weight);
}
template <class L, class Of, class B>
Loss<Verdict<Of>, B> real_loss(const L& loss, const Batch<Verdict<Of>, B>& score, double weight = 1) {
  if constexpr (std::is_same_v<L, AnyAdversarial>)
    return part_of_loss(loss.real, score, weight);
  else
    return real_loss<L>(score, weight);
}
template <class L, class Of, class B>
Loss<Verdict<Of>, B> fake_loss(const L& loss, const Batch<Verdict<Of>, B>& score, double weight = 1) {
  if constexpr (std::is_same_v<L, AnyAdversarial>)
    return part_of_loss(loss.fake, score, weight);
  else
    return fake_loss<L>(score, weight);
}
template <class L, class Of, class B>
Loss<Verdict<Of>, B> generator_loss(const L& loss, const Batch<Verdict<Of>, B>& score, double weight = 1) {
  if constexpr (std::is_same_v<L, AnyAdversarial>)
    return part_of_loss(loss.generator, score, weight);
  else
    return generator_loss<L>(score, weight);
}

}  // namespace guise
