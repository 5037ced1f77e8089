// A vector of floats with a scalar's manners: numbers join it in sums and products, comparisons make a mask,
// and math.hpp has its functions. A formula that is a template of its type is written once for both.
#pragma once
#include <guise/backend/cpu/vector_math.hpp>

#include <type_traits>

// clang joins a product and a sum only where it is told to, gcc in any case.
#ifdef __clang__
#define GUISE_CONTRACT _Pragma("clang fp contract(fast)")
#else
#define GUISE_CONTRACT
#endif

namespace guise::cpu {

struct Mask {
  Bits bits;
  friend GUISE_INLINE Mask operator&(Mask a, Mask b) { return {a.bits & b.bits}; }
  friend GUISE_INLINE Mask operator|(Mask a, Mask b) { return {a.bits | b.bits}; }
  friend GUISE_INLINE Mask operator!(Mask a) { return {~a.bits}; }
};

struct Packet {
  Vector v;

  Packet() = default;
  GUISE_INLINE Packet(Vector values) : v(values) {}
  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  GUISE_INLINE Packet(Number number) : v(fill(static_cast<float>(number))) {}

  friend GUISE_INLINE Packet operator+(const Packet& a, const Packet& b) {
    GUISE_CONTRACT
    return a.v + b.v;
  }
  friend GUISE_INLINE Packet operator-(const Packet& a, const Packet& b) {
    GUISE_CONTRACT
    return a.v - b.v;
  }
  friend GUISE_INLINE Packet operator*(const Packet& a, const Packet& b) {
    GUISE_CONTRACT
    return a.v * b.v;
  }
  friend GUISE_INLINE Packet operator/(const Packet& a, const Packet& b) {
    GUISE_CONTRACT
    return a.v / b.v;
  }
  friend GUISE_INLINE Packet operator-(Packet a) { return -a.v; }
  friend GUISE_INLINE Packet& operator+=(Packet& a, Packet b) { return a = a + b; }
  friend GUISE_INLINE Packet& operator-=(Packet& a, Packet b) { return a = a - b; }
  friend GUISE_INLINE Packet& operator*=(Packet& a, Packet b) { return a = a * b; }
  friend GUISE_INLINE Packet& operator/=(Packet& a, Packet b) { return a = a / b; }

  friend GUISE_INLINE Mask operator<(Packet a, Packet b) { return {a.v < b.v}; }
  friend GUISE_INLINE Mask operator>(Packet a, Packet b) { return {a.v > b.v}; }
  friend GUISE_INLINE Mask operator<=(Packet a, Packet b) { return {a.v <= b.v}; }
  friend GUISE_INLINE Mask operator>=(Packet a, Packet b) { return {a.v >= b.v}; }
  friend GUISE_INLINE Mask operator==(Packet a, Packet b) { return {a.v == b.v}; }
};

}  // namespace guise::cpu
