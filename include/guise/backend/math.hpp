// The functions that formulas are written with, for scalars, for the vectors of Cpu (cpu/packet.hpp) and in
// CUDA kernels: exp, log, log1p, tanh, sqrt, abs, max, min, select, and sigmoid and softplus made of them.
//
// A formula is a template of its type T. It writes math::exp(x), and math::select(x > 0, x, T(0)) where code
// for a scalar would branch; numbers that are not whole are written T(0.5). GUISE_FORMULA before a formula's
// function lets nvcc compile it for a device and is nothing else to the reader.
#pragma once
#ifdef __CUDACC__
#define GUISE_FORMULA __host__ __device__
#else
#include <guise/backend/cpu/packet.hpp>
#define GUISE_FORMULA __attribute__((always_inline))
#endif

#include <cmath>
#include <type_traits>

namespace guise::math {

#define GUISE_SCALAR_FUNCTION(name)                                 \
  GUISE_FORMULA inline float name(float x) { return std::name(x); } \
  GUISE_FORMULA inline double name(double x) { return std::name(x); }
GUISE_SCALAR_FUNCTION(exp)
GUISE_SCALAR_FUNCTION(log)
GUISE_SCALAR_FUNCTION(log1p)
GUISE_SCALAR_FUNCTION(tanh)
GUISE_SCALAR_FUNCTION(sqrt)
GUISE_SCALAR_FUNCTION(abs)
#undef GUISE_SCALAR_FUNCTION

template <class T> GUISE_FORMULA inline T select(bool first, T a, std::type_identity_t<T> b) {
  return first ? a : b;
}

#ifndef __CUDACC__
GUISE_INLINE cpu::Packet exp(cpu::Packet x) { return cpu::exp(x.v); }
GUISE_INLINE cpu::Packet log(cpu::Packet x) { return cpu::log(x.v); }
GUISE_INLINE cpu::Packet log1p(cpu::Packet x) { return cpu::log1p(x.v); }
GUISE_INLINE cpu::Packet tanh(cpu::Packet x) { return cpu::tanh(x.v); }
GUISE_INLINE cpu::Packet sqrt(cpu::Packet x) { return cpu::root(x.v); }
GUISE_INLINE cpu::Packet abs(cpu::Packet x) { return x.v < 0 ? -x.v : x.v; }
GUISE_INLINE cpu::Packet select(cpu::Mask first, cpu::Packet a, cpu::Packet b) {
  return first.bits ? a.v : b.v;
}
#endif

// Where a is not a number, neither is the result.
template <class T> GUISE_FORMULA inline T max(T a, std::type_identity_t<T> b) { return select(a < b, b, a); }
template <class T> GUISE_FORMULA inline T min(T a, std::type_identity_t<T> b) { return select(a > b, b, a); }

template <class T> GUISE_FORMULA inline T sigmoid(T x) { return T(1) / (T(1) + exp(-x)); }
template <class T> GUISE_FORMULA inline T softplus(T x) {  // log(1 + exp(x)), which never overflows
  return max(x, T(0)) + log1p(exp(-abs(x)));
}

}  // namespace guise::math
