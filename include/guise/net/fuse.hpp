// The compiler is the graph optimiser: a rewrite of types turns the layers as the paper spells them (pad,
// conv, norm, relu, add) into steps of prologue, product and epilogue. Reading from left to right, what may
// still join the next prologue is *held*; a product looks one layer ahead:
//
//   product, then a norm that can be gathered   Step<Held, P, Moments>, bias dropped; the norm is held
//   product, then another norm after which a    Step<Held, P, Raw>, bias dropped; nothing is held
//     bias has no effect
//   product, then an activation                 Step<Held, P, Bias<Activation>>
//   product, then anything else                 Step<Held, P, Bias<>>
//   activation or reflection that may follow    held (norm < activation < reflection)
//     what is held
//   Residual                                    settle what is held (it is read twice); Sum<steps, what is
//                                               held at their end>
//   Repeat<N, L>                                settle; Repeat<N, L rewritten>
//   Sequential                                  settle; rewritten and closed
//   anything else                               settle; the layer as it is
//
// The parameters keep their order, so one table serves every form. `Plain` runs the layers one by one and
// drops only the biases that have no effect.
#pragma once
#include <guise/layer/conv.hpp>
#include <guise/net/repeat.hpp>
#include <guise/net/residual.hpp>

namespace guise {

template <class L>
concept Itself = std::same_as<typename L::self, L>;  // not a type derived from a known layer
template <class L>
concept Part = Itself<L> && requires(Prologue g) {
  L::prologue(g);
  L::rank;
};
template <class L>
concept GatheredNorm = Part<L> && L::rank == 1;
template <class L>
concept GatheredActivation = Part<L> && L::rank == 2;
template <class L>
concept Multiplies = Itself<L> && requires {
  L::transposed;
  L::weights;
};
template <class L>
concept CancelsBias = Itself<L> && requires {
  requires L::cancels_bias;
};

template <class... Ls> struct Steps {};  // done so far
template <class Done, class Held> struct Rewritten {};
template <class... Ls> constexpr int rank_of(Gather<Ls...>) {
  int rank = 0;
  ((rank = Ls::rank), ...);
  return rank;
}

template <class... Ls, class L> Steps<Ls..., L> operator+(Steps<Ls...>, L);
template <class... Ls> Steps<Ls...> operator+(Steps<Ls...>, Settle<>);
template <class... Ls, class L> Gather<Ls..., L> operator+(Gather<Ls...>, L);
template <class... Ls> Settle<Ls...> settled(Gather<Ls...>);

template <class... Ls> Sequential<Ls...> sequential(Steps<Ls...>);
template <class Done, class Held>
auto closed(Rewritten<Done, Held>) -> decltype(sequential(Done{} + settled(Held{})));
template <class Done, class Held>
auto added(Rewritten<Done, Held>) -> Sum<decltype(sequential(Done{})), Held>;
template <class Held>
auto added(Rewritten<Steps<>, Held>) -> Sum<Sequential<decltype(settled(Held{}))>, Gather<>>;

template <bool Fusing> struct Rewrite {
  template <class Done, class Held> static constexpr Rewritten<Done, Held> list(Done, Held) { return {}; }
  template <class Done, class Held, class L, class... Rest>
  static constexpr auto list(Done, Held, L, Rest... rest) {
    if constexpr (Multiplies<L>)
      return product(Done{}, Held{}, L{}, rest...);
    else if constexpr (Fusing && Part<L> && !GatheredNorm<L> &&
                       requires { requires L::rank > rank_of(Held{}); })
      return list(Done{}, decltype(Held{} + L{}){}, rest...);
    else
      return list(decltype(Done{} + settled(Held{}) + one(L{})){}, Gather<>{}, rest...);
  }
  template <class Done, class Held, class P> static constexpr auto product(Done, Held, P) {
    return list(decltype(Done{} + Step<Held, P, Bias<>>{}){}, Gather<>{});
  }
  template <class Done, class Held, class P, class Next, class... Rest>
  static constexpr auto product(Done, Held, P, Next next, Rest... rest) {
    if constexpr (Fusing && GatheredNorm<Next>)
      return list(decltype(Done{} + Step<Held, P, Moments>{}){}, Gather<Next>{}, rest...);
    else if constexpr (CancelsBias<Next>)
      return list(decltype(Done{} + Step<Held, P, Raw>{} + next){}, Gather<>{}, rest...);
    else if constexpr (Fusing && GatheredActivation<Next>)
      return list(decltype(Done{} + Step<Held, P, Bias<Next>>{}){}, Gather<>{}, rest...);
    else
      return list(decltype(Done{} + Step<Held, P, Bias<>>{}){}, Gather<>{}, next, rest...);
  }

  template <class... Ls> static constexpr auto all(Ls... ls) { return list(Steps<>{}, Gather<>{}, ls...); }
  // By reference to base: `struct Block : Residual<...> {}` is what it derives from.
  template <class... Ls> static constexpr auto within(const Sequential<Ls...>&) {
    return decltype(closed(all(Ls{}...))){};
  }
  template <class... Ls> static constexpr auto within(const Residual<Ls...>&) {
    return decltype(added(all(Ls{}...))){};
  }
  template <int N, class L> static constexpr auto within(const Repeat<N, L>&) {
    return Repeat<N, decltype(one(L{}))>{};
  }

  // What one layer becomes: a rewritten list, or itself.
  template <class L> static constexpr auto one(L) {
    if constexpr (requires { within(L{}); })
      return decltype(within(L{})){};
    else
      return L{};
  }
};

struct Plain {
  template <class Net> using of = decltype(Rewrite<false>::one(Net{}));
};
struct Fused {
  template <class Net> using of = decltype(Rewrite<true>::one(Net{}));
};

}  // namespace guise
