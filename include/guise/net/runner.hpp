// What of a network at run time does not depend on its domains, so that both directions of a CycleGAN are
// compiled once: the backend, the parameters and the running statistics in one flat buffer each, by the
// architecture's tables, and the runs over bare memory. Parameters start as the reference starts them:
// N(0, 0.02), biases 0. Throws Error on a shape that a layer cannot take.
#pragma once
#include <guise/core/random.hpp>
#include <guise/net/fuse.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

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

template <class Arch, class B, class Form> class Runner {
  static_assert(Backend<B>);
  using Program = typename Form::template of<Arch>;  // what runs; Arch is what it means
  static_assert(Program::parameters == Arch::parameters && Program::statistics == Arch::statistics);
  using Floats = typename B::Buffer;
  using Scalar = typename B::Scalar;

 public:
  using Architecture = Arch;
  using Backend = B;

  static constexpr Shape out(Shape s) { return Program::out(s); }
  static constexpr std::size_t tape_floats(Shape s) { return Program::tape_floats(s); }

  static std::span<const Parameter> table() { return Arch::table; }
  static std::span<const Parameter> statistics_table() { return Arch::statistics_table; }

  const B& backend() const { return backend_; }
  // One tensor by its name in the table, in PyTorch's axis order; the memory is the backend's.
  std::span<Scalar> parameter(std::string_view name) {
    for (const Parameter& p : Arch::table)
      if (p.name == name) return {parameters_.data() + p.offset, p.floats};
    throw Error("no parameter is called " + std::string(name) + ": expected a name such as model.1.weight");
  }
  Floats& parameters() { return parameters_; }
  const Floats& parameters() const { return parameters_; }
  Floats& statistics() { return statistics_; }
  const Floats& statistics() const { return statistics_; }

 protected:
  struct Recording {  // the input and every layer's place, in one buffer
    int n;
    Shape in;
    Floats floats;
  };

  Runner(std::uint64_t seed, std::uint64_t stream, B backend)
      : backend_(std::move(backend)),
        parameters_(backend_.uninitialized(Arch::parameters)),
        statistics_(backend_.uninitialized(Arch::statistics)) {
    Random random(seed, stream);
    const auto parameters = initial_values(Arch::table, Arch::parameters, random);
    const auto statistics = initial_values(Arch::statistics_table, Arch::statistics, random);
    backend_.upload(parameters.size(), parameters.data(), parameters_.data());
    backend_.upload(statistics.size(), statistics.data(), statistics_.data());
  }

  Recording record(int n, Shape in, const Scalar* x, Scalar* y) {
    const auto samples = static_cast<std::size_t>(n);
    Recording recording{n, in, backend_.uninitialized(samples * Program::tape_floats(in))};
    Floats scratch = backend_.uninitialized(samples * Program::scratch(in));
    Call<B> call = called(recording, scratch);
    backend_.copy(call.floats_in(), x, recording.floats.data());
    Program::forward(call);
    backend_.copy(samples * out(in).floats(), call.y, y);
    return recording;
  }
  void infer_into(int n, Shape in, const Scalar* x, Scalar* y) const {
    const auto samples = static_cast<std::size_t>(n);
    Floats place = backend_.uninitialized(samples * Program::infer_place(in));
    Floats scratch = backend_.uninitialized(samples * Program::infer_scratch(in));
    auto statistics = backend_.uninitialized(Arch::statistics);  // a Call may write them, though not here
    backend_.copy(Arch::statistics, statistics_.data(), statistics.data());
    Call<B> call{
        backend_,     n,       in,      false,         parameters_.data(), nullptr, statistics.data(), x,
        place.data(), nullptr, nullptr, scratch.data()};
    Program::infer(call);
    backend_.copy(samples * out(in).floats(), call.y, y);
  }
  // Null gradients: nothing is learnt; a null dx: nobody wants it.
  void pull(Recording recording, const Scalar* dy, Scalar* gradients, Scalar* dx) {
    Floats scratch =
        backend_.uninitialized(static_cast<std::size_t>(recording.n) * Program::scratch(recording.in));
    Call<B> call = called(recording, scratch);
    call.gradients = gradients;
    call.dy = dy;
    call.dx = dx;
    Program::backward(call);
  }
  void freeze() {
    if constexpr (requires { backend_.frozen(); }) backend_ = backend_.frozen();
  }

 private:
  Call<B> called(Recording& recording, Floats& scratch) {
    Scalar* const x = recording.floats.data();
    return {backend_,
            recording.n,
            recording.in,
            true,
            parameters_.data(),
            nullptr,
            statistics_.data(),
            x,
            x + static_cast<std::size_t>(recording.n) * whole_lines(recording.in.floats()),
            nullptr,
            nullptr,
            scratch.data()};
  }

  B backend_;
  Floats parameters_, statistics_;
};

}  // namespace guise
