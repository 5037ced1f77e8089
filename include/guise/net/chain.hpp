// How a list of layers runs: a constant table of functions and one loop that walks it, written once per
// backend and not per network. Sequential and Repeat share it, so Repeat<18> compiles as quickly as
// Repeat<9>.
//
// Training keeps every place; inference has two buffers in turn and keeps nothing.
#pragma once
#include <guise/layer/concept.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace guise {

// ---- a layer without its type ----
struct Facts {  // what a walk asks
  std::size_t parameters, statistics;
  Shape (*out)(Shape);
  std::size_t (*extra)(Shape), (*scratch)(Shape);
  std::size_t (*own_infer_place)(Shape), (*infer_scratch)(Shape);  // the first null: as in training

  constexpr std::size_t place(Shape s) const { return whole_lines(out(s).floats() + extra(s)); }
  constexpr std::size_t infer_place(Shape s) const { return own_infer_place ? own_infer_place(s) : place(s); }
};
using Table = std::span<const Facts>;

// What is asked in constant expressions and for a summary: a table of its own, so that a program that only
// runs networks compiles none of these functions.
struct Description : Facts {
  int positions;
  std::size_t (*macs)(Shape);
  int (*sees)(int);
  void (*list)(ParameterList&, Name, int), (*list_statistics)(ParameterList&, Name, int);
  Name (*describe)();
  std::span<const Description> members;  // of a list inside a list
};
using Descriptions = std::span<const Description>;

template <class B> struct Actions { void (*forward)(Call<B>), (*backward)(Call<B>), (*infer)(Call<B>); };

// A layer that holds others says how to run them without keeping anything; for all others it is forward.
template <class L>
concept InfersItself = requires(Shape s) {
  L::infer_place(s);
};

template <class L> constexpr Descriptions members_of() {
  if constexpr (requires { L::descriptions; })
    return L::descriptions;
  else
    return {};
}

template <class L> constexpr Facts facts_for() {
  if constexpr (InfersItself<L>)
    return {L::parameters, L::statistics, L::out, L::extra, L::scratch, L::infer_place, L::infer_scratch};
  else
    return {L::parameters, L::statistics, L::out, L::extra, L::scratch, nullptr, L::scratch};
}
template <class L> inline constexpr Facts facts_of = facts_for<L>();
template <class L>
inline constexpr Description description_of{facts_of<L>, L::positions,       L::macs,     L::sees,
                                            L::list,     L::list_statistics, L::describe, members_of<L>()};
template <class B, class L> constexpr Actions<B> actions_for() {
  if constexpr (InfersItself<L>)
    return {&L::template forward<B>, &L::template backward<B>, &L::template infer<B>};
  else
    return {&L::template forward<B>, &L::template backward<B>, &L::template forward<B>};
}

// ---- what a list adds up to ----
constexpr Shape out_of(Table layers, Shape s) {
  for (const Facts& l : layers) s = l.out(s);
  return s;
}
constexpr std::size_t macs_of(Descriptions layers, Shape s) {
  std::size_t total = 0;
  for (const Description& l : layers) total += l.macs(s), s = l.out(s);
  return total;
}
constexpr std::size_t places_of(Table layers, Shape s) {
  std::size_t total = 0;
  for (const Facts& l : layers) total += l.place(s), s = l.out(s);
  return total;
}
constexpr std::size_t widest_input(Table layers, Shape s) {
  std::size_t most = 0;
  for (const Facts& l : layers) most = std::max(most, whole_lines(s.floats())), s = l.out(s);
  return most;
}
template <class Of> constexpr std::size_t widest(Table layers, Shape s, Of Facts::*of) {
  std::size_t most = 0;
  for (const Facts& l : layers) most = std::max(most, (l.*of)(s)), s = l.out(s);
  return most;
}
constexpr int inputs_seen(Descriptions layers, int outputs) {
  for (std::size_t k = layers.size(); k-- > 0;) outputs = layers[k].sees(outputs);
  return outputs;
}
constexpr void list_all(Descriptions layers, void (*Description::*list)(ParameterList&, Name, int),
                        ParameterList& table, Name path, int position = 0) {
  for (const Description& l : layers) (l.*list)(table, path, position), position += l.positions;
}

// ---- the walks ----
struct Stop {  // where a walk meets a layer: offsets
  Shape in;
  std::size_t place, parameters, statistics;
};
inline std::vector<Stop> itinerary(Table layers, std::size_t n, Shape s) {
  std::vector<Stop> stops;
  std::size_t place = 0, parameters = 0, statistics = 0;
  for (const Facts& l : layers) {
    stops.push_back({s, place, parameters, statistics});
    place += n * l.place(s), parameters += l.parameters, statistics += l.statistics;
    s = l.out(s);
  }
  const std::size_t last = place - stops.back().place;
  for (Stop& stop : stops) stop.place += last;  // the last layer's place is the list's own: it comes first
  stops.back().place = 0;
  return stops;
}
template <class B> Call<B> arrive(Call<B> c, const Stop& stop) {
  c.in = stop.in;
  c.parameters += stop.parameters;
  if (c.gradients) c.gradients += stop.parameters;
  if (c.statistics) c.statistics += stop.statistics;
  return c;
}

template <class B> void walk(Table layers, const Actions<B>* actions, Call<B> c) {
  const auto* x = c.x;
  for (const Stop& stop : itinerary(layers, c.samples(), c.in)) {
    Call<B> at = arrive(c, stop);
    at.x = x;
    at.y = c.y + stop.place;
    (actions++)->forward(at);
    x = at.y;
  }
}

// Gradients go back and forth between two parts of the scratch; the rest of it is the layers'.
template <class B> void walk_back(Table layers, const Actions<B>* actions, Call<B> c) {
  const auto stops = itinerary(layers, c.samples(), c.in);
  const std::size_t turn = c.samples() * widest_input(layers, c.in);
  for (std::size_t k = stops.size(); k-- > 0;) {
    Call<B> at = arrive(c, stops[k]);
    at.x = k ? c.y + stops[k - 1].place : c.x;
    at.y = c.y + stops[k].place;
    at.dx = k ? c.scratch + k % 2 * turn : c.dx;
    at.scratch = c.scratch + 2 * turn;
    if (!at.dx && layers[k].parameters == 0) return;  // nothing to learn and nobody asks
    actions[k].backward(at);
    c.dy = at.dx;
  }
}

template <class B> void walk_through(Table layers, const Actions<B>* actions, Call<B> c) {
  const auto stops = itinerary(layers, c.samples(), c.in);
  const std::size_t turn = c.samples() * widest(layers, c.in, &Facts::infer_place);
  const auto* x = c.x;
  for (std::size_t k = 0; k < stops.size(); ++k) {
    Call<B> at = arrive(c, stops[k]);
    at.x = x;
    at.y = k + 1 < stops.size() ? c.scratch + k % 2 * turn : c.y;
    at.scratch = c.scratch + 2 * turn;
    actions[k].infer(at);
    x = at.y;
  }
}

// Self has the tables `facts`, `descriptions` and `actions<B>`.
template <class Self> struct Chain : LayerDefaults {
  static constexpr Shape out(Shape s) { return out_of(Self::facts, s); }
  static constexpr std::size_t macs(Shape s) { return macs_of(Self::descriptions, s); }
  static constexpr std::size_t extra(Shape s) { return places_of(Self::facts, s) - out(s).floats(); }
  static constexpr std::size_t scratch(Shape s) {
    return 2 * widest_input(Self::facts, s) + widest(Self::facts, s, &Facts::scratch);
  }
  static constexpr std::size_t infer_place(Shape s) {
    for (const Facts& l : Table(Self::facts).first(Self::facts.size() - 1)) s = l.out(s);
    return Self::facts.back().infer_place(s);
  }
  static constexpr std::size_t infer_scratch(Shape s) {
    return 2 * widest(Self::facts, s, &Facts::infer_place) + widest(Self::facts, s, &Facts::infer_scratch);
  }
  static constexpr int sees(int outputs) { return inputs_seen(Self::descriptions, outputs); }

  template <class B> static void forward(Call<B> c) {
    walk(Self::facts, Self::template actions<B>.data(), c);
  }
  template <class B> static void backward(Call<B> c) {
    walk_back(Self::facts, Self::template actions<B>.data(), c);
  }
  template <class B> static void infer(Call<B> c) {
    walk_through(Self::facts, Self::template actions<B>.data(), c);
  }
};

}  // namespace guise
