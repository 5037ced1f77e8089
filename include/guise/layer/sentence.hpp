// What the compiler says of a wrong list: the names of the types read as a sentence, for example
// layer<7>::takes<256>::channels_but_is_given<128>. Positions count as PyTorch counts, a Repeat<9> as nine;
// layer<10, 3> is the fourth layer inside the eleventh. Sequential derives from the sentence about itself, so that
// one error is all there is to read.
#pragma once
#include <guise/layer/layer.hpp>

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

namespace guise {

template <int... Position> struct layer {
  template <int Wanted> struct takes {
    template <int Given> struct channels_but_is_given {
      static_assert(Wanted == Given, "two neighbours in a network disagree about the number of channels");
    };
  };
  template <int Wanted> struct adds {
    template <int Given> struct channels_to_a_body_that_gives {
      static_assert(Wanted == Given, "the body of a sum must give as many channels as are added to it");
    };
  };
  template <class L> struct must_be_a_layer_not {
    static_assert(Listable<L>, "a network's list holds something that is not a layer");
  };
};

namespace detail {

template <class... Ls> struct Listed {
  constexpr Value operator()(Graph& g, Value x) const { return (Sequence(g, x) << ... << Ls{}).value(); }
};

template <class L> inline constexpr Mistake mistake_of = graph_of(L{}).mistake;

template <class L, std::size_t... K> constexpr auto sentence_about(std::index_sequence<K...>) {
  constexpr Mistake m = mistake_of<L>;
  using At = layer<m.position[K]...>;
  if constexpr (m.in_sum)
    return std::type_identity<
        typename At::template adds<m.wanted>::template channels_to_a_body_that_gives<m.given>>{};
  else
    return std::type_identity<
        typename At::template takes<m.wanted>::template channels_but_is_given<m.given>>{};
}
template <class... Ls> constexpr auto sentence() {
  constexpr bool listable[] = {Listable<Ls>...};
  constexpr std::size_t stranger = std::find(listable, listable + sizeof...(Ls), false) - listable;
  if constexpr (stranger < sizeof...(Ls))
    return std::type_identity<typename layer<static_cast<int>(
        stranger)>::template must_be_a_layer_not<std::tuple_element_t<stranger, std::tuple<Ls...>>>>{};
  else if constexpr (mistake_of<Listed<Ls...>>.made)
    return sentence_about<Listed<Ls...>>(
        std::make_index_sequence<static_cast<std::size_t>(mistake_of<Listed<Ls...>>.depth)>{});
  else
    return std::type_identity<layer<>>{};
}

}  // namespace detail
}  // namespace guise
