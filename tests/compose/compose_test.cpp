// Layers and networks as a user would write them (composed.hpp): a U-Net, a dense block, squeeze and excitation, an
// attention gate, an activation by its formula, a layer by the backend's operations and one that reads memory. All
// that the library knows of networks holds for them: names, fusion, gradients, every backend, export. What others read
// of the exports is held in deploy/, what PyTorch computes with the U-Net in arch/, for it is the same graph.
#include "backend/backends.hpp"
#include "composed.hpp"
#include "support/reference.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/unet_generator.hpp>
#include <guise/deploy/export_onnx.hpp>
#include <guise/loss/ssim.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace guise;
using namespace guise::testing;
using guise::test::same_as_reference;

namespace {

using namespace composed;

std::string names(const Graph& g) {
  std::string all;
  for (const Parameter& p : parameter_table(g)) all += std::string(p.name) + " ";
  return all;
}

void check_forms(const Graph& g, Shape in) {
  using B = Reference<double>;
  Network<X, Y, Described, B, Fused> fused(g, 3);
  Network<X, Y, Described, B, Plain> plain(g, 3);
  randomize_parameters(fused, 4);
  randomize_parameters(plain, 4);
  Batch<X, B> x{2, in};
  randomize(x, 1);
  Gradient<Y, B> dy{2, out(g, in)};
  randomize(dy, 2);
  auto of_fused = fused.gradients();
  auto of_plain = plain.gradients();
  CHECK(distance(fused.infer(x).data, plain.infer(x).data) < 1e-12);
  auto [y, tape] = fused.forward(x);
  auto [plain_y, plain_tape] = plain.forward(x);
  CHECK(distance(y.data, plain_y.data) < 1e-12);
  const bool trains_as_it_infers =
      !has_node(g, [](const Node& node) { return node.of_batch || node.op == Op::dropout; });
  CHECK((distance(plain.infer(x).data, plain_y.data) < 1e-12) == trains_as_it_infers);
  CHECK(distance(fused.statistics(), plain.statistics()) < 1e-12);
  CHECK(distance(fused.backward(std::move(tape), dy, of_fused).data,
                 plain.backward(std::move(plain_tape), dy, of_plain).data) < 1e-11);
  CHECK(distance(of_fused.floats, of_plain.floats) < 1e-11);
}

void check_gradients(const Graph& g, Shape in) {
  CHECK(gradient_error(g, 2, in) < 1e-6);
  CHECK(gradient_error<Plain>(g, 2, in) < 1e-6);
}

// Output and all gradients, one after the other, as numbers on the host.
template <class B> test::Values run(const Graph& g, Shape in, const B& backend) {
  Network<X, Y, Described, B> net(g, 1, 0, backend);
  const auto put = [&](typename B::Buffer& buffer, std::uint64_t stream, float scale) {
    test::Values values = test::noise(buffer.size(), stream);
    for (float& v : values) v *= scale;
    backend.upload(values.size(), values.data(), buffer.data());
  };
  put(net.parameters(), 1, 0.4f);
  Batch<X, B> x{2, in, backend};
  put(x.data, 2, 1);
  Gradient<Y, B> dy{2, out(g, in), backend};
  put(dy.data, 3, 1);
  auto gradients = net.gradients();
  auto [y, tape] = net.forward(x);
  const auto dx = net.backward(std::move(tape), dy, gradients);
  test::Values all;
  const auto add = [&](const typename B::Buffer& part) {
    const auto values = on_host(backend, part);
    all.insert(all.end(), values.begin(), values.end());
  };
  add(y.data), add(dx.data), add(gradients.floats), add(net.infer(x).data);
  return all;
}
void check_backends(const Graph& g, Shape in) {
  same_as_reference([&]<class B>(const B& backend) { return run(g, in, backend); }, 1e-4);
}
// Where a device would have to be told by its compiler, or reads what it cannot.
void check_backends_of_the_host(const Graph& g, Shape in) {
  const auto expected = run(g, in, Reference<float>{});
  CHECK(test::difference(run(g, in, Cpu(1)), expected) < 1e-4);
  CHECK(test::difference(run(g, in, Cpu(3)), expected) < 1e-4);
  CHECK(test::difference(run(g, in, EigenCpu<float>()), expected) < 1e-4);
}
void check_everything(const Graph& g, Shape in) {
  check_forms(g, in);
  check_gradients(g, in);
  check_backends(g, in);
}

std::string refusal(const Graph& g, const auto& use) {
  try {
    use(g);
  } catch (const Error& error) { return error.what(); }
  return "none";
}
void export_it(const Graph& g) {
  const ScratchFolder folder;
  export_onnx(folder / "net.onnx", Network<X, Y, Described, Cpu>(g, 1));
}
void run_on_device(const Graph& g) { run(g, {2, 8, 8}, Cuda()); }

constexpr Shape in{2, 8, 12};

}  // namespace

TEST_CASE("what a user writes needs no name that is the library's own") {
  const std::string text = bytes_of(std::filesystem::path(GUISE_SOURCE_DIR) / "tests/compose/composed.hpp");
  CHECK(text.find("namespace guise::composed") != text.npos);
  CHECK(text.find("detail") == text.npos);
}

TEST_CASE("the reference's U-Nets of 128 and 256 pixels") {
  static_assert(graph_of(BatchNormUnet<7, 64>{}) == unet_generator({.downs = 7, .dropout = true}));
  static_assert(graph_of(BatchNormUnet<8, 64>{}) == unet_generator({.downs = 8, .dropout = true}));
  check_forms(graph_of(BatchNormUnet<7, 1>{}), {3, 128, 128});
  check_forms(graph_of(BatchNormUnet<8, 1>{}), {3, 256, 256});
  CHECK(gradient_error<Plain>(graph_of(BatchNormUnet<6, 1>{}), 1, {3, 64, 64}) < 1e-6);  // fused: tests/arch
  check_backends(graph_of(BatchNormUnet<6, 2>{}), {3, 64, 64});
}

TEST_CASE("a dense block") {
  const Graph g = graph_of(Dense{});
  CHECK(names(g) ==
        "model.0.weight model.0.bias model.1.dense.0.1.weight model.1.dense.0.1.bias "
        "model.1.dense.1.1.weight model.1.dense.1.1.bias model.1.dense.2.1.weight "
        "model.1.dense.2.1.bias model.2.weight model.2.bias ");
  CHECK(Dense::out(in) == Shape{2, 8, 12});
  CHECK(g[g.output() - 1].channels == 4 + 3 * 3);
  CHECK(g == dense_network(3, 4, 3));
  check_everything(g, in);
  CHECK(refusal(g, export_it) == "none");
}

TEST_CASE("squeeze and excitation") {
  const Graph g = graph_of(Squeezed{});
  CHECK(names(g) ==
        "model.0.weight model.0.bias model.1.squeeze.0.weight model.1.squeeze.0.bias "
        "model.1.squeeze.2.weight model.1.squeeze.2.bias model.2.weight model.2.bias ");
  check_everything(g, in);
  CHECK(refusal(g, export_it) == "none");
}

TEST_CASE("an attention gate") {
  const Graph g = graph_of(Gated{});
  CHECK(names(g) ==
        "model.0.weight model.0.bias model.1.gate.weight model.1.gate.bias model.1.signal.weight "
        "model.1.signal.bias model.1.psi.weight model.1.psi.bias ");
  check_everything(g, in);
  CHECK(refusal(g, export_it) == "none");
}

TEST_CASE("convolutions with a spectral norm") {
  const Graph g = graph_of(Divided{});
  CHECK(names(g) == "model.0.weight_orig model.0.bias model.2.weight_orig model.2.bias model.5.weight_orig ");
  check_everything(g, in);
  CHECK(refusal(g, export_it) == "none");
}

TEST_CASE("an activation by its formula") {
  const Graph g = graph_of(Formulated{});
  check_forms(g, in);
  check_gradients(g, in);
  check_backends_of_the_host(g, in);
  CHECK(refusal(g, export_it) ==
        "the activation mish has no form in ONNX: expected one that the library knows");
  CHECK(refusal(g, run_on_device).find("guise/backend/cuda/formulas.cuh") != std::string::npos);
}

TEST_CASE("a layer by the backend's operations") {
  const Graph g = graph_of(Mixed{});
  CHECK(names(g) == "model.0.weight model.0.bias model.1.mixing model.2.weight model.2.bias ");
  check_everything(g, in);
  CHECK(refusal(g, export_it) ==
        "the layer mixing has no form in ONNX: expected one that names its operator");
}

TEST_CASE("a layer that reads memory") {
  const Graph g = graph_of(Sloped{});
  CHECK(names(g) == "model.0.weight model.0.bias model.1.weight model.2.weight model.2.bias ");
  check_forms(g, in);
  check_gradients(g, in);
  check_backends_of_the_host(g, in);
  CHECK(refusal(g, export_it) == "none");
  CHECK(refusal(g, run_on_device) ==
        "the layer prelu reads memory by itself: expected one that computes by the backend's operations");
}

TEST_CASE("SSIM and a sum of losses by every backend, recorded too") {
  const auto loss_of = [](const auto& backend, bool recorded) {
    using B = std::remove_cvref_t<decltype(backend)>;
    const auto batch = [&](std::uint64_t stream) {
      Batch<X, B> x{2, {3, 13, 14}, backend};
      const test::Values values = test::noise(x.data.size(), stream);
      backend.upload(values.size(), values.data(), x.data.data());
      return x;
    };
    const auto x = batch(1), target = batch(2);
    test::Values all;
    const auto work = [&] {
      const auto loss =
          reconstruction_loss<WeightedSum<Weighted<Ssim<>, 84>, Weighted<L1, 16>>>(x, target, 10);
      if (recorded) return;
      all = on_host(backend, loss.gradient.data);
      all.push_back(loss.read());
    };
    if constexpr (Records<B>)
      if (recorded) backend.replay(backend.record(work));
    work();
    return all;
  };
  same_as_reference([&](const auto& backend) { return loss_of(backend, false); }, 5e-5);
  CHECK_NOTHROW(loss_of(Cuda(), true));
}

TEST_CASE("compositions of one's own are told their mistakes") {
  Graph wrong = graph_of(sequential(conv({.in = 3, .out = 6}), squeeze_excite(5, 2)));
  CHECK_THROWS_WITH_AS(check(wrong), "layer 1.0 takes 5 channels but is given 6", Error);
}
