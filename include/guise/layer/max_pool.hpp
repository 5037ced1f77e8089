// Max pooling: (N, H, W, C) -> (N, (H - Size) / Size + 1, ..., C), the largest of each Size x Size window, as
// torch.nn.MaxPool2d(Size); rows and columns that fill no window are left out. Kept for backward: nothing but
// x. Throws Error if not one window fits. The backend must be Channelwise.
#pragma once
#include <guise/layer/concept.hpp>

namespace guise {

template <int Size> struct MaxPool : LayerDefaults {
  static_assert(Size > 0, "max pooling needs a window");
  static constexpr Shape out(Shape s) {
    if (s.h < Size || s.w < Size)
      refuse("max pooling of a picture with a side", s.h < s.w ? s.h : s.w, "one that a window fits into");
    return {s.c, s.h / Size, s.w / Size};
  }
  static constexpr int sees(int outputs) { return outputs * Size; }
  static constexpr Name describe() { return Name("max pool ") + Size; }

  template <class B> static void forward(Call<B> c) {
    static_assert(Channelwise<B>, "the backend lacks the channelwise operations of max pooling");
    c.backend.max_pool(geometry(c.n, c.in), c.x, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    if (c.dx) c.backend.max_pool_dx(geometry(c.n, c.in), c.x, c.dy, c.dx);
  }

 private:
  static constexpr ConvGeometry geometry(int n, Shape s) {
    const Shape y = out(s);
    return {n, s.h, s.w, s.c, y.h, y.w, s.c, Size, Size, 0, 0};
  }
};

}  // namespace guise
