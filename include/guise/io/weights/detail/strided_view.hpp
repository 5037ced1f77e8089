// Internal: a StridedView says where in a storage a tensor's numbers are, as PyTorch does: offset, sizes and
// strides, counted in numbers.
#pragma once
#include <guise/io/bytes/byte_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace guise::torch_file {

struct StridedView {
  std::uint64_t offset;
  std::vector<std::uint64_t> sizes, strides;

  // Whether all its numbers are within a storage of so many.
  bool fits(std::uint64_t numbers) const {
    if (sizes.size() != strides.size() || offset > numbers) return false;
    if (std::ranges::find(sizes, 0u) != sizes.end()) return true;
    std::uint64_t last = offset;
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
      std::uint64_t distance = 0;
      if (__builtin_mul_overflow(sizes[axis] - 1, strides[axis], &distance) ||
          __builtin_add_overflow(last, distance, &last))
        return false;
    }
    return last < numbers;
  }

  // The view's `count` numbers of `bytes` bytes in row-major order: a part of the storage where they already
  // are contiguous, else `copy`, which they are written to.
  ByteSpan contiguous(ByteSpan data, std::size_t bytes, std::size_t count,
                      std::vector<unsigned char>& copy) const {
    if (count == 0) return {};
    const std::size_t axes = sizes.size();
    std::uint64_t row = 1;
    bool in_order = true;
    for (std::size_t axis = axes; axis-- > 0; row *= sizes[axis])
      in_order = in_order && (sizes[axis] == 1 || strides[axis] == row);
    if (in_order) return data.subspan(offset * bytes, count * bytes);

    copy.resize(count * bytes);
    std::vector<std::uint64_t> index(axes);
    std::uint64_t from = offset;
    for (std::size_t k = 0; k < count; ++k) {
      std::memcpy(copy.data() + k * bytes, data.data() + from * bytes, bytes);
      for (std::size_t axis = axes; axis-- > 0;) {  // to the next number, the last axis first
        from += strides[axis];
        if (++index[axis] < sizes[axis]) break;
        from -= sizes[axis] * strides[axis];  // modulo 2^64, and so right again in the end
        index[axis] = 0;
      }
    }
    return copy;
  }
};

}  // namespace guise::torch_file
