// A tensor as weights files hold it: its shape and its numbers in row-major order, in single precision.
#pragma once
#include <cstddef>
#include <vector>

namespace guise {

struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> data;
};

}  // namespace guise
