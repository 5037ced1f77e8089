// Reflection padding: (N, H, W, C) -> (N, H + 2 Size, W + 2 Size, C), the border mirrored without its edge,
// as torch.nn.ReflectionPad2d. Throws Error unless H and W are greater than Size. Kept for backward: nothing.
#pragma once
#include <guise/layer/step.hpp>

namespace guise {

template <int Size> struct ReflectPad : Settle<ReflectPad<Size>> {
  using self = ReflectPad;
  static constexpr int rank = 3;
  static constexpr Shape out(Shape s) {
    if (s.h <= Size || s.w <= Size)
      refuse("reflection of a picture with a side", s.h < s.w ? s.h : s.w, "a side greater than the padding");
    return {s.c, s.h + 2 * Size, s.w + 2 * Size};
  }
  static constexpr void prologue(Prologue& g) { g.reflect = Size; }
  static constexpr Name describe() { return Name("reflect ") + Size; }
};

}  // namespace guise
