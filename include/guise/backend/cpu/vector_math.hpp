// exp, log, log1p and tanh of vectors, to about three units in the last place; what is not a number stays so.
#pragma once
#include <guise/backend/cpu/vector.hpp>

namespace guise::cpu {

using Bits [[gnu::vector_size(lanes * sizeof(int))]] = int;

GUISE_INLINE Vector power_of_two(Bits k) {  // k in [-126, 127]
  return reinterpret_cast<Vector>((k + 127) << 23);
}

inline Vector tanh(Vector x) {
  const Vector one = fill(1), size = x < 0 ? -x : x;
  // near zero the series; elsewhere (1 - e) / (1 + e) with e = exp(-2 |x|) = 2^whole * 2^part
  const Vector square = x * x;
  const Vector series =
      x + x * square * (-1.f / 3 + square * (2.f / 15 + square * (-17.f / 315 + square * (62.f / 2835))));
  const Vector bounded = size > 10 ? fill(10) : size;
  const Vector power = bounded * -2.885390081777927f;         // log2(e) times -2 |x|
  const Vector whole = (power + 12582912.f) - 12582912.f;     // rounded: 1.5 * 2^23 leaves no fraction
  const Vector part = (power - whole) * 0.6931471805599453f;  // in [-log(2) / 2, log(2) / 2]
  Vector e =
      one +
      part * (one + part * (1.f / 2 +
                            part * (1.f / 6 + part * (1.f / 24 + part * (1.f / 120 + part * (1.f / 720))))));
  const Bits shift = __builtin_convertvector(whole == whole ? whole : Vector{}, Bits);
  e = e * reinterpret_cast<Vector>((shift + 127) << 23);
  const Vector far = (one - e) / (one + e);
  return size < 0.25f ? series : x < 0 ? -far : far;
}
inline Vector exp(Vector x) {                                            // = 2^whole e^part
  const Vector bounded = x > 89 ? fill(89) : x < -104 ? fill(-104) : x;  // infinite, or 0, from there on
  const Vector whole = (bounded * 1.44269504088896341f + 12582912.f) - 12582912.f;  // as in tanh
  const Vector part = (bounded - whole * 0.693359375f) + whole * 2.12194440e-4f;    // log(2) in two parts
  const Vector series =
      fill(1) +
      part *
          (fill(1) +
           part * (1.f / 2 +
                   part * (1.f / 6 + part * (1.f / 24 + part * (1.f / 120 +
                                                                part * (1.f / 720 + part * (1.f / 5040)))))));
  const Bits power = __builtin_convertvector(whole == whole ? whole : Vector{}, Bits), half = power / 2;
  return series * power_of_two(half) * power_of_two(power - half);  // in two steps, for the smallest
}
// log((1 + s) / (1 - s)) for |s| <= 1 / 4
GUISE_INLINE Vector log_quotient(Vector s) {
  const Vector z = s * s;
  return 2.f * s +
         2.f * s * z *
             (1.f / 3 + z * (1.f / 5 + z * (1.f / 7 + z * (1.f / 9 + z * (1.f / 11 + z * (1.f / 13))))));
}
inline Vector log(Vector x) {  // = power log(2) + log(part), the part in [sqrt(1 / 2), sqrt(2))
  const Vector tiny = fill(1.17549435e-38f), infinity = fill(__builtin_inff());
  const Vector normal = x < tiny ? x * 8388608.f : x;
  const Bits bits = reinterpret_cast<Bits>(normal), above = (bits - 0x3f3504f3) >> 23;
  const Vector part = reinterpret_cast<Vector>(bits - (above << 23));
  const Vector power = __builtin_convertvector(above, Vector) - (x < tiny ? fill(23) : Vector{});
  const Vector value =
      power * 0.693359375f + (log_quotient((part - 1.f) / (part + 1.f)) - power * 2.12194440e-4f);
  const Vector at_ends = x == 0 ? -infinity : x < 0 ? fill(__builtin_nanf("")) : x;  // infinity, not a number
  return ((x > 0) & (x < infinity)) ? value : at_ends;
}
inline Vector log1p(Vector x) {
  const Vector near = log_quotient(x / (2.f + x)), far = log(1.f + x);
  return ((x > -0.4f) & (x < 0.6f)) ? near : far;
}

}  // namespace guise::cpu
