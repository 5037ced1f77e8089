// Sequential<layers...>: one after the other, as torch.nn.Sequential. Neighbours must agree about channels,
// which is checked here, and a whole network derives from it: `struct Mine : Sequential<...> {};`.
#pragma once
#include <guise/net/chain.hpp>
#include <guise/net/diagnostics.hpp>

namespace guise {

template <class... Ls> struct Sequential : Chain<Sequential<Ls...>> {
  static_assert(sizeof...(Ls) > 0, "a Sequential needs at least one layer");
  static_assert(all_are_layers<Ls...>(std::index_sequence_for<Ls...>{}));
  static_assert(neighbours_agree<Ls...>(std::index_sequence_for<Ls...>{}));
  static constexpr std::array facts{facts_of<Ls>...};
  static constexpr std::array descriptions{description_of<Ls>...};
  template <class B> static constexpr std::array actions{actions_for<B, Ls>()...};

  static constexpr int channels = [](int c) {
    ((c = c ? c : Ls::channels), ...);
    return c;
  }(0);
  static constexpr int tensors = (Ls::tensors + ...), statistic_tensors = (Ls::statistic_tensors + ...);
  static constexpr std::size_t parameters = (Ls::parameters + ...), statistics = (Ls::statistics + ...);
  static constexpr void list(ParameterList& listing, Name path, int position) {
    list_all(descriptions, &Description::list, listing, path + position + ".");
  }
  static constexpr void list_statistics(ParameterList& listing, Name path, int position) {
    list_all(descriptions, &Description::list_statistics, listing, path + position + ".");
  }
  static constexpr Name describe() { return "sequential"; }

  // ---- what a whole network is asked ----
  static constexpr int receptive_field = inputs_seen(descriptions, 1);
  // Scalars that training keeps of one sample of this shape: the input and every layer's place.
  static constexpr std::size_t tape_floats(Shape s) { return whole_lines(s.floats()) + places_of(facts, s); }
  static constexpr auto table = [] {
    std::array<Parameter, tensors> rows;
    ParameterList list(rows.data());
    list_all(descriptions, &Description::list, list, "model.");
    return rows;
  }();
  static constexpr auto statistics_table = [] {
    std::array<Parameter, statistic_tensors> rows;
    ParameterList list(rows.data());
    list_all(descriptions, &Description::list_statistics, list, "model.");
    return rows;
  }();
};

}  // namespace guise
