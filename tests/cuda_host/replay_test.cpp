// Training steps that are replayed against steps that are not: the same bits, whatever comes between. Also
// for a device.
#include "cuda_host/open_memory.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/data/transform.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/train/checkpoint.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <vector>

using namespace guise;
using guise::testing::ScratchFolder;

namespace {

struct A;
struct B;
class Eager : public Cuda {  // the same device, which cannot record
  using Cuda::record;
};
static_assert(Records<Cuda> && !Records<Eager> && MakesRandomCrops<Cuda>);

template <class Device>
using Model = CycleGan<A, B, Paper<ResnetGenerator<1, 2>, PatchDiscriminator<2>>, Device>;
CycleGanOptions<> options() { return {.seed = 5, .rate = linear_decay(2e-3, 9, 3), .pool_size = 2}; }
template <class Domain> Images<Domain> pictures(long step, Shape shape = {3, 32, 32}, int n = 1) {
  Images<Domain> images{n, shape};
  Random random(std::is_same_v<Domain, A>, static_cast<std::uint64_t>(step));
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}
template <class M> std::vector<float> step(M& model, long k, Shape shape = {3, 32, 32}, int n = 1) {
  return model.step(pictures<A>(k, shape, n), pictures<B>(k, shape, n)).values();
}
template <class M> std::vector<float> everything(M& model) {  // that a checkpoint holds
  std::vector<float> all;
  for (const auto& [name, tensor] : checkpoint::content(model.state(), {}).tensors)
    all.insert(all.end(), tensor.data.begin(), tensor.data.end());
  return all;
}

}  // namespace

TEST_CASE("a network can be recorded, forward and backward") {  // throws what stands in the way
  const OpenMemory open(0);
  const Cuda device;
  Generator<A, B, ResnetGenerator<1, 2>, Cuda> net(5, 0, device);
  auto gradients = net.gradients();
  const auto host = [&](const Cuda::Buffer& buffer) {
    std::vector<float> values(buffer.size());
    device.download(values.size(), buffer.data(), values.data());
    return values;
  };
  const auto pixels = pictures<A>(1), slopes = pictures<A>(2);
  Batch<A, Cuda> x{1, pixels.shape, device};
  Gradient<B, Cuda> dy{1, pixels.shape, device};
  device.upload(pixels.data.size(), pixels.data.data(), x.data.data());
  device.upload(slopes.data.size(), slopes.data.data(), dy.data.data());
  std::optional<Batch<B, Cuda>> y;
  const auto work = [&] {
    auto [out, tape] = net.forward(x);
    net.learn(std::move(tape), dy, gradients);
    y.emplace(std::move(out));
  };
  work();
  const auto expected_y = host(y->data), expected = host(gradients.floats);
  const auto recording = device.record(work);
  for (int turn = 0; turn < 2; ++turn) {
    const std::vector<float> zeros(expected.size());
    device.upload(zeros.size(), zeros.data(), gradients.floats.data());
    device.replay(recording);
    CHECK(host(y->data) == expected_y);
    CHECK(host(gradients.floats) == expected);
  }
}

TEST_SUITE("training") {
  TEST_CASE("replayed steps have the bits of steps that are not, translations and pools between them") {
    const OpenMemory open(0);
    Model<Eager> eager(options());
    Model<Cuda> replayed(options());
    for (long k = 0; k < 9; ++k) {  // the pools are full after two, the rate falls after three
      CHECK(step(replayed, k) == step(eager, k));
      if (k % 3 == 1) {
        const auto x = pictures<A>(100 + k, {3, 21, 34});
        CHECK(replayed.translator<A, B>()(x).data[7] == eager.translator<A, B>()(x).data[7]);
      }
    }
    CHECK(everything(replayed) == everything(eager));
  }

  TEST_CASE("random crops of what was loaded are the pictures that they show") {
    const OpenMemory open(0);
    Model<Eager> eager(options());
    Model<Cuda> replayed(options());
    const auto loaded = []<class Domain>(std::uint64_t step, RandomCrops<Domain> batch) {
      Random random(9 + std::is_same_v<Domain, A>, step);
      for (auto& byte : batch.rgb) byte = static_cast<unsigned char>(random.below(256));
      batch.crops[0] = {static_cast<int>(step), 1, step % 2 == 0};
      return batch;
    };
    for (std::uint64_t k = 0; k < 4; ++k) {
      const auto a = loaded(k, RandomCrops<A>{1, 36, 32});
      const auto b = loaded(k, RandomCrops<B>{1, 35, 32});
      CHECK(replayed.step(a, b).values() == eager.step(images(a), images(b)).values());
    }
    CHECK(everything(replayed) == everything(eager));
  }
}

TEST_SUITE("long") {
  TEST_CASE("sizes and numbers of pictures that change") {
    const OpenMemory open(0);
    Model<Eager> eager(options());
    Model<Cuda> replayed(options());
    const Shape wide{3, 32, 40}, square{3, 32, 32};
    long k = 0;
    for (const auto& [shape, n] : {std::pair{square, 1},
                                   {square, 1},
                                   {square, 1},
                                   {wide, 1},
                                   {wide, 1},
                                   {wide, 1},
                                   {square, 2},
                                   {square, 1},
                                   {square, 1},
                                   {square, 1}}) {
      CHECK(step(replayed, k, shape, n) == step(eager, k, shape, n));
      ++k;
    }
    CHECK(everything(replayed) == everything(eager));
  }

  TEST_CASE("batches on the device, each somewhere else") {
    const OpenMemory open(0);
    Model<Eager> eager(options());
    const Cuda device;
    Model<Cuda> replayed(options(), device);
    const auto uploaded = [&]<class Domain>(const Images<Domain>& images) {
      Batch<Domain, Cuda> batch{images.n, images.shape, device};
      device.upload(images.data.size(), images.data.data(), batch.data.data());
      return batch;
    };
    std::vector<Batch<A, Cuda>> kept;
    for (long k = 0; k < 5; ++k) {
      kept.push_back(uploaded(pictures<A>(k)));
      CHECK(replayed.step(kept.back(), uploaded(pictures<B>(k))).values() == step(eager, k));
    }
    CHECK(everything(replayed) == everything(eager));
  }

  TEST_CASE("a step that is not finite, and on") {
    const OpenMemory open(0);
    Model<Eager> eager(options());  // never sees one
    Model<Cuda> replayed(options());
    for (long k = 0; k < 7; ++k) {
      auto a = pictures<A>(k);
      if (k == 1 || k == 4) {
        a.data[5] = NAN;
        CHECK_THROWS_WITH_AS(replayed.step(a, pictures<B>(k)), doctest::Contains("expected finite losses"),
                             Error);
      } else {
        CHECK(step(replayed, k) == step(eager, k));
      }
    }
    CHECK(everything(replayed) == everything(eager));
  }

  TEST_CASE("a checkpoint that is resumed, into a training that has been recorded too; a model that moves") {
    const OpenMemory open(0);
    const ScratchFolder folder;
    Model<Eager> eager(options());
    std::optional<Model<Cuda>> first(options()), second(options());
    for (long k = 0; k < 4; ++k) CHECK(step(*first, k) == step(eager, k));
    save_checkpoint(folder / "checkpoint", first->state());
    load_checkpoint(folder / "checkpoint", second->state());
    for (long k = 4; k < 6; ++k) step(*first, k);  // on a way that is left again
    load_checkpoint(folder / "checkpoint", first->state());
    Model<Cuda> moved = std::move(*first);
    first.reset();
    for (long k = 4; k < 8; ++k) {
      const auto expected = step(eager, k);
      CHECK(step(moved, k) == expected);
      CHECK(step(*second, k) == expected);
    }
    CHECK(everything(moved) == everything(eager));
    CHECK(everything(*second) == everything(eager));
  }
}
