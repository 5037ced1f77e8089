// Tensors as cuDNN wants them, from and to those of guise: weights (O, k, k, I) for (O, I, k, k), and
// bfloat16 for float32. One thread a number, in the order of the packed side, which may be the wider one.
#pragma once
#include <guise/backend/cuda/launch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace guise::cuda::cudnn {

struct Bf16 {  // the upper half of a float
  std::uint16_t bits;
};

__host__ __device__ inline void store(float v, float& to) { to = v; }
__host__ __device__ inline void store(float v, Bf16& to) {  // to the nearest, ties to even; NaN stays NaN
  std::uint32_t bits;
  std::memcpy(&bits, &v, sizeof bits);
  to.bits = static_cast<std::uint16_t>(v != v ? 0x7fc0u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
__host__ __device__ inline float load(float v) { return v; }
__host__ __device__ inline float load(Bf16 v) {
  const std::uint32_t bits = std::uint32_t(v.bits) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

constexpr int threads = 256;

template <class From, class To>
__global__ void __launch_bounds__(threads) convert_kernel(std::size_t n, const From* x, To* y) {
  const std::size_t k = std::size_t(blockIdx.x) * threads + threadIdx.x;
  if (k < n) store(load(x[k]), y[k]);
}

// The place in (O, I, taps) of number k of (O, taps, I).
__host__ __device__ inline std::size_t unpacked(std::size_t k, int inputs, int taps) {
  const std::size_t i = k % inputs, tap = k / inputs % taps, o = k / inputs / taps;
  return (o * inputs + i) * taps + tap;
}
template <class T>
__global__ void __launch_bounds__(threads)
    pack_kernel(std::size_t n, int inputs, int taps, const float* w, T* packed) {
  const std::size_t k = std::size_t(blockIdx.x) * threads + threadIdx.x;
  if (k < n) store(w[unpacked(k, inputs, taps)], packed[k]);
}
template <class T>
__global__ void __launch_bounds__(threads)
    unpack_kernel(std::size_t n, int inputs, int taps, const T* packed, float* dw) {  // adds
  const std::size_t k = std::size_t(blockIdx.x) * threads + threadIdx.x;
  if (k < n) dw[unpacked(k, inputs, taps)] += load(packed[k]);
}

inline dim3 blocks(std::size_t n) { return dim3(static_cast<unsigned>((n + threads - 1) / threads)); }

template <class From, class To> void convert(std::size_t n, const From* x, To* y, cudaStream_t stream) {
  launch(convert_kernel<From, To>, blocks(n), dim3(threads), stream, n, x, y);
}
template <class T>
void pack(std::size_t n, int inputs, int taps, const float* w, T* packed, cudaStream_t stream) {
  launch(pack_kernel<T>, blocks(n), dim3(threads), stream, n, inputs, taps, w, packed);
}
template <class T>
void unpack(std::size_t n, int inputs, int taps, const T* packed, float* dw, cudaStream_t stream) {
  launch(unpack_kernel<T>, blocks(n), dim3(threads), stream, n, inputs, taps, packed, dw);
}

}  // namespace guise::cuda::cudnn
