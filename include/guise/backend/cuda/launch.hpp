// One call for both worlds that a kernel lives in: nvcc launches it on a device; any other compiler, with the
// cuda_runtime.h of tests/cuda_host, runs it on the host. The only place that tells the two apart.
//
//   GUISE_SHARED(float, tile, [8][32])   float tile[8][32] in the shared memory of a block
//   GUISE_UNROLL                         before a loop of few, known turns
//   GUISE_ROLLED                         before a loop whose turns would take too many registers side by side
//   launch(kernel, grid, block, stream, arguments...)   throws Error where the launch is refused
#pragma once
#include <guise/core/error.hpp>

#include <cuda_runtime.h>

#include <cstddef>
#include <string>
#include <type_traits>

#ifdef __CUDACC__
#define GUISE_UNROLL _Pragma("unroll")
#define GUISE_ROLLED _Pragma("unroll 1")
#define GUISE_SHARED(type, name, ...) __shared__ type name __VA_ARGS__
#else
#define GUISE_UNROLL
#define GUISE_ROLLED
#define GUISE_SHARED(type, name, ...) \
  static const char name##_tag{};     \
  auto& name =                        \
      *static_cast<std::add_pointer_t<type __VA_ARGS__>>(gpu::shared(&name##_tag, sizeof(type __VA_ARGS__)))
#endif

namespace guise::cuda {

inline void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // is told here: a library would take what is left behind for a failure of its own
  throw Error(std::string("CUDA, ") + what + ": " + cudaGetErrorString(error));
}

template <class... P>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, cudaStream_t stream,
            std::type_identity_t<P>... arguments) {
#ifdef __CUDACC__
  void* pointers[] = {static_cast<void*>(&arguments)...};
  check(cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, block, pointers, 0, stream),
        "a kernel's launch");
#else
  check(gpu::launch(stream, grid, block, [=] { kernel(arguments...); }), "a kernel's launch");
#endif
}

}  // namespace guise::cuda
