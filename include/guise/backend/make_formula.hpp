// Tables (formula.hpp) from structs of scalar formulas, each a template of its type T (math.hpp):
//
//   struct Mish {                                     an activation:   Activation::of<Mish>()
//     static constexpr const char* name = "mish";
//     template <class T> static T value(T x);
//     template <class T> static T slope(T x, T y);    of value at x, where it is y
//   };
//   struct L2 { name, value(x, t), slope(x, t) };     a loss of x towards t; the slope is that of x
//   struct Sgd {                                      an optimiser: see optim/optimizer.hpp
//     name, state_names, scalars(rate, step), update(w, g, states..., scalars)
//   };
//
// What is missing in one is a compile error that says so.
#pragma once
#include <guise/backend/formula.hpp>
#include <guise/backend/geometry.hpp>
#include <guise/backend/math.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <tuple>
#include <utility>

namespace guise {

template <class F>
concept NamedFormula = requires {
  { F::name } -> std::convertible_to<const char*>;
};
template <class F, class... T>
concept HasValue = requires(T... x) {
  F::value(x...);
};
template <class F, class... T>
concept HasSlope = requires(T... x) {
  F::slope(x...);
};

// What the host computes for a step is an array, and the formula takes as many numbers.
template <class F>
concept HasStates = requires {
  std::size(F::state_names);
};
template <class F>
concept HasScalars = requires(const F f) {
  std::tuple_size<decltype(f.scalars(0., 1l))>::value;
  f.scalars(0., 1l)[0];
};
template <class F, class States> inline constexpr bool updates_states = false;
template <class F, std::size_t... i>
inline constexpr bool updates_states<F, std::index_sequence<i...>> =
    requires(double& w, double g, double* states,
             const double (&scalars)[std::tuple_size_v<decltype(std::declval<const F&>().scalars(0., 1l))>]) {
  F::update(w, g, states[i]..., scalars);
};
template <class F>
concept HasUpdate =
    HasStates<F> && HasScalars<F> && updates_states<F, std::make_index_sequence<std::size(F::state_names)>>;

// Asked first where a struct of one's own comes in, so that the compiler's first words are these.
template <class F> consteval bool is_loss_formula() {
  static_assert(NamedFormula<F>, "a loss's struct has a name: static constexpr const char* name");
  static_assert(HasValue<F, double, double>, "a loss's struct has a formula value(x, t)");
  static_assert(HasSlope<F, double, double>, "a loss's struct has a formula slope(x, t)");
  return NamedFormula<F> && HasValue<F, double, double> && HasSlope<F, double, double>;
}
template <class F> consteval bool is_optimizer() {
  static_assert(NamedFormula<F>, "an optimiser's struct has a name: static constexpr const char* name");
  static_assert(HasStates<F>, "an optimiser's struct has the names of what it remembers: state_names");
  static_assert(
      HasScalars<F>,
      "an optimiser's struct has scalars(rate, step), a std::array of what the host computes for a step");
  static_assert(
      !HasStates<F> || !HasScalars<F> || HasUpdate<F>,
      "an optimiser's struct has a formula update(w, g, one for each of state_names, scalars[N]), N as "
      "scalars(rate, step) returns");
  return NamedFormula<F> && HasUpdate<F>;
}

namespace formula_loops {

using cpu::Packet;

template <class F> struct Pointwise {
  template <class T> static void value(std::size_t n, const T* x, T* y) {
    for (std::size_t k = 0; k < n; ++k) y[k] = F::value(x[k]);
  }
  template <class T> static void slope(std::size_t n, const T* x, const T* y, const T* dy, T* dx) {
    for (std::size_t k = 0; k < n; ++k) dx[k] = dy[k] * F::slope(x[k], y[k]);
  }
  static void vector_value(std::size_t n, const float* x, float* y) {
    cpu::sweep(
        0, static_cast<long>(n), [=](long k, auto some) __attribute__((always_inline)) {
          cpu::store(y + k, F::value(Packet(cpu::load(x + k, some))).v, some);
        });
  }
  static void vector_slope(std::size_t n, const float* x, const float* y, const float* dy, float* dx) {
    cpu::sweep(
        0, static_cast<long>(n), [=](long k, auto some) __attribute__((always_inline)) {
          const Packet slope = F::slope(Packet(cpu::load(x + k, some)), Packet(cpu::load(y + k, some)));
          cpu::store(dx + k, cpu::load(dy + k, some) * slope.v, some);
        });
  }
};

template <class F> struct Mean {
  template <class T>
  static double sum(std::size_t n, T each, const T* x, const T* target, T constant, T* dx) {
    double all = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const T t = target ? target[k] : constant, value = F::value(x[k], t);
      dx[k] = each * F::slope(x[k], t);
      all += static_cast<double>(value);
    }
    return all;
  }
  static double vector_sum(std::size_t n, float each, const float* x, const float* target, float constant,
                           float* dx) {
    cpu::Vector terms{};
    const auto add = [&](long k, auto some, cpu::Vector of_target) __attribute__((always_inline)) {
      const Packet v = cpu::load(x + k, some), t = of_target;
      cpu::Vector value = F::value(v, t).v;
      cpu::store(dx + k, F::slope(v, t).v * each, some);
      for (int i = some; i < cpu::lanes; ++i) value[i] = 0;
      terms += value;
    };
    if (target)
      cpu::sweep(
          0, static_cast<long>(n), [&](long k, auto some) __attribute__((always_inline)) {
            add(k, some, cpu::load(target + k, some));
          });
    else
      cpu::sweep(
          0, static_cast<long>(n), [&](long k, auto some) __attribute__((always_inline)) {
            add(k, some, cpu::fill(constant));
          });
    return cpu::sum(terms);
  }
};

template <class F> struct Update {
  static constexpr std::size_t states = std::size(F::state_names),
                               scalars = std::tuple_size_v<decltype(F{}.scalars(0., 1l))>;

  template <class T> static void update(std::size_t n, const T* values, T* g, T* const* state, T* w) {
    T s[scalars];
    for (std::size_t k = 0; k < scalars; ++k) s[k] = values[k];
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      for (std::size_t k = 0; k < n; ++k) {
        F::update(w[k], T(g[k]), state[i][k]..., s);
        g[k] = T(0);
      }
    }
    (std::make_index_sequence<states>{});
  }
  static void vector_update(std::size_t n, const float* values, float* g, float* const* state, float* w) {
    float s[scalars], *kept[states + 1] = {};
    for (std::size_t k = 0; k < scalars; ++k) s[k] = values[k];
    for (std::size_t k = 0; k < states; ++k) kept[k] = state[k];
    cpu::sweep(
        0, static_cast<long>(n), [&](long k, auto some) __attribute__((always_inline)) {
          [&]<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
            Packet weight = cpu::load(w + k, some), values_of[states + 1] = {cpu::load(kept[i] + k, some)...};
            F::update(weight, Packet(cpu::load(g + k, some)), values_of[i]..., s);
            (cpu::store(kept[i] + k, values_of[i].v, some), ...);
            cpu::store(w + k, weight.v, some);
            cpu::store(g + k, cpu::Vector{}, some);
          }
          (std::make_index_sequence<states>{});
        });
  }
};

}  // namespace formula_loops

template <class F> consteval PointwiseFormula make_pointwise_formula() {
  static_assert(NamedFormula<F>, "an activation's struct has a name: static constexpr const char* name");
  static_assert(HasValue<F, double>, "an activation's struct has a formula value(x)");
  static_assert(HasSlope<F, double, double>, "an activation's struct has a formula slope(x, y)");
  PointwiseFormula f;
  if constexpr (NamedFormula<F> && HasValue<F, double> && HasSlope<F, double, double>) {
    using L = formula_loops::Pointwise<F>;
    f.name = F::name, f.identity = &formula_identity<F>;
    f.floats = {L::template value<float>, L::template slope<float>};
    f.doubles = {L::template value<double>, L::template slope<double>};
    f.vectors = {L::vector_value, L::vector_slope};
  }
  return f;
}
template <class F> consteval MeanFormula make_mean_formula() {
  MeanFormula f;
  if constexpr (is_loss_formula<F>()) {
    using L = formula_loops::Mean<F>;
    f.name = F::name, f.identity = &formula_identity<F>;
    f.floats = {L::template sum<float>};
    f.doubles = {L::template sum<double>};
    f.vectors = {L::vector_sum};
  }
  return f;
}
template <class F> consteval UpdateFormula make_update_formula() {
  UpdateFormula f;
  if constexpr (is_optimizer<F>()) {
    using L = formula_loops::Update<F>;
    f.name = F::name, f.identity = &formula_identity<F>;
    f.floats = {L::template update<float>};
    f.doubles = {L::template update<double>};
    f.vectors = {L::vector_update};
    f.states = L::states, f.scalars = L::scalars;
  }
  return f;
}

template <class F> inline constexpr PointwiseFormula pointwise_formula = make_pointwise_formula<F>();
template <class F> inline constexpr MeanFormula mean_formula = make_mean_formula<F>();
template <class F> inline constexpr UpdateFormula update_formula = make_update_formula<F>();

template <class F> constexpr Activation Activation::of() { return pointwise_formula<F>; }

}  // namespace guise
