// Networks by the CUDA backend's kernels, on fibers, against Reference: forward and backward of a small fused
// network, a training step, a translation, and a training that goes on on the other backend.
#include "backend/values.hpp"
#include "cuda_host/open_memory.hpp"
#include "support/made_detector.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/face/blazeface.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/train/checkpoint.hpp>

using namespace guise;
using namespace guise::test;
using guise::testing::ScratchFolder;

namespace {

struct A;
struct B;

template <class Domain> Images<Domain> picture(int n, int side, std::uint64_t stream) {
  Images<Domain> images{n, {3, side, side}};
  Random random(3, stream);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}
template <class Device> Values host(const Device& device, const typename Device::Buffer& buffer) {
  Values values(buffer.size());
  device.download(values.size(), buffer.data(), values.data());
  return values;
}
template <class Device>
using Small = CycleGan<A, B, Paper<ResnetGenerator<1, 4>, PatchDiscriminator<4>>, Device>;
CycleGanOptions<> options(std::uint64_t seed) {
  return {.seed = seed, .rate = linear_decay(2e-4, 8, 4), .pool_size = 1};
}
template <class Model> Values steps(Model& model, long from, long to) {
  Values losses;
  for (long k = from; k < to; ++k)
    for (float loss :
         model.step(picture<A>(1, 32, std::uint64_t(2 * k)), picture<B>(1, 32, std::uint64_t(2 * k + 1)))
             .values())
      losses.push_back(loss);
  return losses;
}
template <class Model> Values parameters(Model& model) {
  Values all;
  model.visit([&](std::string_view, const auto& net) {
    const Values values = host(net.backend(), net.parameters());
    all.insert(all.end(), values.begin(), values.end());
  });
  return all;
}

}  // namespace

TEST_CASE("a small fused network, forward and backward") {
  const OpenMemory open(2);
  using Tiny = ResnetGenerator<1, 2>;
  const auto run = [](const auto& device) {
    using Device = std::decay_t<decltype(device)>;
    Generator<A, B, Tiny, Device> net(5, 0, device);
    const auto pixels = picture<A>(2, 16, 1), gradient = picture<A>(2, 16, 2);
    Batch<A, Device> x{2, pixels.shape, device};
    Gradient<B, Device> dy{2, pixels.shape, device};
    device.upload(pixels.data.size(), pixels.data.data(), x.data.data());
    device.upload(gradient.data.size(), gradient.data.data(), dy.data.data());
    auto gradients = net.gradients();
    auto [y, tape] = net.forward(x);
    const auto dx = net.backward(std::move(tape), dy, gradients);
    return std::vector<Values>{host(device, y.data), host(device, net.infer(x).data), host(device, dx.data),
                               host(device, gradients.floats)};
  };
  const auto expected = run(Reference<float>{}), got = run(Cuda());
  for (std::size_t k = 0; k < expected.size(); ++k) CHECK(difference(got[k], expected[k]) < 3e-5);
}

TEST_SUITE("training") {
  TEST_CASE("faces are found where the reference finds them") {
    const OpenMemory open(2);
    const ScratchFolder folder;
    guise::testing::write_made_detector(folder / "made.onnx");
    Picture picture = blank(130, 100, 20);
    for (std::size_t row = 40; row < 52; ++row)
      std::fill_n(picture.rgb.begin() + 3 * (row * 130 + 70), 3 * 12, std::uint8_t{255});
    const auto expected = face_detector<Reference<float>>(folder / "made.onnx")(picture);
    const auto found = face_detector<Cuda>(folder / "made.onnx")(picture);
    REQUIRE(expected.size() == 1);
    REQUIRE(found.size() == 1);
    CHECK(found[0].confidence == doctest::Approx(expected[0].confidence));
    CHECK(found[0].box.left == doctest::Approx(expected[0].box.left));
    CHECK(found[0].box.bottom == doctest::Approx(expected[0].box.bottom));
  }

  TEST_CASE("training steps, a translation, and a checkpoint that goes on on the other backend") {
    const OpenMemory open(2);
    const ScratchFolder folder;
    Small<Reference<float>> reference(options(5));
    Small<Cuda> cuda(options(5)), other(options(6));
    CHECK(difference(steps(cuda, 0, 2), steps(reference, 0, 2)) < 1e-3);
    CHECK(difference(parameters(cuda), parameters(reference)) < 5e-3);
    const auto x = picture<A>(1, 21, 9);
    const auto y = reference.translator<A, B>()(x), by_cuda = cuda.translator<A, B>()(x);
    CHECK(difference(Values(by_cuda.data.begin(), by_cuda.data.end()), Values(y.data.begin(), y.data.end())) <
          2e-2);

    save_checkpoint(folder / "reference", reference.state());
    load_checkpoint(folder / "reference", other.state());
    CHECK(parameters(other) == parameters(reference));
    CHECK(difference(steps(other, 2, 3), steps(reference, 2, 3)) < 1e-3);
    save_checkpoint(folder / "cuda", cuda.state());
    load_checkpoint(folder / "cuda", reference.state());
    CHECK(parameters(cuda) == parameters(reference));
    CHECK(difference(steps(cuda, 2, 3), steps(reference, 2, 3)) < 1e-3);
  }
}
