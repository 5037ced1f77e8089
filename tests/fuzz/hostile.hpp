// What every fuzz target asks of a reader of hostile bytes: a result, or an Error of one line that names the
// file and is not too long; and never more memory than its bound, the sum of all that lives at once.
#pragma once
#include <guise/core/error.hpp>

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

namespace guise::fuzz {

inline void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

// Bytes allocated since begin(), now and at most.
class Memory {
 public:
  static void begin() {
    [[maybe_unused]] static const int hooked = __sanitizer_install_malloc_and_free_hooks(taken, given);
    live_ = peak_ = 0;
  }
  static std::size_t peak() { return static_cast<std::size_t>(peak_); }

 private:
  static void taken(const volatile void*, std::size_t bytes) {
    peak_ = std::max(peak_, live_ += static_cast<std::ptrdiff_t>(bytes));
  }
  static void given(const volatile void* memory) {
    if (memory)
      live_ -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
  }
  inline static thread_local std::ptrdiff_t live_ = 0, peak_ = 0;
};

inline constexpr int of_interest = 0, uninteresting = -1;  // whether the fuzzer may go on from an input

inline constexpr const char* file_name = "hostile";

// Whether `read` has a result, within this many bytes of memory.
template <class Read> bool accepted(std::size_t memory, Read read) {
  bool result = true;
  Memory::begin();
  try {
    read();
  } catch (const Error& error) {
    const std::string_view text = error.what();
    require(text.starts_with(file_name), "an error names the file");
    require(text.size() < 1000, "an error is short");
    require(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }),
            "an error is one line of printable text");
    result = false;
  }
  if (Memory::peak() > memory) std::fprintf(stderr, "%zu bytes, bound %zu\n", Memory::peak(), memory);
  require(Memory::peak() <= memory, "memory stays within its bound");
  return result;
}

}  // namespace guise::fuzz

// GUISE_FUZZ(bytes) { ... return fuzz::of_interest; }
#define GUISE_FUZZ(bytes)                                                             \
  static int try_hostile(std::span<const unsigned char> bytes);                       \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    return try_hostile({data, size});                                                 \
  }                                                                                   \
  static int try_hostile(std::span<const unsigned char> bytes)
