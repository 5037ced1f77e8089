// Internal: a TiffStream is a TIFF file as libtiff reads it from EncodedBytes or writes it to an EncoderSink, with
// libtiff's last message; see tiff.hpp. libtiff is given a bound on each block of its memory, and none of its global
// handlers is touched.
#pragma once
#ifdef GUISE_LIBTIFF
#include <guise/io/bytes/detail/encoded_bytes.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <new>

namespace guise::image_file {

class TiffStream {
 public:
  TiffStream(EncodedBytes& bytes, tmsize_t largest_block) : bytes_(&bytes) {
    open("rm", largest_block);  // m: not mapped
  }
  TiffStream(EncoderSink& sink, bool large) : sink_(&sink) { open(large ? "w8" : "w", 0); }
  TiffStream(const TiffStream&) = delete;
  TiffStream& operator=(const TiffStream&) = delete;
  ~TiffStream() { close(); }

  TIFF* file() const { return file_; }  // null where it is no TIFF
  const char* reason() const { return reason_; }
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
  toff_t length() const { return bytes_ ? bytes_->size() : sink_->size(); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    TiffStream& stream = of(handle);
    if (!stream.bytes_) return 0;
    EncodedBytes& bytes = *stream.bytes_;
    if (bytes.size() - bytes.left() != stream.at_) bytes.seek(stream.at_);
    const auto some = std::min<toff_t>(std::max<tmsize_t>(count, 0), bytes.left());
    if (!bytes.take(static_cast<unsigned char*>(to), some)) return 0;
    stream.at_ += some;
    return static_cast<tmsize_t>(some);
  }
  static tmsize_t write(thandle_t handle, void* from, tmsize_t count) {
    TiffStream& stream = of(handle);
    if (!stream.sink_ || !stream.sink_->put_at(stream.at_, from, static_cast<std::size_t>(count))) return -1;
    stream.at_ += static_cast<toff_t>(count);
    return count;
  }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffStream& stream = of(handle);
    const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? stream.at_ : stream.length();
    return stream.at_ = base + offset;
  }
  static toff_t size(thandle_t handle) { return of(handle).length(); }

  EncodedBytes* bytes_ = nullptr;
  EncoderSink* sink_ = nullptr;
  toff_t at_ = 0;
  TIFF* file_ = nullptr;
  char reason_[160] = "libtiff cannot read it";
};

}  // namespace guise::image_file
#endif  // GUISE_LIBTIFF
