// A loss: one value that stays on the backend until somebody reads it, and its gradient.
#pragma once
#include <guise/core/batch.hpp>

namespace guise {

template <class Domain, class B> struct Loss {
  typename B::Buffer value;
  Gradient<Domain, B> gradient;

  float read() const {
    float result = 0;
    gradient.backend.download(1, value.data(), &result);
    return result;
  }
};

}  // namespace guise
