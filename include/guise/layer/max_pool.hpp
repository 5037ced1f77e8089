// Max pooling: (N, H, W, C) -> (N, H / Size, W / Size, C), the largest of each Size x Size window, as
// torch.nn.MaxPool2d(Size); rows and columns that fill no window are left out. Kept for backward: the operand.
// Throws Error if not one window fits. The backend must be Channelwise.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

constexpr auto max_pool(int size) {
  return [=](Graph& g, Value x) { return g.max_pool(x, size); };
}

template <int Size> struct MaxPool {
  static_assert(Size > 0, "max pooling needs a window");
  constexpr Value operator()(Graph& g, Value x) const { return g.max_pool(x, Size); }
};

}  // namespace guise
