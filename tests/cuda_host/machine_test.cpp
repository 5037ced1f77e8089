// What the host execution finds by itself, and what a machine may lack.
#include <guise/backend/cuda/cuda.hpp>
#include <guise/core/error.hpp>

#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <thread>

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
  gpu::machine = {.capability = 70};
  CHECK_THROWS_WITH_AS(
      Cuda(),
      "CUDA device 0, of compute capability 7.0: expected one that the build has kernels for "
      "(GUISE_CUDA_ARCHITECTURES)",
      Error);
  CHECK(cudaPeekAtLastError() == cudaSuccess);
  gpu::machine = {};
  if (!cuda::has_library)
    CHECK_THROWS_WITH_AS(Cuda(0, cuda::Precision::tf32),
                         "a CUDA precision other than float32: expected a build with cuDNN", Error);
  gpu::machine = {.memory = 64 << 20};
  const Cuda small;
  const auto held = small.zeros(8 << 20);
  CHECK_THROWS_WITH_AS(small.zeros(9 << 20), "CUDA device 0: expected 36 MiB more memory, free are 32 of 64",
                       Error);
  gpu::machine = whole;
}

TEST_CASE("values of one thread work in one stream, those of two threads in two") {
  const gpu::Machine whole = gpu::machine;
  gpu::machine.devices = 2;
  const int before = gpu::tally.streams;
  {
    const Cuda one, two(0), copy = two;
    CHECK(gpu::tally.streams == before + 1);
    const Cuda other(1);
    CHECK(gpu::tally.streams == before + 2);
    std::thread([before] {
      const Cuda three;
      CHECK(gpu::tally.streams == before + 3);
    }).join();
  }
  CHECK(gpu::tally.streams == before);
  gpu::machine = whole;
  cudaSetDevice(0);
}
