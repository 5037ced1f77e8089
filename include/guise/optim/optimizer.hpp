// What an optimiser does with a network's parameters. An optimiser is one struct (adam.hpp, sgd.hpp, or one's
// own, which needs no edit elsewhere but for CUDA, whose list of formulas is compiled by nvcc):
//
//   its options, with defaults
//   static constexpr const char* name            in checkpoints, before the names of its states
//   static constexpr const char* state_names[]   what it remembers of every parameter, zeros at first
//   std::array<double, n> scalars(double rate, long step) const
//                                                what the host computes for a step; steps count from 1
//   template <class T, class S>
//   GUISE_FORMULA static void update(T& w, T g, T& state..., const S (&scalars)[n])
//                                                the formula, of scalars and of vectors (backend/math.hpp)
//
//   Optimizer<Net, Adam> adam(net, {.beta1 = 0.9});  adam.step(net, gradients, rate);    a network by itself
//   optimizer_step(net, gradients, state, optimizer, scalars, guard)   what changes from step to step lies on
//                                                the backend, so that steps can be replayed
//
// One step is one call over a network's flat buffer; the gradients are zero afterwards.
#pragma once
#include <guise/backend/make_formula.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace guise {

template <class B> struct OptimizerState {
  struct Named {
    std::string name;  // of the optimiser and of the state: adam_mean
    typename B::Buffer floats;
  };
  std::vector<Named> buffers;
};

template <class Net, class Rule>
OptimizerState<typename Net::Backend> optimizer_state(const Net& net, const Rule&) {
  OptimizerState<typename Net::Backend> state;
  for (const char* name : Rule::state_names)
    state.buffers.push_back(
        {std::string(Rule::name) + "_" + name, net.backend().zeros(net.parameters().size())});
  return state;
}

// What changes from one step to the next, as the backend reads it.
template <class Rule> inline constexpr std::size_t optimizer_scalar_count = update_formula<Rule>.scalars;
template <class Scalar, class Rule>
std::array<Scalar, optimizer_scalar_count<Rule>> optimizer_scalars(const Rule& rule, double rate, long step) {
  std::array<Scalar, optimizer_scalar_count<Rule>> rounded;
  const auto exact = rule.scalars(rate, step);
  for (std::size_t k = 0; k < rounded.size(); ++k) rounded[k] = static_cast<Scalar>(exact[k]);
  return rounded;
}

// `scalars` are those of optimizer_scalars, on the backend.
template <class Net, class Rule, class Scalar = typename Net::Backend::Scalar>
void optimizer_step(Net& net, typename Net::Gradients& gradients,
                    OptimizerState<typename Net::Backend>& state, const Rule&, const Scalar* scalars,
                    Guard<Scalar> guard = {}) {
  std::array<Scalar*, update_formula<Rule>.states + 1> states{};  // never empty
  for (std::size_t k = 0; k < state.buffers.size(); ++k) states[k] = state.buffers[k].floats.data();
  net.backend().update(update_formula<Rule>, net.parameters().size(), guard, scalars, gradients.floats.data(),
                       states.data(), net.parameters().data());
}

template <class Net, class Rule> class Optimizer {
  static_assert(is_optimizer<Rule>());

 public:
  explicit Optimizer(const Net& net, Rule rule = {}) : rule_(rule), state_(optimizer_state(net, rule)) {}

  void step(Net& net, typename Net::Gradients& gradients, double rate) {
    const auto scalars = optimizer_scalars<typename Net::Backend::Scalar>(rule_, rate, ++steps_);
    auto there = net.backend().uninitialized(scalars.size());
    net.backend().upload(scalars.size(), scalars.data(), there.data());
    optimizer_step(net, gradients, state_, rule_, there.data());
  }
  long steps() const { return steps_; }

 private:
  Rule rule_;
  OptimizerState<typename Net::Backend> state_;
  long steps_ = 0;
};

}  // namespace guise
