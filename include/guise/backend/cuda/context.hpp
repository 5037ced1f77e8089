// A device, a stream on it and the memory that is taken and given back in the stream's order: what is given
// back is used again by what comes later in the stream, without waiting. While work is recorded (graph.hpp)
// memory comes from the recording's arena instead, and nothing goes from or to the host.
//
// Throws Error, in one line, where there is no device, no such device, a driver too old or too little memory.
#pragma once
#include <guise/backend/cuda/arena.hpp>
#include <guise/backend/cuda/launch.hpp>
#include <guise/backend/cuda/staging.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace guise::cuda {

inline std::string version_text(int version) {  // 13020 is 13.2
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}
inline void require_device(int device) {
  int devices = 0, driver = 0, toolkit = 0;
  const cudaError_t error = cudaGetDeviceCount(&devices);
  if (error == cudaErrorInsufficientDriver) {
    check(cudaDriverGetVersion(&driver), "the driver's version");
    check(cudaRuntimeGetVersion(&toolkit), "the runtime's version");
    if (driver != 0)
      throw Error("a CUDA driver for version " + version_text(driver) + ": expected one for " +
                  version_text(toolkit) + " or later");
  }
  if (error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver || (!error && devices == 0))
    throw Error("no CUDA device: expected an NVIDIA GPU and its driver");
  check(error, "the number of devices");
  if (device < 0 || device >= devices)
    throw Error("CUDA device " + std::to_string(device) + ": expected 0" +
                (devices > 1 ? " to " + std::to_string(devices - 1) : ", the only one"));
}

class Context {
 public:
  explicit Context(int on) : device(on) {
    require_device(device);
    check(cudaSetDevice(device), "choosing a device");
    check(cudaDeviceGetDefaultMemPool(&pool_, device), "the memory pool");
    std::uint64_t keep = UINT64_MAX;  // memory goes back to the driver at the end, or when it is trimmed
    check(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep), "the memory pool");
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
  }
  // This thread's on a device: made by the first who asks, gone with the last who holds it.
  static std::shared_ptr<const Context> of(int device) {
    thread_local std::map<int, std::weak_ptr<const Context>> contexts;
    std::weak_ptr<const Context>& known = contexts[device];
    std::shared_ptr<const Context> context = known.lock();
    if (!context) known = context = std::make_shared<const Context>(device);
    return context;
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    cudaSetDevice(device);
    staging_.release();
    cudaStreamDestroy(stream_);
  }

  cudaStream_t stream() const {  // its device is this thread's, as a launch needs it
    check(cudaSetDevice(device), "choosing a device");
    return stream_;
  }
  void wait() const { check(cudaStreamSynchronize(stream()), "waiting for the device"); }

  // ---- memory ----
  float* take(std::size_t floats) const {
    const std::size_t bytes = std::max<std::size_t>(floats, 1) * sizeof(float);
    if (arena_) return static_cast<float*>(arena_->take(bytes));
    void* at = nullptr;
    check_memory(cudaMallocAsync(&at, bytes, stream()), device, bytes);
    return static_cast<float*>(at);
  }
  void give(float* at) const noexcept {  // an error shows in the next call
    if (arena_) return arena_->give(at);
    cudaSetDevice(device);
    cudaFreeAsync(at, stream_);
  }
  void trim() const {  // what nobody uses goes back to the driver
    wait();
    check(cudaMemPoolTrimTo(pool_, 0), "the memory pool");
  }
  std::shared_ptr<Arena> arena() const { return arena_; }  // that memory comes from; null: from the pool
  void take_from(std::shared_ptr<Arena> arena) const { arena_ = std::move(arena); }

  // ---- from and to the host ----
  void upload(std::size_t bytes, const void* host, void* to) const {
    refuse_while_recorded("an upload");
    staging_.upload(bytes, host, to, stream());
  }
  void download(std::size_t bytes, const void* from, void* host) const {
    refuse_while_recorded("a download");
    staging_.download(bytes, from, host, stream());
  }

  const int device;

 private:
  void refuse_while_recorded(const char* what) const {  // a replay would read what the host no longer holds
    if (arena_) throw Error(std::string("CUDA, ") + what + ": cannot be recorded");
  }

  cudaMemPool_t pool_{};
  cudaStream_t stream_{};
  mutable Staging staging_;
  mutable std::shared_ptr<Arena> arena_;
};

class Scratch {  // memory for what the stream does next
 public:
  Scratch(const Context& context, std::size_t floats) : context_(context), at_(context.take(floats)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { context_.give(at_); }
  operator float*() const { return at_; }
  template <class T> T* as() const { return reinterpret_cast<T*>(at_); }

 private:
  const Context& context_;
  float* at_;
};

}  // namespace guise::cuda
