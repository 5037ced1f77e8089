// CUT and FastCUT against PyTorch: losses of two steps, all gradients of the first.
#include "support/golden.hpp"
#include <guise/objective/cut.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct A;
struct B;

const Golden& golden() {
  static const Golden file("cut");
  return file;
}
auto behind(const std::string& prefix) {
  return [prefix](const std::string& name) { return prefix + "." + name; };
}

struct Case {
  std::string name;
  CutOptions<> options;
};
std::vector<Case> cases() {
  const auto small = [](CutOptions<> options, std::uint64_t seed) {
    options.seed = seed, options.layers = {0, 4, 8, 12, 13}, options.places = 16, options.width = 8;
    return options;
  };
  std::vector<Case> all{
      {"cut", small({}, 1)}, {"of_batch", small({}, 1)}, {"fast_cut", small(fast_cut(), 3)}};
  all[1].options.contrast.of_batch = true;
  return all;
}

using Exact = On<Reference<double>, Plain>;
using ExactFused = On<Reference<double>, Fused>;
using Fast = On<Cpu, Fused>;
using ByEigen = On<EigenCpu<float>, Fused>;

}  // namespace

TEST_CASE_TEMPLATE("steps of CUT and FastCUT are PyTorch's", Here, Exact, ExactFused, Fast, ByEigen) {
  using Device = typename Here::Backend;
  for (const auto& [name, options] : cases()) {
    CAPTURE(name);
    Cut<A, B, CutPaper<CutGenerator<2, 4>, PatchDiscriminator<2>>, Device, typename Here::Form> model(
        options);
    model.visit([](std::string_view of, auto& net) {
      const auto values = golden().flat(net.table(), net.parameters().size(), behind(std::string(of)));
      net.backend().upload(values.size(), values.data(), net.parameters().data());
    });
    const auto a = golden().batch<A, Device>("pictures_A");
    const auto b = golden().batch<B, Device>("pictures_B");
    for (int step = 0; step < 2; ++step) {
      const Losses losses = model.step(a, b);
      CHECK(losses.size() == (name == "fast_cut" ? 5u : 6u));
      for (std::size_t k = 0; k < losses.size(); ++k) {
        const std::string value = name + ".step" + std::to_string(step) + "." + losses.names()[k];
        CAPTURE(value);
        CHECK(golden().error(value, {losses.values()[k]}) < Here::tolerance(step == 0 ? 1e-5 : 4e-5));
      }
      if (step > 0) continue;
      const State state = model.state();
      std::size_t found = 0;
      for (const NamedBuffer& buffer : state.buffers) {  // after one step Adam's mean is half of the gradient
        const auto end = buffer.name.find(".adam_mean.");
        if (end == std::string::npos) continue;
        auto gradients = buffer.read();
        for (float& value : gradients) value *= 2;
        found += buffer.table.size();
        CAPTURE(buffer.name);
        const auto of = behind(name + ".gradient." + buffer.name.substr(0, end));
        CHECK(golden().error(buffer.table, gradients, of) <
              Here::tolerance(5e-4));  // rounding, times 1 / 0.07
      }
      CHECK(found == 2 * 10 + 4 * 5 + 2 * 5);  // tensors of G, F and D
    }
  }
}
