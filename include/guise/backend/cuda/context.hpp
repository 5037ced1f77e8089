// A device, a stream on it and the memory that is taken and given back in the stream's order: what is given
// back is used again by what comes later in the stream, without waiting.
//
// Throws Error, in one line, where there is no device, no such device, a driver too old or too little memory.
#pragma once
#include <guise/backend/cuda/launch.hpp>
#include <guise/backend/cuda/library_product.hpp>

#include <algorithm>
#include <cstdint>

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
  Context(int device, Precision asked) : precision(asked), device_(device) {
    require_device(device);
    check(cudaSetDevice(device), "choosing a device");
    cudaMemPool_t pool{};
    check(cudaDeviceGetDefaultMemPool(&pool, device), "the memory pool");
    std::uint64_t keep = UINT64_MAX;  // memory goes back to the driver at the end only
    check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep), "the memory pool");
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { cudaStreamDestroy(stream_); }

  cudaStream_t stream() const {  // its device is this thread's, as a launch needs it
    check(cudaSetDevice(device_), "choosing a device");
    return stream_;
  }
  void wait() const { check(cudaStreamSynchronize(stream()), "waiting for the device"); }

  float* take(std::size_t floats) const {
    const std::size_t bytes = std::max<std::size_t>(floats, 1) * sizeof(float);
    void* at = nullptr;
    const cudaError_t error = cudaMallocAsync(&at, bytes, stream());
    if (error == cudaErrorMemoryAllocation) {
      std::size_t left = 0, all = 0;
      check(cudaMemGetInfo(&left, &all), "the free memory");
      throw Error("CUDA device " + std::to_string(device_) + ": expected " + mebibytes(bytes) +
                  " MiB more memory, free are " + mebibytes(left) + " of " + mebibytes(all));
    }
    check(error, "taking memory");
    return static_cast<float*>(at);
  }
  void give(float* at) const noexcept {  // an error shows in the next call
    cudaSetDevice(device_);
    cudaFreeAsync(at, stream_);
  }

  const Precision precision;

 private:
  static std::string mebibytes(std::size_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20); }

  int device_;
  cudaStream_t stream_{};
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
