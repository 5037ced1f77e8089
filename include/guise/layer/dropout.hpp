// Dropout (Srivastava et al. 2014) as torch.nn.Dropout: in training each value is 0 with a probability, the others are
// scaled by 1 / (1 - rate); networks that infer leave it out. Shape in = shape out. Kept for backward: nothing, for
// the values are drawn again from a counter-based stream: the same bits for any number of threads, and replayable.
//
//   Dropout<Percent>, or dropout(rate)
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

constexpr auto dropout(double rate) {
  return [=](Graph& g, Value x) { return g.dropout(x, rate); };
}

template <int Percent = 50> struct Dropout {
  static_assert(Percent >= 0 && Percent < 100, "a dropout has a rate from 0 to 99 percent");
  constexpr Value operator()(Graph& g, Value x) const { return g.dropout(x, Percent / 100.); }
};

}  // namespace guise
