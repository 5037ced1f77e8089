#include <guise/core/buffer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

using namespace guise;

static_assert(!std::is_copy_constructible_v<Buffer<float>>);
static_assert(std::is_nothrow_move_constructible_v<Buffer<float>>);

TEST_CASE("a buffer starts with zeros at a cache line") {
  for (std::size_t n : {0u, 1u, 17u, 1000u, 3'000'000u}) {  // the last one is beyond the huge pages' border
    CAPTURE(n);
    const Buffer<float> buffer(n);
    CHECK(buffer.size() == n);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
    CHECK(std::all_of(buffer.begin(), buffer.end(), [](float x) { return x == 0; }));
  }
}

TEST_CASE("moving a buffer moves the memory") {
  Buffer<int> from(5);
  from[4] = 9;
  const int* address = from.data();
  const Buffer<int> to = std::move(from);
  CHECK(to.data() == address);
  CHECK(to[4] == 9);
  CHECK(from.data() == nullptr);
}

TEST_CASE("a recycler hands a block of the same size out again") {
  const auto recycler = std::make_shared<Recycler>();
  auto first = Buffer<float>::uninitialized(1000, recycler);
  auto second = Buffer<float>::uninitialized(1000, recycler);
  CHECK(first.data() != second.data());  // never twice at once
  const float* address = first.data();
  first = {};
  auto other = Buffer<float>::uninitialized(999, recycler);
  CHECK(other.data() != address);
  auto again = Buffer<float>::uninitialized(1000, recycler);
  CHECK(again.data() == address);
}

TEST_CASE("a buffer keeps its recycler alive") {
  auto recycler = std::make_shared<Recycler>();
  auto buffer = Buffer<float>::uninitialized(10, recycler);
  const std::weak_ptr<Recycler> watch = recycler;
  recycler.reset();
  CHECK_FALSE(watch.expired());
  buffer[9] = 1;
  buffer = {};
  CHECK(watch.expired());
}

TEST_CASE("what a recycler keeps is bounded by twice the most in use") {
  // Blocks of ever new sizes: without the bound all of them would stay.
  Recycler recycler;
  constexpr std::size_t first = 100'000, count = 50;
  for (std::size_t k = 0; k < count; ++k) recycler.give(recycler.take(first + k), first + k);
  CHECK(recycler.idle() <= 2 * (first + count));
  CHECK(recycler.idle() > 0);
}

TEST_CASE("threads share a recycler, and no two hold one block at once") {
  const auto recycler = std::make_shared<Recycler>();
  std::atomic<int> torn = 0;
  std::latch start(4);
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id)
    threads.emplace_back([&, id] {
      start.arrive_and_wait();
      for (int round = 0; round < 200'000; ++round) {
        auto buffer = Buffer<int>::uninitialized(4 + static_cast<std::size_t>(round % 3), recycler);
        std::fill(buffer.begin(), buffer.end(), id);
        if (std::count(buffer.begin(), buffer.end(), id) != static_cast<std::ptrdiff_t>(buffer.size()))
          ++torn;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(torn == 0);
}
