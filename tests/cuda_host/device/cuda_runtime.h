// What the kernel sources need of CUDA when an ordinary compiler reads them: found before the toolkit's
// header of this name. Kernels run on fibers (executor.cpp), device memory is guarded (memory.cpp), streams
// record and pinned memory is closed while a copy runs (stream.cpp). x86-64.
//
// A test may set what the machine is like: `gpu::machine`, and in what order threads run: `gpu::seed`.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#define __global__
#define __device__
#define __host__
#define __restrict__ __restrict
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  template <class X = unsigned, class Y = unsigned, class Z = unsigned>
  constexpr dim3(X of_x = 1, Y of_y = 1, Z of_z = 1)
      : x(unsigned(of_x)), y(unsigned(of_y)), z(unsigned(of_z)) {}
};
extern thread_local uint3 threadIdx, blockIdx;
extern thread_local dim3 blockDim, gridDim;

namespace gpu {

extern unsigned seed;           // of the order of threads and blocks: 0 ascending, 1 descending, then random
extern bool keeps_memory_open;  // do not close it to the host between launches: quicker, for networks
struct Machine {
  int devices = 1, driver = 13000, toolkit = 13000;
  int capability = 80;  // 10 times; kernels are there from 75 on
  std::size_t memory = std::size_t{4} << 30;
};
extern Machine machine;

// Throws std::runtime_error where threads diverge at a barrier, or the launch is not a valid one.
void run(dim3 grid, dim3 block, void (*body)(const void*), const void* argument);
void block_barrier(int line);
std::uint64_t exchange(unsigned mask, std::uint64_t value, int source, int line);
void* shared(const void* name, std::size_t bytes);
int lane();

template <class T> T shuffle(unsigned mask, T value, int source, int line) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = exchange(mask, bits, source < 0 || source > 31 ? lane() : source, line);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace gpu

inline void __syncthreads(int line = __builtin_LINE()) { gpu::block_barrier(line); }
template <class T> T __shfl_down_sync(unsigned mask, T value, int by, int = 32, int line = __builtin_LINE()) {
  return gpu::shuffle(mask, value, gpu::lane() + by, line);
}
template <class T> T __shfl_sync(unsigned mask, T value, int source, int = 32, int line = __builtin_LINE()) {
  return gpu::shuffle(mask, value, source, line);
}
inline int min(int a, int b) { return a < b ? a : b; }
inline float rsqrtf(float v) { return 1 / std::sqrt(v); }

// ---- the runtime's functions; a stream does at once what it is told, unless it records ----
enum cudaError_t {
  cudaSuccess,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
  cudaErrorStreamCaptureImplicit = 906
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };
enum cudaMemPoolAttr { cudaMemPoolAttrReleaseThreshold = 4 };
enum cudaDeviceAttr { cudaDevAttrComputeCapabilityMajor = 75, cudaDevAttrComputeCapabilityMinor = 76 };
struct cudaFuncAttributes {};
enum cudaStreamCaptureMode {
  cudaStreamCaptureModeGlobal,
  cudaStreamCaptureModeThreadLocal,
  cudaStreamCaptureModeRelaxed
};
using cudaStream_t = struct CUstream_st*;
using cudaEvent_t = struct CUevent_st*;
using cudaGraph_t = struct CUgraph_st*;
using cudaGraphExec_t = struct CUgraphExec_st*;
using cudaMemPool_t = struct CUmemPool_st*;
inline constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

namespace gpu {

// Done now, or noted where the stream records. All work in a stream goes through here.
cudaError_t enqueue(cudaStream_t, std::function<void()> work);
cudaError_t launch(cudaStream_t, dim3 grid, dim3 block, std::function<void()> thread);
cudaError_t forbidden(cudaStream_t);  // an error while the stream records, which breaks the recording
cudaError_t unsafe();                 // likewise while this thread does, of what a recording does not see
cudaError_t failed(cudaError_t);      // is this thread's last error from then on
struct Tally {
  int replays = 0, launches = 0, uploads = 0, downloads = 0;  // so far; launches: of single kernels
  int graphs = 0, streams = 0, events = 0, pinned = 0;        // that are alive
};
extern Tally tally;

}  // namespace gpu

const char* cudaGetErrorString(cudaError_t);
cudaError_t cudaGetLastError();  // and forgets it
cudaError_t cudaPeekAtLastError();
cudaError_t cudaGetDeviceCount(int*);
cudaError_t cudaSetDevice(int);
cudaError_t cudaGetDevice(int*);
cudaError_t cudaDriverGetVersion(int*);
cudaError_t cudaRuntimeGetVersion(int*);
cudaError_t cudaDeviceGetAttribute(int*, cudaDeviceAttr, int device);
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, const void* kernel);
cudaError_t cudaMemGetInfo(std::size_t* left, std::size_t* all);
cudaError_t cudaMallocAsync(void** at, std::size_t bytes, cudaStream_t);
cudaError_t cudaFreeAsync(void* at, cudaStream_t);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemsetAsync(void* at, int value, std::size_t bytes, cudaStream_t);
inline cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t*, int) { return cudaSuccess; }
inline cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t);
cudaError_t cudaMalloc(void** at, std::size_t bytes);
cudaError_t cudaFree(void* at);
cudaError_t cudaMallocHost(void** at, std::size_t bytes);
cudaError_t cudaFreeHost(void* at);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, unsigned);
cudaError_t cudaStreamDestroy(cudaStream_t);
cudaError_t cudaStreamSynchronize(cudaStream_t);
cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode);
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t*);
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode*);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t*, cudaGraph_t, unsigned long long);
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t);
cudaError_t cudaGraphDestroy(cudaGraph_t);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t*, unsigned);
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t);
cudaError_t cudaEventSynchronize(cudaEvent_t);
cudaError_t cudaEventDestroy(cudaEvent_t);
