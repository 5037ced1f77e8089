// Channel padding: (N, H, W, From) -> (N, H, W, To), channels of zeros added behind those that are there.
// Kept for backward: nothing. The backend must be Channelwise.
#pragma once
#include <guise/layer/concept.hpp>

namespace guise {

template <int From, int To> struct PadChannels : LayerDefaults {
  static_assert(From > 0 && To >= From, "channel padding adds channels");
  static constexpr int channels = From;
  static constexpr Shape out(Shape s) { return {To, s.h, s.w}; }
  static constexpr Name describe() { return Name("pad channels ") + From + "-" + To; }

  template <class B> static void forward(Call<B> c) {
    static_assert(Channelwise<B>, "the backend lacks the channelwise operations of channel padding");
    c.backend.columns(rows(c), From, c.x, To, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    if (c.dx) c.backend.columns(rows(c), To, c.dy, From, c.dx);
  }

 private:
  template <class B> static std::size_t rows(Call<B> c) { return c.floats_in() / From; }
};

}  // namespace guise
