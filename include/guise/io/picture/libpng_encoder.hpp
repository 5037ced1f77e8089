// Internal: PNG through libpng, row by row, where GUISE_LIBPNG is defined; see io/image_file.hpp. As in
// io/libpng_decoder.hpp, errors are jumps over what holds nothing to destroy.
#pragma once
#ifdef GUISE_LIBPNG
#include <guise/io/picture/encoder_sink.hpp>
#include <guise/io/picture/picture.hpp>

#include <png.h>

#include <csetjmp>

namespace guise::image_file {

class PngWriter {
 public:
  explicit PngWriter(EncoderSink& sink)
      : sink_(sink), png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore)) {
    if (png_) info_ = png_create_info_struct(png_);
  }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }

  bool writes(const Picture& picture) {
    if (!info_ || setjmp(png_jmpbuf(png_))) return false;
    write_rows(picture);
    return true;
  }

 private:
  void write_rows(const Picture& picture) {
    png_set_write_fn(png_, &sink_, put, nullptr);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(picture.width),
                 static_cast<png_uint_32>(picture.height), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, 3);  // of a photograph: a third of the time of 6, and hardly larger
    png_write_info(png_, info_);
    const std::ptrdiff_t row = std::ptrdiff_t{3} * picture.width;
    for (int y = 0; y < picture.height; ++y) png_write_row(png_, picture.rgb.data() + y * row);
    png_write_end(png_, nullptr);
  }
  [[noreturn]] static void fail(png_structp png, png_const_charp) { png_longjmp(png, 1); }
  static void ignore(png_structp, png_const_charp) {}
  static void put(png_structp png, png_bytep bytes, std::size_t count) {
    if (!static_cast<EncoderSink*>(png_get_io_ptr(png))->put(bytes, count)) png_error(png, "no place for it");
  }

  EncoderSink& sink_;
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace guise::image_file
#endif  // GUISE_LIBPNG
