// Fixed filters that change the size of a picture, each channel by itself (backend/resample.hpp):
//
//   Upsample<Factor>, Upsample<Factor, Bilinear>   torch.nn.Upsample, nearest or bilinear (align_corners=False)
//   AveragePool<Factor>                            torch.nn.AvgPool2d(Factor)
//   BlurDown, BlurUp                               antialiased by 2 (Zhang 2019), as CUT's generators go down and up
//
// Described at run time: resample(Filter::bilinear_up, 2). Kept for backward: nothing. Throws Error for a side that the
// filter does not take.
#pragma once
#include <guise/layer/layer.hpp>

#include <type_traits>

namespace guise {

constexpr auto resample(Filter filter, int factor) {
  return [=](Graph& g, Value x) { return g.resample(x, filter, factor); };
}

struct Nearest;
struct Bilinear;

template <int Factor, class Kind = Nearest> struct Upsample {
  static_assert(Factor > 0, "an upsampling has a factor of at least 1");
  static_assert(std::is_same_v<Kind, Nearest> || std::is_same_v<Kind, Bilinear>,
                "an upsampling is Nearest or Bilinear");
  constexpr Value operator()(Graph& g, Value x) const {
    return g.resample(x, std::is_same_v<Kind, Nearest> ? Filter::nearest_up : Filter::bilinear_up, Factor);
  }
};
template <int Factor> struct AveragePool {
  static_assert(Factor > 0, "an average pooling has a window of at least 1");
  constexpr Value operator()(Graph& g, Value x) const { return g.resample(x, Filter::average_pool, Factor); }
};
struct BlurDown {
  constexpr Value operator()(Graph& g, Value x) const { return g.resample(x, Filter::blur_down, 2); }
};
struct BlurUp {
  constexpr Value operator()(Graph& g, Value x) const { return g.resample(x, Filter::blur_up, 2); }
};

}  // namespace guise
