// What the compiler says of a wrong list: read the names of the types as a sentence, for example
// layer<7>::takes<256>::channels_but_is_given<128>. Positions count as PyTorch counts, a Repeat<9> as nine.
#pragma once
#include <guise/layer/concept.hpp>

#include <array>
#include <utility>

namespace guise {

template <int Position> struct layer {
  template <class L> struct must_be_a_layer_not {
    static_assert(Layer<L>, "a network's list holds something that is not a layer");
    static constexpr bool ok = true;
  };
  template <int Wanted> struct takes {
    template <int Given> struct channels_but_is_given {
      static_assert(Wanted == Given, "two neighbours in a network disagree about the number of channels");
      static constexpr bool ok = true;
    };
  };
};
template <int Wanted> struct body_takes {
  template <int Given> struct channels_but_gives {
    static_assert(Wanted == Given, "the body of a Residual or Repeat must give as many channels as it takes");
    static constexpr bool ok = true;
  };
};

// Channels do not depend on the size of the picture: any that every layer can take will do.
constexpr Shape probe(int channels) { return {channels, 512, 512}; }

template <class L> constexpr int positions_of() {
  if constexpr (requires { L::positions; })
    return L::positions;
  else
    return 1;
}

template <class... Ls, std::size_t... K> constexpr bool all_are_layers(std::index_sequence<K...>) {
  constexpr auto at = [] {
    std::array<int, sizeof...(Ls) + 1> a{0, positions_of<Ls>()...};
    for (std::size_t k = 1; k < a.size(); ++k) a[k] += a[k - 1];
    return a;
  }();
  return (layer<at[K]>::template must_be_a_layer_not<Ls>::ok && ...);
}

template <class... Ls, std::size_t... K> constexpr bool neighbours_agree(std::index_sequence<K...>) {
  struct Member {
    int channels, positions;
    Shape (*out)(Shape);
  };
  struct Arrival {
    int position, wanted, given;
  };
  constexpr auto at = [] {
    std::array<Arrival, sizeof...(Ls)> a{};
    std::size_t k = 0;
    int position = 0, c = 0;  // channels that arrive; 0 before the first layer that says
    for (const Member& l : {Member{Ls::channels, Ls::positions, Ls::out}...}) {
      const int wanted = l.channels ? l.channels : c;
      a[k++] = {position, wanted, c ? c : wanted};
      c = l.out(probe(wanted)).c;
      position += l.positions;
    }
    return a;
  }();
  return (
      layer<at[K].position>::template takes<at[K].wanted>::template channels_but_is_given<at[K].given>::ok &&
      ...);
}

}  // namespace guise
