// The scalar formulas of losses, of a value x towards a target t, and their slopes in x. What is not a number
// stays so.
#pragma once
#include <guise/backend/math.hpp>

namespace guise {

struct L1 {  // |x - t|
  static constexpr const char* name = "L1";
  template <class T> GUISE_FORMULA static T value(T x, T t) { return math::abs(x - t); }
  template <class T> GUISE_FORMULA static T slope(T x, T t) {
    const T d = x - t;
    return math::select(d > 0, T(1), math::select(d < 0, T(-1), d));
  }
};

struct L2 {  // (x - t)^2
  static constexpr const char* name = "L2";
  template <class T> GUISE_FORMULA static T value(T x, T t) {
    const T d = x - t;
    return d * d;
  }
  template <class T> GUISE_FORMULA static T slope(T x, T t) { return T(2) * (x - t); }
};

struct Charbonnier {  // sqrt((x - t)^2 + 0.001^2): L1 with a round tip (Lai et al. 2018)
  static constexpr const char* name = "Charbonnier";
  static constexpr double epsilon = 1e-3;
  template <class T> GUISE_FORMULA static T value(T x, T t) {
    const T d = x - t;
    return math::sqrt(d * d + T(epsilon * epsilon));
  }
  template <class T> GUISE_FORMULA static T slope(T x, T t) { return (x - t) / value(x, t); }
};

// -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)), as torch.nn.BCEWithLogitsLoss.
struct BinaryCrossEntropyWithLogits {
  static constexpr const char* name = "binary cross-entropy with logits";
  template <class T> GUISE_FORMULA static T value(T x, T t) { return math::softplus(x) - t * x; }
  template <class T> GUISE_FORMULA static T slope(T x, T t) { return math::sigmoid(x) - t; }
};

struct Margin {  // max(0, 1 - t x), t = 1 or -1: the hinge
  static constexpr const char* name = "margin";
  template <class T> GUISE_FORMULA static T value(T x, T t) { return math::max(T(1) - t * x, T(0)); }
  template <class T> GUISE_FORMULA static T slope(T x, T t) { return math::select(t * x < 1, -t, T(0)); }
};

struct Linear {  // -t x, t = 1 or -1
  static constexpr const char* name = "linear";
  template <class T> GUISE_FORMULA static T value(T x, T t) { return -t * x; }
  template <class T> GUISE_FORMULA static T slope(T, T t) { return -t; }
};

struct OneMinusQuotient {  // 1 - x / t: of a similarity (loss/ssim.hpp)
  static constexpr const char* name = "one minus a quotient";
  template <class T> GUISE_FORMULA static T value(T x, T t) { return T(1) - x / t; }
  template <class T> GUISE_FORMULA static T slope(T, T t) { return T(-1) / t; }
};

}  // namespace guise
