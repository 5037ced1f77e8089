// Internal: a TiffStream is a TIFF file in memory, as libtiff reads or writes it, with libtiff's last message;
// see tiff.hpp. libtiff is given a bound on each block of its memory, and none of its global handlers is touched.
#pragma once
#ifdef GUISE_LIBTIFF
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>
#include <span>
#include <vector>

namespace guise::image_file {

class TiffStream {
 public:
  explicit TiffStream(std::span<const unsigned char> bytes, tmsize_t largest_block) : from_(bytes) {
    open("rm", largest_block);  // m: not mapped
  }
  explicit TiffStream(bool large) : written_(1) {
    written_.clear();
    open(large ? "w8" : "w", 0);
  }
  TiffStream(const TiffStream&) = delete;
  TiffStream& operator=(const TiffStream&) = delete;
  ~TiffStream() { close(); }

  TIFF* file() const { return file_; }  // null where it is no TIFF
  const char* reason() const { return reason_; }
  // What was written, after close().
  const std::vector<unsigned char>& written() const { return written_; }
  bool failed() const { return failed_; }
  void close() {
    if (file_) TIFFClose(file_);
    file_ = nullptr;
  }

 private:
  void open(const char* mode, tmsize_t largest_block) {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    if (!options) throw std::bad_alloc();
    if (largest_block) TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_block);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note, this);
    TIFFOpenOptionsSetWarningHandlerExtR(
        options, [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, nullptr);
    file_ = TIFFClientOpenExt(
        "picture", mode, this, read, write, seek, [](thandle_t) { return 0; }, size, nullptr, nullptr,
        options);
    TIFFOpenOptionsFree(options);
  }
  static int note(TIFF*, void* user, const char*, const char* format, va_list values) {
    auto* stream = static_cast<TiffStream*>(user);
    std::vsnprintf(stream->reason_, sizeof stream->reason_, format, values);
    return 1;
  }
  static TiffStream& of(thandle_t handle) { return *static_cast<TiffStream*>(handle); }
  std::size_t length() const { return from_.data() ? from_.size() : written_.size(); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    TiffStream& stream = of(handle);
    const unsigned char* from = stream.from_.data() ? stream.from_.data() : stream.written_.data();
    const std::size_t at = std::min(stream.at_, stream.length()),
                      some = std::min(static_cast<std::size_t>(std::max<tmsize_t>(count, 0)),
                                      stream.length() - at);
    if (some) std::memcpy(to, from + at, some);
    stream.at_ = at + some;
    return static_cast<tmsize_t>(some);
  }
  static tmsize_t write(thandle_t handle, void* from, tmsize_t count) {
    TiffStream& stream = of(handle);
    try {
      const auto some = static_cast<std::size_t>(count);
      if (stream.at_ + some > stream.written_.size()) stream.written_.resize(stream.at_ + some);
      if (some) std::memcpy(stream.written_.data() + stream.at_, from, some);
      stream.at_ += some;
      return count;
    } catch (const std::bad_alloc&) {  // through libtiff nothing may be thrown
      stream.failed_ = true;
      return -1;
    }
  }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffStream& stream = of(handle);
    const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? stream.at_ : stream.length();
    return stream.at_ = base + offset;
  }
  static toff_t size(thandle_t handle) { return of(handle).length(); }

  std::span<const unsigned char> from_;
  std::vector<unsigned char> written_;
  std::size_t at_ = 0;
  TIFF* file_ = nullptr;
  bool failed_ = false;
  char reason_[160] = "libtiff cannot read it";
};

}  // namespace guise::image_file
#endif  // GUISE_LIBTIFF
