// Internal: EncodedBytes are the bytes of a picture file, read from the front in pieces and as often as
// needed, because a decoder needs no more than a piece at once. They are in memory, or are read from the file
// piece by piece. Opening throws what open_file throws. Reading does not throw: where it fails the file looks
// as if it ended early, and failed() tells.
#pragma once
#include <guise/io/bytes/read_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace guise::image_file {

class EncodedBytes {
 public:
  explicit EncodedBytes(std::span<const unsigned char> bytes, std::size_t piece = SIZE_MAX)
      : size_(bytes.size()), piece_(piece), all_(bytes) {}
  explicit EncodedBytes(const std::filesystem::path& path, std::size_t piece = std::size_t{1} << 16)
      : file_(open_file(path, INT64_MAX)),
        size_(file_.size),
        piece_(std::min(piece, size_)),
        buffer_(piece_) {}

  std::size_t size() const { return size_; }
  std::size_t left() const { return left_.size() + size_ - at_; }  // bytes from here on
  bool failed() const { return failed_; }
  void rewind() noexcept {
    left_ = {};
    at_ = 0;
    if (is_file()) file_.stream.clear(), file_.stream.seekg(0);
  }
  // The next piece, empty at the end; valid until the next call.
  std::span<const unsigned char> next() noexcept {
    if (left_.empty()) read_piece();
    return std::exchange(left_, {});
  }
  // Copies the next `count` bytes; false where the file ends before.
  bool take(unsigned char* to, std::size_t count) noexcept {
    while (count > 0) {
      if (left_.empty()) read_piece();
      if (left_.empty()) return false;
      const std::size_t some = std::min(count, left_.size());
      to = std::copy_n(left_.data(), some, to);
      left_ = left_.subspan(some);
      count -= some;
    }
    return true;
  }
  void skip(std::size_t count) noexcept {
    const std::size_t here = std::min(count, left_.size()), rest = std::min(count - here, size_ - at_);
    left_ = left_.subspan(here);
    if (rest == 0) return;
    at_ += rest;
    if (is_file()) file_.stream.seekg(at_);
  }
  void seek(std::size_t from_the_beginning) noexcept {
    rewind();
    skip(from_the_beginning);
  }
  // The whole file at once, for a decoder that takes no pieces; empty where it cannot be read.
  std::span<const unsigned char> all() {
    if (!is_file()) return all_;
    piece_ = size_;
    buffer_.resize(size_);
    rewind();
    return next();
  }

 private:
  bool is_file() const { return !buffer_.empty(); }
  void read_piece() noexcept {
    std::size_t count = std::min(piece_, size_ - at_);
    if (!is_file()) {
      left_ = all_.subspan(at_, count);
    } else if (count > 0) {
      file_.stream.read(reinterpret_cast<char*>(buffer_.data()), count);
      failed_ |= std::size_t(file_.stream.gcount()) != count;
      if (failed_) count = 0;
      left_ = {buffer_.data(), count};
    }
    at_ = failed_ ? size_ : at_ + count;
  }

  OpenedFile file_;
  std::size_t size_, piece_, at_ = 0;  // at_: where the next piece begins
  std::span<const unsigned char> all_, left_;
  std::vector<unsigned char> buffer_;
  bool failed_ = false;
};

}  // namespace guise::image_file
