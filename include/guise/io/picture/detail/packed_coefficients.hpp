// Internal: PackedBlocks store the coefficients of a JPEG of many scans until the last scan is read. In
// libjpeg's own arrays they take two bytes a sample, twice the decoded picture where no colour is subsampled.
// Most are zero, so each row of blocks is stored packed, and unpacked while a scan goes over it. libjpeg asks
// its memory manager, an object of functions, for such arrays and their rows; `keep_packed` replaces these
// two functions.
//
// A block takes 8 bytes that say which coefficients are not zero, 2 for the first coefficient and 1 for each
// other that is not zero, or 2 if one of them needs it: 10 to 136 bytes for 64 samples.
#pragma once
#include <guise/core/compiler.hpp>

#ifdef GUISE_LIBJPEG
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <list>
#include <new>
#include <vector>

// libjpeg needs FILE but does not include it
// clang-format off
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

namespace guise::image_file {

// The blocks of one component. Rows that lend() returns are valid until its next call.
class PackedBlocks {
 public:
  PackedBlocks(JBLOCKARRAY unpacked, JDIMENSION width, JDIMENSION rows, JDIMENSION most)
      : unpacked_(unpacked), width_(width), most_(most), rows_(rows), packed_(width * most_of_a_block) {}

  // `count` unpacked rows; null where there are no such rows, or no memory is left.
  JBLOCKARRAY lend(JDIMENSION first, JDIMENSION count, bool writable) noexcept try {
    if (count > most_ || first > rows_.size() || count > rows_.size() - first) return nullptr;
    if (first != first_ || count > count_) {
      keep();
      first_ = first, count_ = count;
      for (JDIMENSION k = 0; k < count; ++k) unpack(rows_[first + k], unpacked_[k]);
    }
    changed_ |= writable;
    return unpacked_;
  } catch (const std::bad_alloc&) { return nullptr; }

 private:
  static constexpr std::size_t most_of_a_block = sizeof(std::uint64_t) + DCTSIZE2 * sizeof(JCOEF);

  void keep() {
    for (JDIMENSION k = 0; changed_ && k < count_; ++k) {
      const unsigned char* end = pack(unpacked_[k]);
      rows_[first_ + k] = std::vector<unsigned char>(static_cast<const unsigned char*>(packed_.data()), end);
    }
    changed_ = false;
  }

  const unsigned char* pack(const JBLOCK* blocks) {
    unsigned char* to = packed_.data();
    const auto put = [&](const auto& value) {
      std::memcpy(to, &value, sizeof value);
      to += sizeof value;
    };
    for (JDIMENSION x = 0; x < width_; ++x) {
      const JCOEF* block = blocks[x];
      std::uint64_t stored = 0;
      bool wide = false;
      for (int k = 0; k < DCTSIZE2; k += 4) {
        std::uint64_t four;
        std::memcpy(&four, block + k, sizeof four);
        if (!four) continue;
        for (int j = std::max(k, 1); j < k + 4; ++j) {
          stored |= std::uint64_t{block[j] != 0} << j;
          wide |= block[j] != static_cast<std::int8_t>(block[j]);
        }
      }
      put(stored | wide);  // bit 0 is free, because the first coefficient is always stored
      put(block[0]);
      for (; stored; stored &= stored - 1) {
        const JCOEF value = block[std::countr_zero(stored)];
        if (wide)
          put(value);
        else
          put(static_cast<std::int8_t>(value));
      }
    }
    return to;
  }

  void unpack(const std::vector<unsigned char>& row, JBLOCK* blocks) const {
    std::memset(blocks, 0, width_ * sizeof(JBLOCK));
    if (row.empty()) return;  // nothing was written yet
    const unsigned char* from = row.data();
    const auto get = [&](auto value) {
      std::memcpy(&value, from, sizeof value);
      from += sizeof value;
      return value;
    };
    for (JDIMENSION x = 0; x < width_; ++x) {
      JCOEF* block = blocks[x];
      std::uint64_t stored = get(std::uint64_t{});
      const bool wide = stored & 1;
      block[0] = get(JCOEF{});
      for (stored &= ~std::uint64_t{1}; stored; stored &= stored - 1)
        block[std::countr_zero(stored)] = wide ? get(JCOEF{}) : JCOEF{get(std::int8_t{})};
    }
  }

  JBLOCKARRAY unpacked_;
  JDIMENSION width_, most_, first_ = 0, count_ = 0;
  bool changed_ = false;
  std::vector<std::vector<unsigned char>> rows_;
  std::vector<unsigned char> packed_;  // the row that is being packed
};

using PackedArrays = std::list<PackedBlocks>;

// For a decompressor whose client_data says how to find its PackedArrays, `arrays_of(info)`.
template <PackedArrays& (*arrays_of)(j_common_ptr)> void keep_packed(jpeg_memory_mgr& memory) {
  // To libjpeg an array is a pointer that it does not dereference.
  memory.request_virt_barray = [](j_common_ptr info, int pool, boolean, JDIMENSION width, JDIMENSION rows,
                                  JDIMENSION most) {
    JBLOCKARRAY unpacked = info->mem->alloc_barray(info, pool, width, most);
    PackedBlocks* made = nullptr;
    try {
      made = &arrays_of(info).emplace_back(unpacked, width, rows, most);
    } catch (const std::bad_alloc&) {}
    if (!made) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    return reinterpret_cast<jvirt_barray_ptr>(made);
  };
  memory.access_virt_barray = [](j_common_ptr info, jvirt_barray_ptr array, JDIMENSION first,
                                 JDIMENSION count, boolean writable) {
    JBLOCKARRAY rows = reinterpret_cast<PackedBlocks*>(array)->lend(first, count, writable);
    if (!rows) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    return rows;
  };
}

}  // namespace guise::image_file
#endif  // GUISE_LIBJPEG
