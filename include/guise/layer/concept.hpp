// What a layer is: an empty type with static members. To write one, derive from LayerDefaults and say what
// differs. A layer never owns memory: it is told where everything lies by a Call.
//
// A layer writes its place: [y | extra], its output and, right behind it, whatever it wants to find again in
// backward (`extra(in)` scalars per sample). Backward gets the same x and place. The tape of a network is
// the row of its layers' places, so nothing is saved twice.
//
//   static constexpr Shape out(Shape in)   throws Error on a shape that the layer cannot take
//   static void forward(Call<B>)           writes its place
//   static void backward(Call<B>)          writes dx, adds to gradients
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/core/error.hpp>
#include <guise/core/parameter.hpp>
#include <guise/core/shape.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace guise {

template <class B> struct Call {
  using T = typename B::Scalar;
  const B& backend;
  int n;          // samples
  Shape in;       // of x
  bool training;  // false: batch norm uses its running statistics
  const T* parameters;
  T* gradients;   // added to; null: the network is frozen
  T* statistics;  // running statistics, written while training
  const T* x;
  T* y;         // forward writes the place, backward reads it
  const T* dy;  // backward only
  T* dx;        // backward writes it; null: not wanted
  T* scratch;   // n * scratch(in) scalars to use freely

  constexpr std::size_t samples() const { return static_cast<std::size_t>(n); }
  std::size_t floats_in() const { return samples() * in.floats(); }
};

struct LayerDefaults {
  static constexpr int channels = 0;            // it takes; 0: any number
  static constexpr int positions = 1;           // in the list, as PyTorch counts
  static constexpr int tensors = 0;             // named parameters
  static constexpr std::size_t parameters = 0;  // scalars in them
  static constexpr int statistic_tensors = 0;   // what is kept, but not learnt by descent
  static constexpr std::size_t statistics = 0;
  static constexpr std::size_t extra(Shape) { return 0; }     // scalars behind y, per sample
  static constexpr std::size_t scratch(Shape) { return 0; }   // scalars per sample
  static constexpr std::size_t macs(Shape) { return 0; }      // multiply-adds per sample
  static constexpr int sees(int outputs) { return outputs; }  // so many neighbours see how many inputs?
  static constexpr void list(ParameterList&, Name, int) {}
  static constexpr void list_statistics(ParameterList&, Name, int) {}
  static constexpr Name describe() { return "layer"; }
};

template <class L>
concept Layer = std::is_empty_v<L> && requires(Shape s, ParameterList list, Name path) {
  { L::channels } -> std::convertible_to<int>;
  { L::parameters } -> std::convertible_to<std::size_t>;
  { L::out(s) } -> std::same_as<Shape>;
  { L::extra(s) } -> std::same_as<std::size_t>;
  { L::scratch(s) } -> std::same_as<std::size_t>;
  L::list(list, path, 0);
  L::describe();
};

}  // namespace guise
