// Recordings and pinned memory on the stand-in for streams, which is as strict as the real ones: what is
// noted and what is done, whose memory is whose, what cannot be recorded.
#include "backend/values.hpp"
#include "cuda_host/open_memory.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/core/error.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/train/checkpoint.hpp>
#include <guise/train/replay.hpp>

using namespace guise;
using namespace guise::test;

namespace {

constexpr std::size_t mebi = std::size_t{1} << 20;
std::size_t used() {
  std::size_t left = 0, all = 0;
  REQUIRE(cudaMemGetInfo(&left, &all) == cudaSuccess);
  return all - left;
}
void refused(cudaError_t error) {
  if (error) throw Error("as it must be");
}
Values host(const Cuda& device, const Cuda::Buffer& buffer) {
  Values values(buffer.size());
  device.download(values.size(), buffer.data(), values.data());
  return values;
}
Values all(std::size_t n, float value) { return Values(n, value); }

}  // namespace

TEST_CASE("what is recorded is not done, and each replay does it on what is there then") {
  const gpu::Tally before = gpu::tally;
  {
    const Cuda device;
    const std::size_t n = 300;
    On x(device, all(n, 1)), y(device, all(n, 10));
    const auto recording = device.record([&] {
      const auto zeros = device.zeros(n);
      auto twice = device.uninitialized(n);
      device.copy(n, zeros.data(), twice.data());
      device.axpby(n, 2, x, 1, twice.data());
      device.axpby(n, 1, zeros.data(), 1, twice.data());  // they are two
      device.axpby(n, 1, twice.data(), 1, y);
    });
    CHECK(recording);
    CHECK(y.values() == all(n, 10));
    device.replay(recording);
    CHECK(y.values() == all(n, 12));
    const Values five = all(n, 5);
    device.upload(n, five.data(), x);
    device.replay(recording);
    device.replay(recording);
    CHECK(y.values() == all(n, 32));
    CHECK(gpu::tally.replays == before.replays + 3);
  }
  CHECK(gpu::tally.graphs == before.graphs);
  CHECK(gpu::tally.streams == before.streams);
}

TEST_CASE("what cannot be recorded is an error, and the stream goes on") {
  const gpu::Tally before = gpu::tally;
  const Cuda device;
  On x(device, all(64, 1)), y(device, all(64, 2));
  float host_value = 0;
  const std::function<void()> wrong[] = {
      [&] { device.download(1, x, &host_value); },             // a wait
      [&] { device.upload(1, &host_value, x); },               // what the host holds now
      [&] { device.record([&] { device.copy(64, x, y); }); },  // a recording in a recording
      [] { refused(cudaStreamSynchronize(nullptr)); },         // for the stream of everybody
      [&] {
        void* at = nullptr;
        refused(cudaMalloc(&at, 64));  // memory that a recording does not see
      },
      [&] { throw Error("mine"); }};
  for (const auto& work : wrong) {
    CHECK_THROWS_AS(device.record([&] {
      device.copy(64, x, y);
      work();
    }),
                    Error);
    CHECK(cudaPeekAtLastError() == cudaSuccess);  // a library would take it for its own
    CHECK(y.values() == all(64, 2));
  }
  device.copy(64, x, y);
  CHECK(y.values() == all(64, 1));
  CHECK(gpu::tally.graphs == before.graphs);
}

TEST_CASE("what has failed is told once") {
  const Cuda device;
  On x(device, all(64, 1)), y(device, all(64, 2));
  CHECK_THROWS_AS(device.zeros(std::size_t{1} << 40), Error);
  CHECK(cudaPeekAtLastError() == cudaSuccess);
  const gpu::Machine whole = gpu::machine;
  gpu::machine.devices = 0;  // gone
  CHECK_THROWS_AS(device.copy(64, x, y), Error);
  CHECK(cudaPeekAtLastError() == cudaSuccess);
  gpu::machine = whole;
}

TEST_CASE("a recording's memory is its own, and is used again within it") {
  const Cuda device;
  const std::size_t floats = 5 * mebi, before = used();  // 20 MiB each, of which a block holds one
  Cuda::Buffer kept, outside = device.zeros(mebi);
  const float* const was_outside = outside.data();
  const float* within = nullptr;
  {
    const auto recording = device.record([&] {
      for (int turn = 0; turn < 3; ++turn) {
        const auto one = device.uninitialized(floats);
        if (within) CHECK(one.data() == within);  // given back, and taken again
        within = one.data();
      }
      kept = device.zeros(16);
      device.copy(16, outside.data(), kept.data());
      outside = {};  // the recording reads it
    });
    CHECK(used() - before == 32 * mebi + 4 * mebi);
    for (int turn = 0; turn < 3; ++turn) {  // nobody else gets it
      const auto other = device.uninitialized(floats);
      CHECK(other.data() != within);
      CHECK(other.data() != was_outside);
    }
    device.replay(recording);
    CHECK(host(device, kept) == all(16, 0));
  }
  CHECK(used() - before == 36 * mebi);  // as long as a buffer in it lives on
  CHECK(host(device, kept) == all(16, 0));
  kept = {};
  CHECK(used() == before);
}

TEST_CASE("what a recording uses at once lies apart") {
  const Cuda device;
  const auto recording = device.record([&] {
    Random random(3);
    std::vector<Cuda::Buffer> used_now;
    for (int turn = 0; turn < 300; ++turn) {
      if (used_now.size() > 8) used_now.erase(used_now.begin() + long(random.below(used_now.size())));
      auto fresh = device.uninitialized(1 + random.below(turn % 4 ? 1000 : 2 * mebi));
      for (const auto& other : used_now)
        CHECK((fresh.data() + fresh.size() <= other.data() || other.data() + other.size() <= fresh.data()));
      used_now.push_back(std::move(fresh));
    }
  });
  CHECK(recording);
}

TEST_CASE("neighbours that are given back are one part again") {
  const Cuda device;
  const std::size_t before = used();
  const auto recording = device.record([&] {
    for (int turn = 0; turn < 4; ++turn) {  // 8 MiB each, in another order each time
      Cuda::Buffer row[4];
      for (auto& buffer : row) buffer = device.uninitialized(2 * mebi);
      for (int k = 0; k < 4; ++k) row[(turn + 3 * k) % 4] = {};
      CHECK(device.uninitialized(8 * mebi).size() == 8 * mebi);
    }
  });
  CHECK(used() - before == 32 * mebi);
}

TEST_CASE("work is done, recorded, replayed; and done again where something has moved") {
  const Cuda device;
  On x(device, all(64, 1)), y(device, all(64, 0));
  Replay<Cuda> replay;
  int done = 0;
  const auto run = [&](On<Cuda>& from) {
    replay(device, addresses_of(from.data), [&] {
      ++done;
      device.axpby(64, 1, from, 1, y);
    });
  };
  const int before = gpu::tally.replays;
  for (int k = 0; k < 5; ++k) run(x);
  CHECK(y.values() == all(64, 5));
  CHECK(done == 2);  // the second time to be recorded
  CHECK(gpu::tally.replays == before + 4);
  On elsewhere(device, all(64, 10));
  run(elsewhere);
  run(x);
  CHECK(y.values() == all(64, 16));
  CHECK(gpu::tally.replays == before + 4);
  run(x);
  CHECK(gpu::tally.replays == before + 5);
  CHECK(y.values() == all(64, 17));
}

TEST_CASE("work that cannot be recorded is done each time") {
  const Cuda device;
  On x(device, all(64, 1)), y(device, all(64, 0));
  Replay<Cuda> replay;
  const gpu::Machine whole = gpu::machine;
  const int before = gpu::tally.replays;
  for (int k = 0; k < 4; ++k) {
    if (k == 1) gpu::machine.memory = used() + mebi;  // too little for a recording of its own
    replay(device, addresses_of(x.data), [&] {
      auto held = device.uninitialized(64);
      device.copy(64, x, held.data());
      device.axpby(64, 1, held.data(), 1, y);
    });
  }
  gpu::machine = whole;
  CHECK(y.values() == all(64, 4));
  CHECK(gpu::tally.replays == before);
}

TEST_CASE("an upload of many pieces is in order, and leaves nothing behind") {
  const gpu::Tally before = gpu::tally;
  {
    const Cuda device;
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, mebi - 1, mebi, mebi + 1, 6 * mebi + 3}) {
      Values values = noise(n, 1);
      auto buffer = device.uninitialized(n);
      device.upload(n, values.data(), buffer.data());
      const Values expected = values;
      std::fill(values.begin(), values.end(), NAN);  // the host need not keep them
      CHECK(host(device, buffer) == expected);
    }
    CHECK(gpu::tally.pinned == 4);
  }
  CHECK(gpu::tally.pinned == before.pinned);
  CHECK(gpu::tally.events == before.events);
}

TEST_SUITE("training") {
  struct A;
  struct B;
  using Model = CycleGan<A, B, Paper<ResnetGenerator<1, 2>, PatchDiscriminator<2>>, Cuda>;

  TEST_CASE("a training step is one replay, and nothing beside it but what goes up and comes down") {
    const OpenMemory open(0);
    Model model({.seed = 1, .pool_size = 2});
    Images<A> a{1, {3, 32, 32}};
    Images<B> b{1, {3, 32, 32}};
    const int graphs = gpu::tally.graphs;
    for (int k = 0; k < 6; ++k) {
      const gpu::Tally before = gpu::tally;
      model.step(a, b);
      CHECK(gpu::tally.replays - before.replays == (k > 0));
      CHECK((gpu::tally.launches == before.launches) == (k > 0));
      CHECK(gpu::tally.uploads - before.uploads == 3);  // two batches, and what the host decides
      CHECK(gpu::tally.downloads - before.downloads == 1);
    }
    CHECK(gpu::tally.graphs - graphs == 1);
  }

  TEST_CASE("a step that runs out of memory on its way is as if it had never been") {
    const OpenMemory open(0);
    Model model({.seed = 1, .pool_size = 2}), smooth({.seed = 1, .pool_size = 2});
    Images<A> a{1, {3, 32, 32}};
    Images<B> b{1, {3, 32, 32}};
    const gpu::Machine whole = gpu::machine;
    int refused = 0;
    for (std::size_t more = 0;; more += mebi / 64) try {
        gpu::machine.memory = used() + more;
        model.step(a, b);
        break;
      } catch (const Error& error) {
        CHECK(std::string(error.what()).find("more memory") != std::string::npos);
        ++refused;
      }
    gpu::machine = whole;
    CHECK(refused > 9);
    smooth.step(a, b);
    const auto content = [](Model& m) { return checkpoint::content(m.state(), {}).metadata.at("checksum"); };
    CHECK(content(model) == content(smooth));
  }
}
