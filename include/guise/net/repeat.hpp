// Repeat<N, L>: N layers of one type one after the other, each with parameters of its own. In names and
// positions it is as if they had been written out.
#pragma once
#include <guise/net/chain.hpp>
#include <guise/net/diagnostics.hpp>

namespace guise {

template <class T, std::size_t N> constexpr std::array<T, N> copies(T value) {
  std::array<T, N> all{};
  all.fill(value);
  return all;
}

template <int N, class L> struct Repeat : Chain<Repeat<N, L>> {
  static_assert(N > 0, "a Repeat needs at least one layer");
  static constexpr int channels = L::channels, positions = N * L::positions;
  static_assert(body_takes<channels>::template channels_but_gives<L::out(probe(channels)).c>::ok);
  static constexpr auto facts = copies<Facts, N>(facts_of<L>);
  static constexpr auto descriptions = copies<Description, N>(description_of<L>);
  template <class B> static constexpr auto actions = copies<Actions<B>, N>(actions_for<B, L>());

  static constexpr int tensors = N * L::tensors, statistic_tensors = N * L::statistic_tensors;
  static constexpr std::size_t parameters = N * L::parameters, statistics = N * L::statistics;
  static constexpr void list(ParameterList& table, Name path, int position) {
    list_all(descriptions, &Description::list, table, path, position);
  }
  static constexpr void list_statistics(ParameterList& table, Name path, int position) {
    list_all(descriptions, &Description::list_statistics, table, path, position);
  }
  static constexpr Name describe() { return Name("repeat ") + N; }
};

}  // namespace guise
