// What the host execution finds by itself, and what a machine may lack.
#include <guise/backend/cuda/cuda.hpp>
#include <guise/core/error.hpp>

#include <cuda_runtime.h>
#include <doctest/doctest.h>

using namespace guise;

TEST_CASE("threads that diverge are told") {
  gpu::seed = 0;
  const auto launch = [](void (*kernel)()) {
    gpu::run(
        dim3(2), dim3(64), [](const void* f) { (*static_cast<void (*const*)()>(f))(); }, &kernel);
  };
  CHECK_THROWS_WITH(
      launch([] {
        if (threadIdx.x != 5) __syncthreads(100);
      }),
      "block 0,0,0: barrier divergence: thread 0 is at __syncthreads, line 100, thread 5 has returned");
  CHECK_THROWS(launch([] {
    if (threadIdx.x < 16) __shfl_down_sync(~0u, 1.f, 1);
  }));
  CHECK_THROWS(launch([] { threadIdx.x < 32 ? __syncthreads(1) : __syncthreads(2); }));
}

TEST_CASE("a machine without what is needed is told in one line") {
  const gpu::Machine whole = gpu::machine;
  gpu::machine.devices = 0;
  CHECK_THROWS_WITH_AS(Cuda(), "no CUDA device: expected an NVIDIA GPU and its driver", Error);
  gpu::machine = {.devices = 2};
  CHECK_THROWS_WITH_AS(Cuda(2), "CUDA device 2: expected 0 to 1", Error);
  CHECK_THROWS_WITH_AS(Cuda(-1), "CUDA device -1: expected 0 to 1", Error);
  CHECK_NOTHROW(Cuda(1));
  gpu::machine = {.driver = 12040, .toolkit = 13000};
  CHECK_THROWS_WITH_AS(Cuda(), "a CUDA driver for version 12.4: expected one for 13.0 or later", Error);
  gpu::machine = {.driver = 0};
  CHECK_THROWS_WITH_AS(Cuda(), "no CUDA device: expected an NVIDIA GPU and its driver", Error);
  gpu::machine = {.memory = 64 << 20};
  const Cuda small;
  const auto held = small.zeros(8 << 20);
  CHECK_THROWS_WITH_AS(small.zeros(9 << 20), "CUDA device 0: expected 36 MiB more memory, free are 32 of 64",
                       Error);
  gpu::machine = whole;
}
