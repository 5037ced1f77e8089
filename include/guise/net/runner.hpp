// What of a network at run time depends on the backend alone, so that it is compiled once for all architectures and
// domains, and of Cpu once in guise::compiled: the graph in the form that trains and in the form that infers, the
// parameters and the running statistics in one flat buffer each with their tables, and the runs over bare memory.
// Parameters start as net/initialization.hpp says. Throws Error for a graph with a mistake and on a shape that a layer
// cannot take.
#pragma once
#include <guise/core/random.hpp>
#include <guise/graph/table.hpp>
#include <guise/net/engine_backward.hpp>
#include <guise/net/initialization.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

// How a network runs: its layers fused, or one by one as they are written.
struct Fused {
  static Graph form(const Graph& g, Mode mode);
};
struct Plain {
  static Graph form(const Graph& g, Mode mode);
};

template <class B> class Runner {
  static_assert(Backend<B>);
  using Floats = typename B::Buffer;
  using Scalar = typename B::Scalar;

 public:
  using Backend = B;

  Shape out(Shape s) const;
  std::size_t tape_floats(Shape s) const;

  const Graph& graph() const { return graph_; }  // as it is written
  const Graph& inferring() const {
    return infers_;
  }  // as it infers: its layers fused, weights divided once frozen
  const B& backend() const { return backend_; }
  std::span<const Parameter> table() const { return table_; }
  std::span<const Parameter> statistics_table() const { return statistics_table_; }
  // One tensor by its name in the table, in PyTorch's axis order; the memory is the backend's.
  std::span<Scalar> parameter(std::string_view name);
  // Before a training step: what dropout draws is a function of the step's number and of how many forward passes
  // of the network came before in the step. The number lies on the backend, so that steps can be replayed.
  void start_step(long step);
  Floats& parameters() { return parameters_; }
  const Floats& parameters() const { return parameters_; }
  Floats& statistics() { return statistics_; }
  const Floats& statistics() const { return statistics_; }

 protected:
  struct Recording {  // what one forward leaves for one backward
    Plan plan;
    Floats tape;
    std::uint64_t pass;
  };

  Runner(Graph g, Graph (*form)(const Graph&, Mode), std::uint64_t seed, std::uint64_t stream, B backend,
         const Initialization& start);
  Recording record(int n, Shape in, const Scalar* x, Scalar* y, detail::OtherForward<B> others);
  void infer_into(int n, Shape in, const Scalar* x, Scalar* y, detail::OtherForward<B> others) const;
  // Null gradients: nothing is learnt; a null dx: nobody wants it.
  void pull(Recording recording, const Scalar* dy, Scalar* gradients, Scalar* dx,
            detail::OtherBackward<B> others);
  void freeze(detail::WeightDivision<B> divide);

 private:
  static Graph checked(Graph g);
  static std::size_t floats(const Plan& p, const Task& task) {
    return static_cast<std::size_t>(p.n) * task.out.floats();
  }

  Graph graph_, trains_, infers_;
  B backend_;
  std::vector<Parameter> table_, statistics_table_;
  Floats parameters_, statistics_, counter_;
  std::uint64_t seed_, passes_ = 0;  // of dropout
  bool drops_;
};

template <class B> Shape Runner<B>::out(Shape s) const { return guise::out(graph_, s); }
template <class B> std::size_t Runner<B>::tape_floats(Shape s) const {
  return guise::tape_floats(trains_, s);
}
template <class B> std::span<typename Runner<B>::Scalar> Runner<B>::parameter(std::string_view name) {
  const Parameter& p = parameter_named(table_, name);
  return {parameters_.data() + p.offset, p.floats};
}
template <class B> void Runner<B>::start_step(long step) {
  passes_ = 0;
  if (!drops_) return;
  const auto number = static_cast<std::uint64_t>(step);
  const Scalar halves[] = {static_cast<Scalar>(number % (1u << 24)), static_cast<Scalar>(number >> 24)};
  backend_.upload(2, halves, counter_.data());
}
template <class B>
Runner<B>::Runner(Graph g, Graph (*form)(const Graph&, Mode), std::uint64_t seed, std::uint64_t stream,
                  B backend, const Initialization& start)
    : graph_(checked(std::move(g))),
      trains_(form(graph_, Mode::train)),
      infers_(form(graph_, Mode::infer)),
      backend_(std::move(backend)),
      table_(parameter_table(graph_)),
      statistics_table_(guise::statistics_table(graph_)),
      parameters_(backend_.uninitialized(graph_.parameters)),
      statistics_(backend_.uninitialized(graph_.statistics)),
      counter_(backend_.zeros(2)),
      seed_((seed << 20) + (stream << 16)),
      drops_(has_node(graph_, [](const Node& node) { return node.op == Op::dropout; })) {
  Random random(seed, stream);
  const auto parameters = initial_values(table_, graph_.parameters, random, start);
  const auto statistics = initial_values(statistics_table_, graph_.statistics, random);
  backend_.upload(parameters.size(), parameters.data(), parameters_.data());
  backend_.upload(statistics.size(), statistics.data(), statistics_.data());
}

template <class B>
typename Runner<B>::Recording Runner<B>::record(int n, Shape in, const Scalar* x, Scalar* y,
                                                detail::OtherForward<B> others) {
  Recording recording{plan(trains_, n, in, Mode::train), {}, seed_ + passes_++};
  const Plan& p = recording.plan;
  recording.tape = backend_.uninitialized(p.tape);
  Floats workspace = backend_.uninitialized(p.workspace);
  const Memory<Scalar> at{recording.tape.data(), workspace.data(), const_cast<Scalar*>(x),
                          y};  // x is only read
  const Task &first = p.tasks.front(), &last = p.tasks.back();
  if (first.y.where == Where::tape) backend_.copy(floats(p, first), x, at(first.y));
  run_forward(backend_, trains_, p, at,
              {parameters_.data(), statistics_.data(), true, counter_.data(), recording.pass}, others);
  if (last.y.where == Where::tape) backend_.copy(floats(p, last), at(last.y), y);
  return recording;
}
template <class B>
void Runner<B>::infer_into(int n, Shape in, const Scalar* x, Scalar* y,
                           detail::OtherForward<B> others) const {
  const Plan p = plan(infers_, n, in, Mode::infer);
  Floats workspace = backend_.uninitialized(p.workspace);
  auto* const running = const_cast<Scalar*>(statistics_.data());  // only read where nothing trains
  run_forward(backend_, infers_, p, {nullptr, workspace.data(), const_cast<Scalar*>(x), y},
              {parameters_.data(), running, false}, others);
}
template <class B>
void Runner<B>::pull(Recording recording, const Scalar* dy, Scalar* gradients, Scalar* dx,
                     detail::OtherBackward<B> others) {
  const Plan& p = recording.plan;
  const BackwardPlan back = plan_backward(trains_, p, gradients != nullptr, dx != nullptr);
  Floats workspace = backend_.uninitialized(back.workspace);
  run_backward(backend_, trains_, p, back, {recording.tape.data()},
               {nullptr, workspace.data(), dx, const_cast<Scalar*>(dy)},
               {parameters_.data(), statistics_.data(), true, counter_.data(), recording.pass}, gradients,
               others);
}
template <class B> void Runner<B>::freeze(detail::WeightDivision<B> divide) {
  if (divide) divide(backend_, infers_, parameters_.data(), statistics_.data());
  if constexpr (requires { backend_.frozen(); }) backend_ = backend_.frozen();
}
template <class B> Graph Runner<B>::checked(Graph g) {
  check(g);
  if constexpr (!Channelwise<B>)
    if (has_node(g, is_channelwise))
      throw Error(
          "a network has layers that work channel by channel: expected a backend that is Channelwise");
  return g;
}

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/net/detail/forms.hpp>
#else
#include <guise/backend/cpu/cpu.hpp>
namespace guise {
extern template class Runner<Cpu>;
}
#endif
