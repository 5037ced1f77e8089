// weight * mean |x - target| over two batches of one domain: cycle consistency and identity (Zhu et al.
// 2017). The gradient is that of x. Throws Error if the batches differ in shape.
#pragma once
#include <guise/core/error.hpp>
#include <guise/loss/loss.hpp>

#include <string>
#include <type_traits>

namespace guise {

[[noreturn]] inline void refuse_to_compare(Shape x, Shape target) {
  throw Error("l1 of two batches: expected the same number and size of pictures, got " + std::to_string(x.h) +
              "x" + std::to_string(x.w) + " and " + std::to_string(target.h) + "x" +
              std::to_string(target.w));
}

template <class X, class Y, class B>
Loss<X, B> l1(const Batch<X, B>& x, const Batch<Y, B>& target, double weight = 1) {
  static_assert(std::is_same_v<X, Y>, "l1 compares two batches of one domain");
  if (x.n != target.n || x.shape != target.shape) refuse_to_compare(x.shape, target.shape);
  Loss<X, B> loss{x.backend.uninitialized(1), {x.n, x.shape, x.backend}};
  x.backend.l1(x.data.size(), weight, x.data.data(), target.data.data(), loss.value.data(),
               loss.gradient.data.data());
  return loss;
}

}  // namespace guise
