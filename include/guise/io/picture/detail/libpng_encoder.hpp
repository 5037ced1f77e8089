// Internal: a PngWriter encodes PNG by libpng, row by row, where GUISE_LIBPNG is defined; see
// io/picture/image_file.hpp. As in libpng_decoder.hpp, errors are jumps over what holds nothing to destroy.
#pragma once
#ifdef GUISE_LIBPNG
#include <guise/core/index.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/formats.hpp>

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

  bool writes(const Pixels& picture) {
    if (!info_ || setjmp(png_jmpbuf(png_))) return false;
    write_rows(picture);
    return true;
  }

 private:
  void write_rows(const Pixels& picture) {
    png_set_write_fn(png_, &sink_, put, nullptr);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    const int colour =
        (picture.channels > 2 ? PNG_COLOR_MASK_COLOR : 0) | (picture.alpha ? PNG_COLOR_MASK_ALPHA : 0);
    png_set_IHDR(png_, info_, picture.width, picture.height, 8 * static_cast<int>(picture.depth), colour,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, 3);  // a third of the time of level 6; a photograph is hardly larger
    png_write_info(png_, info_);
    if (picture.depth == Depth::bits16) png_set_swap(png_);  // behind the header
    for (int y = 0; y < picture.height; ++y) png_write_row(png_, picture.row(y));
    png_write_end(png_, nullptr);
  }
  [[noreturn]] static void fail(png_structp png, png_const_charp) { png_longjmp(png, 1); }
  static void ignore(png_structp, png_const_charp) {}
  static void put(png_structp png, png_bytep bytes, std::size_t count) {
    if (!static_cast<EncoderSink*>(png_get_io_ptr(png))->put(bytes, count))
      png_error(png, "the sink has failed");
  }

  EncoderSink& sink_;
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace guise::image_file
#endif  // GUISE_LIBPNG
