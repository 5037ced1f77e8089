// Repeat<N, L>: N layers of one type one after the other, each with parameters of its own. In names and positions
// it is as if they had been written out.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {
namespace detail {

template <class L> struct Repeated {
  int count;
  L layer;
  constexpr void into(Sequence& list) const {
    for (int k = 0; k < count; ++k) list << layer;
  }
};

}  // namespace detail

template <Listable L> constexpr auto repeat(int count, const L& layer) {
  if (count < 0) refuse("a repeat has layers in a number", count, "at least 0");
  return detail::Repeated<L>{count, layer};
}

template <int N, class L> struct Repeat {
  static_assert(N > 0, "a Repeat needs at least one layer");
  static_assert(Listable<L>, "a Repeat needs a layer to repeat");
  constexpr void into(Sequence& list) const {
    for (int k = 0; k < N; ++k) list << L{};
  }
};

}  // namespace guise
