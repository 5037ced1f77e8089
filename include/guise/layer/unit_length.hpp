// The channels of every pixel as a vector of length 1: (N, H, W, C) -> (N, H, W, C), y = x / (|x| + 1e-7), whose gradient
// at length 0 is that of a division by 1e-7. Kept for backward: the operand.
#pragma once
#include <guise/layer/custom.hpp>

namespace guise {

struct UnitLengthRows : CustomDefaults {
  static constexpr const char* name = "unit length";
  static constexpr double epsilon = 1e-7;
  template <class T> static void forward(const CustomCall<T>& c) {
    c.operations.normalize_rows(pixels(c), c.a.c, epsilon, c.xa, c.y);
  }
  template <class T> static void backward(const CustomCall<T>& c) {
    if (c.da) c.operations.normalize_rows_dx(pixels(c), c.a.c, epsilon, c.xa, c.dy, c.da);
  }
  template <class T> static std::size_t pixels(const CustomCall<T>& c) {
    return static_cast<std::size_t>(c.n) * Shape{1, c.a.h, c.a.w}.floats();
  }
};
using UnitLength = Custom<UnitLengthRows>;

}  // namespace guise
