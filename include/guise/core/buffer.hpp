// A Buffer is host memory for a tensor: aligned to a cache line, move-only, zeroed or uninitialized.
//
// A Recycler is a pool of memory blocks for buffers. It keeps the blocks that buffers release, because a
// training step asks for the same sizes again and again, and the page faults of fresh memory cost more than
// many kernels. The memory that it keeps unused never exceeds twice the most that was in use at once. Throws
// std::bad_alloc. Many threads may use one Recycler.
#pragma once
#include <guise/core/compiler.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace guise {

class Recycler {
 public:
  Recycler() = default;
  Recycler(const Recycler&) = delete;
  Recycler& operator=(const Recycler&) = delete;
  ~Recycler() { drop(0); }

  // A block of at least this many bytes. give() must be called with the same number.
  [[gnu::noinline]] void* take(std::size_t bytes) {
    std::lock_guard lock(mutex_);
    live_ += bytes;
    peak_ = std::max(peak_, live_);
    if (auto found = idle_.find(bytes); found != idle_.end()) {
      void* block = found->second;
      idle_bytes_ -= bytes;
      idle_.erase(found);
      return block;
    }
    if (idle_bytes_ + live_ > 2 * peak_) drop(2 * peak_ - live_);
    return allocate(bytes);
  }
  [[gnu::noinline]] void give(void* block, std::size_t bytes) {
    std::lock_guard lock(mutex_);
    live_ -= bytes;
    idle_.emplace(bytes, block);
    idle_bytes_ += bytes;
  }

  std::size_t idle() {  // bytes that are kept unused
    std::lock_guard lock(mutex_);
    return idle_bytes_;
  }

  static void* allocate(std::size_t bytes) {
    constexpr std::size_t huge = std::size_t{2} << 20;
    const std::size_t alignment = bytes >= 2 * huge ? huge : 64;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    void* block = std::aligned_alloc(alignment, bytes);
    if (!block) throw std::bad_alloc();
#if defined(__linux__)
    if (alignment == huge) madvise(block, bytes, MADV_HUGEPAGE);  // only advice: an error changes nothing
#endif
    return block;
  }

 private:
  void drop(std::size_t until) {
    while (idle_bytes_ > until && !idle_.empty()) {
      auto smallest = idle_.begin();
      idle_bytes_ -= smallest->first;
      std::free(smallest->second);
      idle_.erase(smallest);
    }
  }

  std::mutex mutex_;
  std::multimap<std::size_t, void*> idle_;
  std::size_t live_ = 0, peak_ = 0, idle_bytes_ = 0;
};

template <class T> class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;

  Buffer() = default;
  explicit Buffer(std::size_t n) : Buffer(uninitialized(n)) { std::fill_n(data(), n, T{}); }
  [[gnu::noinline]] static Buffer uninitialized(std::size_t n, std::shared_ptr<Recycler> recycler = {}) {
    const std::size_t bytes = std::max<std::size_t>(n, 1) * sizeof(T);
    Buffer buffer;
    void* block = recycler ? recycler->take(bytes) : Recycler::allocate(bytes);
    buffer.block_ = {static_cast<T*>(block), Release{std::move(recycler), bytes}};
    buffer.size_ = n;
    return buffer;
  }
  // Memory of another's, which must outlive the buffer and is not freed with it.
  static Buffer borrowed(T* block, std::size_t n) {
    Buffer buffer;
    buffer.block_ = {block, Release{{}, 0, false}};
    buffer.size_ = n;
    return buffer;
  }

  T* data() { return block_.get(); }
  const T* data() const { return block_.get(); }
  std::size_t size() const { return size_; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t k) { return data()[k]; }
  const T& operator[](std::size_t k) const { return data()[k]; }

 private:
  struct Release {
    std::shared_ptr<Recycler> recycler;
    std::size_t bytes = 0;
    bool owns = true;
    [[gnu::noinline]] void operator()(T* block) const {
      if (!owns) return;
      recycler ? recycler->give(block, bytes) : std::free(block);
    }
  };
  std::unique_ptr<T[], Release> block_;
  std::size_t size_ = 0;
};

}  // namespace guise
