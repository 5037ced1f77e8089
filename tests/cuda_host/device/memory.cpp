// Device memory that finds mistakes: it is full of NaN, ends at a guard page (to 16 bytes, the alignment of a
// device's buffers), starts behind a margin that is checked when it is given back, and is closed to the host
// outside launches and copies. Taken or given back in a stream's order it is no part of a recording. For one
// thread of the host.
#include "support/sanitizers.hpp"

#include <cuda_runtime.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#ifdef GUISE_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n)
#define ASAN_UNPOISON_MEMORY_REGION(at, n)
#endif

namespace gpu {

bool keeps_memory_open = false;
Machine machine;

namespace {

constexpr std::size_t page = 4096, margin = 64;
constexpr unsigned char fresh = 0xff;  // four of them are a NaN

struct Block {
  char* base;
  std::size_t pages, bytes;  // pages: in bytes, without the guard
};
std::map<char*, Block> blocks;  // by what the user was given
std::size_t in_use = 0;
thread_local int current = 0;  // device
thread_local cudaError_t last_error = cudaSuccess;
int opened = 0;

[[noreturn]] void die(const char* what, std::size_t bytes) {
  std::fprintf(stderr, "device memory of %zu bytes: %s\n", bytes, what);
  std::abort();
}
// [at, at + n) must lie in one buffer.
bool known(const void* at, std::size_t n) {
  char* const begin = static_cast<char*>(const_cast<void*>(at));
  auto found = blocks.upper_bound(begin);
  if (found == blocks.begin()) return false;
  --found;
  return begin + n <= found->first + found->second.bytes;
}

}  // namespace

void open_memory(bool open) {
  if (keeps_memory_open && !open && opened == 1) return;  // stays as it is
  if (open ? opened++ : --opened) return;
  for (const auto& [at, b] : blocks) mprotect(b.base, b.pages, open ? PROT_READ | PROT_WRITE : PROT_NONE);
}

}  // namespace gpu

using namespace gpu;

namespace {

cudaError_t take(void** to, std::size_t n) {
  if (n > machine.memory - in_use) return failed(cudaErrorMemoryAllocation);
  const std::size_t pages = (n + margin + page - 1) / page * page;
  void* const mapped =
      mmap(nullptr, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return cudaErrorMemoryAllocation;
  char* const base = static_cast<char*>(mapped);
  std::memset(base, fresh, pages);
  mprotect(base + pages, page, PROT_NONE);
  char* const at = base + pages - (n + 15) / 16 * 16;
  ASAN_POISON_MEMORY_REGION(base, at - base);
  ASAN_POISON_MEMORY_REGION(at + n, base + pages - at - n);
  if (!opened) mprotect(base, pages, PROT_NONE);
  blocks[at] = {base, pages, n};
  in_use += n;
  *to = at;
  return cudaSuccess;
}

cudaError_t give(void* given) {
  if (!given) return cudaSuccess;
  char* const at = static_cast<char*>(given);
  const auto found = blocks.find(at);
  if (found == blocks.end()) die("given back, but never taken", 0);
  const Block b = found->second;
  mprotect(b.base, b.pages, PROT_READ);
  ASAN_UNPOISON_MEMORY_REGION(b.base, b.pages);
  for (char* p = b.base; p < b.base + b.pages; ++p)
    if ((p < at || p >= at + b.bytes) && static_cast<unsigned char>(*p) != fresh)
      die("written outside", b.bytes);
  munmap(b.base, b.pages + page);
  in_use -= b.bytes;
  blocks.erase(found);
  return cudaSuccess;
}

}  // namespace

cudaError_t cudaMallocAsync(void** to, std::size_t n, cudaStream_t stream) {
  const cudaError_t error = forbidden(stream);
  return error ? error : take(to, n);
}
cudaError_t cudaFreeAsync(void* given, cudaStream_t stream) {
  const cudaError_t error = forbidden(stream);
  return error ? error : give(given);
}
cudaError_t cudaMalloc(void** to, std::size_t n) {
  const cudaError_t error = unsafe();
  return error ? error : take(to, n);
}
cudaError_t cudaFree(void* given) {
  const cudaError_t error = unsafe();
  return error ? error : give(given);
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return unsafe(); }

namespace gpu {

// A copy between device and host, or on the device; for stream.cpp.
void copy(void* to, const void* from, std::size_t n, cudaMemcpyKind kind) {
  if (kind != cudaMemcpyDeviceToHost && !known(to, n)) die("a copy to elsewhere", n);
  if (kind != cudaMemcpyHostToDevice && !known(from, n)) die("a copy from elsewhere", n);
  open_memory(true);
  std::memcpy(to, from, n);
  open_memory(false);
}

}  // namespace gpu

cudaError_t cudaMemsetAsync(void* at, int value, std::size_t n, cudaStream_t stream) {
  if (n == 0) return cudaSuccess;
  return enqueue(stream, [=] {
    if (!known(at, n)) die("zeros elsewhere", n);
    open_memory(true);
    std::memset(at, value, n);
    open_memory(false);
  });
}

// ---- the machine ----
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (machine.driver < machine.toolkit) return cudaErrorInsufficientDriver;
  *count = machine.devices;
  return machine.devices ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= machine.devices) return failed(cudaErrorInvalidDevice);
  return current = device, cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) { return *device = current, cudaSuccess; }
cudaError_t gpu::failed(cudaError_t error) { return last_error = error; }
cudaError_t cudaPeekAtLastError() { return last_error; }
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
cudaError_t cudaDriverGetVersion(int* version) { return *version = machine.driver, cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int* version) { return *version = machine.toolkit, cudaSuccess; }
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int) {
  *value = which == cudaDevAttrComputeCapabilityMajor ? machine.capability / 10 : machine.capability % 10;
  return cudaSuccess;
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, const void* kernel) {
  if (!kernel) return failed(cudaErrorInvalidDeviceFunction);
  return machine.capability < 75 ? failed(cudaErrorNoKernelImageForDevice) : cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* left, std::size_t* all) {
  *left = machine.memory - in_use;
  *all = machine.memory;
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t) { return "an error of the stand-in"; }
