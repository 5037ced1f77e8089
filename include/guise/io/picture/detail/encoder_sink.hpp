// Internal: an EncoderSink takes the bytes of a picture as an encoder makes them and writes them to a file in
// blocks, so that the encoded file is never in memory as a whole. Encoders are C code, through which nothing
// may be thrown: an exception is kept until finish().
#pragma once
#include <guise/io/bytes/atomic_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <vector>

namespace guise::image_file {

class EncoderSink {
 public:
  explicit EncoderSink(AtomicFile& file) : file_(file) { waiting_.reserve(2 * block); }

  bool put(const void* data, std::size_t bytes) noexcept {  // false once something has failed
    if (failure_) return false;
    try {
      const auto* first = static_cast<const std::byte*>(data);
      waiting_.insert(waiting_.end(), first, first + bytes);
      size_ += bytes;
      if (waiting_.size() >= block) flush();
    } catch (...) { failure_ = std::current_exception(); }
    return !failure_;
  }
  // At this place: over what was put before, or behind it.
  bool put_at(std::uint64_t offset, const void* data, std::size_t bytes) noexcept {
    const auto* first = static_cast<const std::byte*>(data);
    constexpr std::byte gap[64] = {};
    while (offset > size_)
      if (!put(gap, std::min<std::uint64_t>(sizeof gap, offset - size_))) return false;
    const std::size_t over = std::min<std::uint64_t>(bytes, size_ - offset);
    return (over == 0 || put_over(offset, {first, over})) && put(first + over, bytes - over);
  }
  std::uint64_t size() const { return size_; }
  // Writes the rest; throws the first exception of the calls before.
  void finish() {
    if (failure_) std::rethrow_exception(failure_);
    flush();
  }

 private:
  static constexpr std::size_t block = 1 << 16;
  bool put_over(std::uint64_t offset, std::span<const std::byte> bytes) noexcept {
    if (failure_) return false;
    try {
      flush();
      file_.write_at(offset, bytes);
    } catch (...) { failure_ = std::current_exception(); }
    return !failure_;
  }
  void flush() {
    file_.write(waiting_);
    waiting_.clear();
  }

  AtomicFile& file_;
  std::vector<std::byte> waiting_;
  std::uint64_t size_ = 0;
  std::exception_ptr failure_;
};

}  // namespace guise::image_file
