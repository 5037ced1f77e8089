// A convolution as its descriptors say it, and its execution in plain loops.
#pragma once
#include <cudnn.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cudnn_stand_in {

using Ints = std::vector<std::int64_t>;

struct Tensor {
  std::int64_t name, n, c, h, w, alignment;
  cudnnDataType_t type;
  std::size_t size() const { return std::size_t(n * c * h * w); }
  std::size_t bytes() const { return size() * (type == CUDNN_DATA_FLOAT ? 4 : 2); }
};
enum class Writes { y, dx, dw };
struct Operation {
  Writes writes;
  Tensor x, w, y;
  Ints before, after, stride;
};

// Reads and writes device memory. tf32: float32 inputs are rounded as tensor cores do.
void compute(const Operation& operation, bool tf32, void* x, void* w, void* y);

}  // namespace cudnn_stand_in
