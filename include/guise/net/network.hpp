// A network at run time: an architecture between two domains on a backend. The architecture is a layer type, or
// `Described`: then the graph is an argument, made when the program runs. `Form` names how it runs (Fused or Plain).
//
//   Network<Man, Woman, ResnetGenerator<9>, Cpu> net(seed);
//   Network<Man, Woman, Described, Cpu> net(resnet_generator(9, 64, 3), seed);
//
//   auto [y, tape] = net.forward(x);                            training: y, and a tape for one backward
//   auto dx = net.backward(std::move(tape), dy, gradients);     consumes the tape and adds to the gradients,
//                                                               or `frozen` in their place
//   net.learn(std::move(tape), dy, gradients);                  the same where nobody wants dx
//   auto y = net.infer(x);                                      keeps nothing
//
// Parameters have PyTorch's names and axis order (net/runner.hpp), and start as the last argument says
// (net/initialization.hpp). Throws Error on a shape that a layer
// cannot take.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/layer/frozen.hpp>
#include <guise/net/runner.hpp>
#include <guise/net/spectral_norm.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace guise {

struct Frozen {};
inline constexpr Frozen frozen{};  // in place of gradients: pass through, learn nothing

struct Described;  // an architecture that is a graph, made when the program runs

// The graph of a network of types.
template <class Arch> Graph architecture() {
  static_assert(!std::is_same_v<Arch, Described>, "a network of Described architecture is made of a graph");
  return detail::frozen_graph<Arch>.graph();
}

// Does a network have nodes for which the backend has no operation?
template <class Arch, class B> constexpr bool backend_suffices() {
  if constexpr (Channelwise<B> || std::is_same_v<Arch, Described>)
    return true;
  else
    return !has_node(graph_of(Arch{}), is_channelwise);
}

namespace detail {

// Only a program whose networks have other nodes than convolutions and prologues compiles them, and only one whose
// networks have spectral norms compiles those.
struct NodeKinds {
  bool others, spectral_norms;
};
template <class Arch>
inline constexpr NodeKinds kinds_of = [] {
  const Graph g = graph_of(Arch{});
  return NodeKinds{has_node(g, is_other), has_node(g, has_spectral_norm)};
}();
template <> inline constexpr NodeKinds kinds_of<Described>{true, true};

template <class Arch, class B> constexpr OtherForward<B> other_forward() {
  constexpr NodeKinds has = kinds_of<Arch>;
  if constexpr (has.spectral_norms)
    return forward_spectral_norm<B, has.others>;
  else if constexpr (has.others)
    return forward_other<B>;
  else
    return nullptr;
}
template <class Arch, class B> constexpr OtherBackward<B> other_backward() {
  constexpr NodeKinds has = kinds_of<Arch>;
  if constexpr (has.spectral_norms)
    return backward_spectral_norm<B, has.others>;
  else if constexpr (has.others)
    return backward_other<B>;
  else
    return nullptr;
}
template <class Arch, class B> constexpr WeightDivision<B> weight_division() {
  if constexpr (kinds_of<Arch>.spectral_norms)
    return divide_weights<B>;
  else
    return nullptr;
}

}  // namespace detail

template <class From, class To, class Arch, class B, class Form = Fused> class Network : public Runner<B> {
  using Core = Runner<B>;

 public:
  class Tape {  // what one forward leaves for one backward
   public:
    Tape(Tape&&) = default;
    Tape& operator=(Tape&&) = default;

   private:
    friend Network;
    explicit Tape(typename Core::Recording recording) : recording_(std::move(recording)) {}
    typename Core::Recording recording_;
  };
  struct Gradients {
    typename B::Buffer floats;
  };
  struct Run {
    Batch<To, B> y;
    Tape tape;
  };

  using Architecture = Arch;

  explicit Network(std::uint64_t seed, std::uint64_t stream = 0, B backend = {},
                   const Initialization& start = initial::normal())
      : Core(architecture<Arch>(), Form::form, seed, stream, std::move(backend), start) {
    static_assert(backend_suffices<Arch, B>(),
                  "the backend lacks the channelwise operations of a depthwise convolution, a pooling or a "
                  "channel padding");
  }
  // Of a typed architecture only its own graph is taken.
  explicit Network(const Graph& graph, std::uint64_t seed = 0, std::uint64_t stream = 0, B backend = {},
                   const Initialization& start = initial::normal())
      : Core(graph, Form::form, seed, stream, std::move(backend), start) {
    if constexpr (!std::is_same_v<Arch, Described>)
      if (graph != architecture<Arch>())
        throw Error("a network of a type is given another graph: expected that of its type");
  }

  Gradients gradients() const { return {this->backend().zeros(this->parameters().size())}; }

  Run forward(const Batch<From, B>& x) {
    check_batch(x);
    Batch<To, B> y{x.n, this->out(x.shape), this->backend()};
    Tape tape(this->record(x.n, x.shape, x.data.data(), y.data.data(), detail::other_forward<Arch, B>()));
    return {std::move(y), std::move(tape)};
  }
  Batch<To, B> infer(const Batch<From, B>& x) const {
    check_batch(x);
    Batch<To, B> y{x.n, this->out(x.shape), this->backend()};
    this->infer_into(x.n, x.shape, x.data.data(), y.data.data(), detail::other_forward<Arch, B>());
    return y;
  }

  // The same network for inference alone: the weights of spectral norms are divided once, and a backend that can do
  // so keeps what it makes of the weights.
  Network frozen() && {
    this->freeze(detail::weight_division<Arch, B>());
    return std::move(*this);
  }

  // `into`: this network's Gradients, which are added to, or `frozen`.
  template <class T, class G> Gradient<From, B> backward(T&& tape, const Gradient<To, B>& dy, G&& into) {
    check<T, G>();
    const Plan& plan = tape.recording_.plan;
    check_belongs(dy, plan);
    Gradient<From, B> dx{plan.n, plan.tasks.front().out, this->backend()};
    this->pull(std::move(tape.recording_), dy.data.data(), gradients_in(into), dx.data.data(),
               detail::other_backward<Arch, B>());
    return dx;
  }
  template <class T, class G> void learn(T&& tape, const Gradient<To, B>& dy, G&& into) {
    check<T, G>();
    check_belongs(dy, tape.recording_.plan);
    this->pull(std::move(tape.recording_), dy.data.data(), gradients_in(into), nullptr,
               detail::other_backward<Arch, B>());
  }

  // ---- mistakes, in words ----
  template <class Other> Run forward(const Batch<Other, B>&) {
    static_assert(std::is_same_v<Other, From>, "this network maps from another domain than this batch's");
  }
  template <class Other> Batch<To, B> infer(const Batch<Other, B>&) const {
    static_assert(std::is_same_v<Other, From>, "this network maps from another domain than this batch's");
  }
  template <class T, class Other, class G> Gradient<From, B> backward(T&&, const Batch<Other, B>&, G&&) {
    static_assert(std::is_same_v<Other, Tangent<To>>,
                  "backward takes a gradient in this network's target domain");
  }
  template <class D, class G> void backward(const Batch<D, B>&, G&&) {
    static_assert(!sizeof(D*), "backward needs the tape of its forward: backward(move(tape), dy, gradients)");
  }
  template <class T, class Other, class G> void learn(T&&, const Batch<Other, B>&, G&&) {
    static_assert(std::is_same_v<Other, Tangent<To>>,
                  "learn takes a gradient in this network's target domain");
  }
  template <class D, class G> void learn(const Batch<D, B>&, G&&) {
    static_assert(!sizeof(D*), "learn needs the tape of its forward: learn(move(tape), dy, gradients)");
  }

 private:
  template <class T, class G> static constexpr void check() {
    static_assert(!std::is_lvalue_reference_v<T>, "backward consumes its tape: write std::move(tape)");
    static_assert(std::is_same_v<std::remove_reference_t<T>, Tape>, "another network recorded this tape");
    static_assert(std::is_same_v<G, Gradients&> || std::is_same_v<G, const Frozen&>,
                  "these gradients belong to another network");
  }
  static void check_belongs(const Gradient<To, B>& dy, const Plan& plan) {
    check_batch(dy);
    if (dy.n != plan.n || dy.shape != plan.tasks.back().out)
      throw Error(
          "a gradient of another shape than what the network made: expected as many samples, of the same "
          "sides");
  }
  static auto* gradients_in(Gradients& into) { return into.floats.data(); }
  static typename B::Scalar* gradients_in(Frozen) { return nullptr; }
};

template <class From, class To, class Arch, class B, class Form = Fused>
using Generator = Network<From, To, Arch, B, Form>;
template <class Of, class Arch, class B, class Form = Fused>
using Discriminator = Network<Of, Verdict<Of>, Arch, B, Form>;

// Two ways of gradients that meet at one batch.
template <class D, class B> Gradient<D, B> operator+(Batch<Tangent<D>, B> x, const Batch<Tangent<D>, B>& y) {
  if (x.n != y.n || x.shape != y.shape)
    throw Error("a sum of two gradients: expected as many samples, of the same sides");
  check_batch(x, true), check_batch(y, true);
  x.backend.axpby(x.data.size(), 1, y.data.data(), 1, x.data.data());
  return x;
}

}  // namespace guise
