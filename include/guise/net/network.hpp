// A network at run time: an architecture between two domains on a backend. `Form` names how it runs (Fused or
// Plain), never the rewritten type, so that messages stay short.
//
//   auto [y, tape] = net.forward(x);                            training: y, and a tape for one backward
//   auto dx = net.backward(std::move(tape), dy, gradients);     consumes the tape and adds to the gradients,
//                                                               or `frozen` in their place
//   net.learn(std::move(tape), dy, gradients);                  the same where nobody wants dx
//   auto y = net.infer(x);                                      keeps nothing
//
// Parameters lie in one flat buffer by the architecture's `table`, in PyTorch's names and axis order, and
// start as the reference starts them: N(0, 0.02), biases 0. Throws Error on a shape that a layer cannot take.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/random.hpp>
#include <guise/net/fuse.hpp>

#include <span>
#include <utility>
#include <vector>

namespace guise {

struct Frozen {};
inline constexpr Frozen frozen{};  // in place of gradients: pass through, learn nothing

inline std::vector<float> initial_values(std::span<const Parameter> table, std::size_t floats,
                                         Random& random) {
  std::vector<float> values(floats);
  for (const Parameter& p : table)
    for (std::size_t k = p.offset; k < p.offset + p.floats; ++k) switch (p.initializer) {
        case Initializer::normal:
          values[k] = static_cast<float>(0.02 * random.normal());
          break;
        case Initializer::near_one:
          values[k] = static_cast<float>(1 + 0.02 * random.normal());
          break;
        case Initializer::zero:
          values[k] = 0;
          break;
        case Initializer::one:
          values[k] = 1;
          break;
      }
  return values;
}

template <class From, class To, class Arch, class B, class Form = Fused> class Network {
  static_assert(Backend<B>);
  using Program = typename Form::template of<Arch>;  // what runs; Arch is what it means
  static_assert(Program::parameters == Arch::parameters && Program::statistics == Arch::statistics);
  using Floats = typename B::Buffer;

 public:
  using Architecture = Arch;
  using Backend = B;

  class Tape {  // the input and every layer's place, in one buffer
   public:
    Tape(Tape&&) = default;
    Tape& operator=(Tape&&) = default;

   private:
    friend Network;
    Tape(int n, Shape in, Floats floats) : n_(n), in_(in), floats_(std::move(floats)) {}
    auto* x() { return floats_.data(); }
    auto* places() { return floats_.data() + static_cast<std::size_t>(n_) * whole_lines(in_.floats()); }
    int n_;
    Shape in_;
    Floats floats_;
  };
  struct Gradients {
    Floats floats;
  };
  struct Run {
    Batch<To, B> y;
    Tape tape;
  };

  explicit Network(std::uint64_t seed, std::uint64_t stream = 0, B backend = {})
      : backend_(std::move(backend)),
        parameters_(backend_.uninitialized(Arch::parameters)),
        statistics_(backend_.uninitialized(Arch::statistics)) {
    Random random(seed, stream);
    const auto parameters = initial_values(Arch::table, Arch::parameters, random);
    const auto statistics = initial_values(Arch::statistics_table, Arch::statistics, random);
    backend_.upload(parameters.size(), parameters.data(), parameters_.data());
    backend_.upload(statistics.size(), statistics.data(), statistics_.data());
  }

  static constexpr std::size_t tape_floats(Shape s) { return Program::tape_floats(s); }
  Gradients gradients() const { return {backend_.zeros(Arch::parameters)}; }

  Run forward(const Batch<From, B>& x) {
    const Shape out = Program::out(x.shape);
    const auto n = static_cast<std::size_t>(x.n);
    Tape tape(x.n, x.shape, backend_.uninitialized(n * Program::tape_floats(x.shape)));
    Floats scratch = backend_.uninitialized(n * Program::scratch(x.shape));
    backend_.copy(x.data.size(), x.data.data(), tape.x());
    Call<B> call = called(tape, scratch);
    Program::forward(call);
    Batch<To, B> y{x.n, out, backend_};
    backend_.copy(y.data.size(), call.y, y.data.data());
    return {std::move(y), std::move(tape)};
  }

  Batch<To, B> infer(const Batch<From, B>& x) const {
    const Shape out = Program::out(x.shape);
    const auto n = static_cast<std::size_t>(x.n);
    Floats place = backend_.uninitialized(n * Program::infer_place(x.shape));
    Floats scratch = backend_.uninitialized(n * Program::infer_scratch(x.shape));
    Call<B> call{backend_,      x.n,          x.shape, false,   parameters_.data(), nullptr, nullptr,
                 x.data.data(), place.data(), nullptr, nullptr, scratch.data()};
    auto statistics = backend_.uninitialized(Arch::statistics);  // a Call may write them, though not here
    backend_.copy(Arch::statistics, statistics_.data(), statistics.data());
    call.statistics = statistics.data();
    Program::infer(call);
    Batch<To, B> y{x.n, out, backend_};
    backend_.copy(y.data.size(), call.y, y.data.data());
    return y;
  }

  // The same network for inference alone: a backend that can do so keeps what it makes of the weights.
  Network frozen() && {
    if constexpr (requires { backend_.frozen(); }) backend_ = backend_.frozen();
    return std::move(*this);
  }

  // `into`: this network's Gradients, which are added to, or `frozen`.
  template <class T, class G> Gradient<From, B> backward(T&& tape, const Gradient<To, B>& dy, G&& into) {
    check<T, G>();
    Tape spent = std::forward<T>(tape);
    Gradient<From, B> dx{spent.n_, spent.in_, backend_};
    pull(spent, dy, gradients_in(into), dx.data.data());
    return dx;
  }
  template <class T, class G> void learn(T&& tape, const Gradient<To, B>& dy, G&& into) {
    check<T, G>();
    Tape spent = std::forward<T>(tape);
    pull(spent, dy, gradients_in(into), nullptr);
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

  const B& backend() const { return backend_; }
  // One tensor by its name in the table, in PyTorch's axis order; the memory is the backend's.
  std::span<typename B::Scalar> parameter(std::string_view name) {
    for (const Parameter& p : Arch::table)
      if (p.name == name) return {parameters_.data() + p.offset, p.floats};
    throw Error("no parameter is called " + std::string(name) + ": expected a name such as model.1.weight");
  }
  Floats& parameters() { return parameters_; }
  const Floats& parameters() const { return parameters_; }
  Floats& statistics() { return statistics_; }
  const Floats& statistics() const { return statistics_; }

 private:
  template <class T, class G> static constexpr void check() {
    static_assert(!std::is_lvalue_reference_v<T>, "backward consumes its tape: write std::move(tape)");
    static_assert(std::is_same_v<std::remove_reference_t<T>, Tape>, "another network recorded this tape");
    static_assert(std::is_same_v<G, Gradients&> || std::is_same_v<G, const Frozen&>,
                  "these gradients belong to another network");
  }
  static auto* gradients_in(Gradients& into) { return into.floats.data(); }
  static typename B::Scalar* gradients_in(Frozen) { return nullptr; }

  Call<B> called(Tape& tape, Floats& scratch) {
    return {backend_, tape.n_,       tape.in_, true,    parameters_.data(), nullptr, statistics_.data(),
            tape.x(), tape.places(), nullptr,  nullptr, scratch.data()};
  }
  void pull(Tape& spent, const Gradient<To, B>& dy, typename B::Scalar* gradients, typename B::Scalar* dx) {
    Floats scratch = backend_.uninitialized(static_cast<std::size_t>(spent.n_) * Program::scratch(spent.in_));
    Call<B> call = called(spent, scratch);
    call.gradients = gradients;
    call.dy = dy.data.data();
    call.dx = dx;
    Program::backward(call);
  }

  B backend_;
  Floats parameters_, statistics_;
};

template <class From, class To, class Arch, class B, class Form = Fused>
using Generator = Network<From, To, Arch, B, Form>;
template <class Of, class Arch, class B, class Form = Fused>
using Discriminator = Network<Of, Verdict<Of>, Arch, B, Form>;

// Two ways of gradients that meet at one batch.
template <class D, class B> Gradient<D, B> operator+(Batch<Tangent<D>, B> x, const Batch<Tangent<D>, B>& y) {
  x.backend.blend(x.data.size(), 1, y.data.data(), 1, x.data.data());
  return x;
}

}  // namespace guise
