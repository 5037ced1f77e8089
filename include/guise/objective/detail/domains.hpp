// Internal: whether the networks of a CycleGAN agree about the channels of its two domains. Where they are known to the
// compiler it says "G_A::makes<3>::channels_but_D_A_takes<6>", and at run time an Error says the same. A network that takes
// any number of channels agrees with all.
#pragma once
#include <guise/core/error.hpp>
#include <guise/graph/graph.hpp>

#include <string>

namespace guise {

namespace cyclegan {

template <int Made, int Taken> struct Domain {
  static_assert(Made == 0 || Taken == 0 || Made == Taken,
                "the networks of a CycleGAN disagree about the channels of a domain");
};
struct G_A {
  template <int Made> struct makes {
    template <int Taken> struct channels_but_D_A_takes : Domain<Made, Taken> {};
    template <int Taken> struct channels_but_G_B_takes : Domain<Made, Taken> {};
  };
};
struct G_B {
  template <int Made> struct makes {
    template <int Taken> struct channels_but_D_B_takes : Domain<Made, Taken> {};
    template <int Taken> struct channels_but_G_A_takes : Domain<Made, Taken> {};
  };
};

}  // namespace cyclegan

namespace detail {

template <class... Nets>
concept HaveChannels = requires {
  (Nets::channels + ...), (Nets::channels_made + ...);
};

template <class GenAB, class GenBA, class DiscB, class DiscA> constexpr bool agree_about_domains() {
  if constexpr (HaveChannels<GenAB, GenBA, DiscB, DiscA>) {
    using FromA = cyclegan::G_A::makes<GenAB::channels_made>;
    using FromB = cyclegan::G_B::makes<GenBA::channels_made>;
    return sizeof(typename FromA::template channels_but_D_A_takes<DiscB::channels>) +
               sizeof(typename FromA::template channels_but_G_B_takes<GenBA::channels>) +
               sizeof(typename FromB::template channels_but_D_B_takes<DiscA::channels>) +
               sizeof(typename FromB::template channels_but_G_A_takes<GenAB::channels>) >
           0;
  }
  return true;
}

inline void check_domains(const Graph& g_a, const Graph& g_b, const Graph& d_a, const Graph& d_b) {
  const auto check = [](const char* from, const Graph& generator, const char* to, const Graph& next) {
    const int made = generator.channels() ? generator[generator.output()].channels : 0,
              taken = next.channels();
    if (made && taken && made != taken)
      throw Error(std::string(from) + " makes pictures of " + std::to_string(made) + " channels: expected " +
                  std::to_string(taken) + ", which " + to + " takes");
  };
  check("G_A", g_a, "D_A", d_a);
  check("G_A", g_a, "G_B", g_b);
  check("G_B", g_b, "D_B", d_b);
  check("G_B", g_b, "G_A", g_a);
}

}  // namespace detail

}  // namespace guise
